import Testing

@testable import Server

@Suite struct ChatSlowClientTests {
  @Test(arguments: TestBackend.all)
  func aClientThatDoesNotReadIsClosedAndHoldsUpNobody(_ backend: TestBackend) async throws {
    var settings = ChatSettings()
    settings.rateLimitIsOn = false
    try await ChatRig.run(backend, settings) { rig in
      let alice = try await rig.enter("alice")
      let slow = try await rig.enter("slow")
      slow.socket.stall(capacity: 8)
      for number in 1...50 { alice.say("\(number)") }
      try await alice.text("50")
      try await slow.waitUntil("the slow client is closed") { $0.socket.close != nil }
      #expect(slow.socket.close?.code == 1008)
      #expect(slow.socket.close?.reason.hasPrefix("slow consumer") == true)
      try await alice.waitUntil("the slow client left the list") {
        $0.userLists.last == #"{"type":"userlist","data":{"users":["alice"]}}"#
      }
      _ = try await rig.enter("SLOW")
      slow.disconnect()
      #expect(rig.server.status().activeSessionCount == 2, "the new session stays")
    }
  }

  @Test(arguments: TestBackend.all)
  func repliesToAClientThatDoesNotReadCloseItToo(_ backend: TestBackend) async throws {
    try await ChatRig.run(backend) { rig in
      let slow = try await rig.enter("slow")
      slow.socket.stall(capacity: 2)
      for _ in 0..<3 { slow.say(":nonsense") }
      try await slow.waitUntil("the client is closed") { $0.socket.close != nil }
      #expect(slow.socket.close?.code == 1008)
      slow.whisper("unheard", to: "alice")
      let alice = try await rig.enter("alice")
      try await alice.settle()
      #expect(try alice.messages.allSatisfy { $0.content != "unheard" })
      _ = try await rig.enter("slow")
    }
  }

  @Test(arguments: TestBackend.all)
  func manyChangesMakeOneList(_ backend: TestBackend) async throws {
    try await ChatRig.run(backend) { rig in
      let alice = try await rig.enter("alice")
      try await alice.waitUntil("the announcement of herself") { $0.userLists.count == 3 }
      for number in 0..<30 { rig.connect().shakeHands("guest\(number)") }
      try await alice.waitUntil("everybody is listed") { client in
        (0..<30).allSatisfy { client.userLists.last?.contains("\"guest\($0)\"") == true }
      }
      #expect(alice.userLists.count <= 8, "30 log-ins make few announcements")
    }
  }

  @Test(arguments: TestBackend.all)
  func stoppingTellsClientsToComeBack(_ backend: TestBackend) async throws {
    try await ChatRig.run(backend) { rig in
      let alice = try await rig.enter("alice")
      alice.say("last words")
      await rig.server.shutdown()
      #expect(try alice.texts == ["last words"], "what was taken is stored and delivered")
      #expect(alice.socket.close?.code == 1012)
      await rig.server.shutdown()
    }
  }
}
