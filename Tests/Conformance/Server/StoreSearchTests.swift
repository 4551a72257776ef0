import DriverAPI
import Testing

@testable import Server

@Suite struct StoreSearchTests {
  private static var settings: ChatSettings {
    var settings = ChatSettings()
    settings.rateLimitIsOn = false
    return settings
  }

  private func answer(_ client: ChatClient, _ query: String) async throws -> String {
    let before = try client.notices.count
    client.send(WireMessage(content: query, type: "search"))
    try await client.waitUntil("an answer to \(query)") { try $0.notices.count > before }
    return try #require(try client.notices.last)
  }

  @Test(arguments: TestBackend.all)
  func hitsAreThoseTheUserMaySee(_ backend: TestBackend) async throws {
    try await ChatRig.run(backend, Self.settings) { rig in
      let alice = try await rig.enter("alice")
      let carol = try await rig.enter("carol")
      alice.say("The Needle in public")
      alice.whisper("needle for bob", to: "bob")
      alice.say("needle gone")
      alice.send(WireMessage(content: "needle", type: "text", isEncrypted: true))
      let id = try await alice.text("needle gone").messageID
      alice.send(WireMessage(type: "delete", messageID: id))
      try await alice.message("the deletion") { $0.type == "delete" }
      let forCarol = try await answer(carol, "needle")
      #expect(forCarol.hasPrefix("Search results for 'needle' (1 found):\n  ["))
      #expect(forCarol.hasSuffix("] alice: The Needle in public\n"))
      let forAlice = try await answer(alice, "needle")
      #expect(forAlice.contains("(2 found)") && forAlice.contains("needle for bob"))
      #expect(try await answer(carol, "deleted") == "No results found for: deleted")
    }
  }

  @Test(arguments: TestBackend.all)
  func wildcardsAreOrdinaryCharacters(_ backend: TestBackend) async throws {
    try await ChatRig.run(backend, Self.settings) { rig in
      let alice = try await rig.enter("alice")
      for text in ["100% sure", "a_b!", "axb", "O'Brien"] { alice.say(text) }
      try await alice.text("O'Brien")
      #expect(try await answer(alice, "%").contains("(1 found)"))
      #expect(try await answer(alice, "a_b").contains("(1 found)"))
      #expect(try await answer(alice, "!").contains("(1 found)"))
      #expect(try await answer(alice, "o'b").contains("(1 found)"))
      #expect(try await answer(alice, "").contains("(4 found)"))
    }
  }

  @Test(arguments: TestBackend.all)
  func onlyTwentyAreShown(_ backend: TestBackend) async throws {
    try await ChatRig.run(backend, Self.settings) { rig in
      let alice = try await rig.enter("alice")
      for number in 1...30 { alice.say("x \(number)") }
      try await alice.text("x 30")
      let text = try await answer(alice, "x")
      #expect(text.contains("(20 found)"))
      #expect(text.contains("x 30\n") && text.contains("x 11\n") && !text.contains("x 10\n"))
    }
  }
}
