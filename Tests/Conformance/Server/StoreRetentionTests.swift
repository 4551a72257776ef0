import DriverAPI
import Testing

@testable import Server

@Suite struct StoreRetentionTests {
  private func post(_ rig: ChatRig, _ count: Int) async throws -> ChatClient {
    let alice = try await rig.enter("alice")
    for number in 1...count { alice.say("\(number)") }
    try await alice.text("\(count)")
    return alice
  }

  @Test(arguments: TestBackend.all)
  func onlyTheNewestAndThePinnedStay(_ backend: TestBackend) async throws {
    var settings = ChatSettings()
    settings.rateLimitIsOn = false
    settings.retentionMax = 1_000_000
    try await ChatRig.run(backend, settings) { rig in
      let alice = try await post(rig, 1200)
      for id in [1, 5, 1200] as [Int64] {
        alice.send(WireMessage(type: "reaction", reaction: WireReaction(emoji: "x", targetID: id)))
        alice.send(WireMessage(type: "read_receipt", messageID: id))
      }
      try await alice.message("the last receipt") {
        $0.type == "read_receipt" && $0.messageID == 1200
      }
      try await rig.database.exec("UPDATE messages SET pinned = TRUE WHERE id = 5")
      let sweep = RetentionSweep(database: rig.database, maxMessageCount: 100, timeToLive: nil)
      #expect(try await sweep.run(at: .now) == 1099)
      #expect(try await sweep.run(at: .now) == 0)
      #expect(try await rig.count("SELECT COUNT(*) FROM messages") == 101)
      #expect(try await rig.count("SELECT MIN(id) FROM messages") == 5)
      #expect(try await rig.count("SELECT COUNT(*) FROM message_reactions") == 2)
      #expect(try await rig.count("SELECT COUNT(*) FROM read_receipts") == 2)
    }
  }

  @Test(arguments: TestBackend.all)
  func oldMessagesGoWhenTheirTimeIsUp(_ backend: TestBackend) async throws {
    var settings = ChatSettings()
    settings.rateLimitIsOn = false
    try await ChatRig.run(backend, settings) { rig in
      _ = try await post(rig, 10)
      let sweep = RetentionSweep(
        database: rig.database, maxMessageCount: 1000, timeToLive: .seconds(3600))
      let later = WireTime(microseconds: WireTime.now.microseconds + 1_800_000_000)
      #expect(try await sweep.run(at: later) == 0)
      let muchLater = WireTime(microseconds: WireTime.now.microseconds + 3_700_000_000)
      #expect(try await sweep.run(at: muchLater) == 10)
    }
  }

  @Test func timesOfOtherZonesAreInstants() async throws {
    var settings = ChatSettings()
    settings.rateLimitIsOn = false
    try await ChatRig.run(.sqlite, settings) { rig in
      _ = try await post(rig, 2)
      // As marchat writes it: local time, six minutes old by the clock of its zone, and two days.
      let times = [
        "2026-11-27 18:21:49.901711259 -0500 EST m=+6.28",
        "2026-11-28 09:21:49.5 +1000 AEST m=+1.5", "2026-11-25 18:21:49 -0500 EST",
      ]
      for (index, time) in times.enumerated() {
        try await rig.database.exec(
          "INSERT INTO messages (sender, content, created_at) VALUES ('old', \(index), \(time))")
      }
      try await rig.database.exec(
        "UPDATE messages SET created_at = '2026-11-27 23:20:00.000000' WHERE sender = 'alice'")
      let sweep = RetentionSweep(
        database: rig.database, maxMessageCount: 1000, timeToLive: .seconds(7200))
      let now = try #require(WireTime(rfc3339: "2026-11-27T23:28:00Z"))
      #expect(try await sweep.run(at: now) == 1)
      #expect(try await rig.count("SELECT COUNT(*) FROM messages WHERE content = '2'") == 1)
      let later = try #require(WireTime(rfc3339: "2026-11-28T01:21:30Z"))
      #expect(try await sweep.run(at: later) == 2, "the two of alice")
      #expect(try await sweep.run(at: later) == 0)
    }
  }

  private func waitForSweep(_ rig: ChatRig, downTo count: Int) async throws {
    let deadline = ContinuousClock.now + .seconds(10)
    while try await rig.count("SELECT COUNT(*) FROM messages") > count {
      try #require(ContinuousClock.now < deadline, "the sweep did not come")
      try await Task.sleep(for: .milliseconds(20))
    }
  }

  @Test(arguments: TestBackend.all)
  func aRunningChatSweepsByItself(_ backend: TestBackend) async throws {
    var settings = ChatSettings()
    settings.rateLimitIsOn = false
    settings.retentionMax = 10
    try await ChatRig.run(backend, settings) { rig in
      let alice = try await post(rig, 100)
      try await waitForSweep(rig, downTo: 10)
      alice.disconnect()
      #expect(try await rig.enter("bob").texts == (91...100).map(String.init))
    }
  }

  /// Whoever keeps fewer messages from now on does not wait for the next one.
  @Test(arguments: TestBackend.all)
  func whatIsTooManyGoesAtTheStart(_ backend: TestBackend) async throws {
    var settings = ChatSettings()
    settings.rateLimitIsOn = false
    try await ChatRig.run(backend, settings) { rig in
      _ = try await post(rig, 30)
      settings.retentionMax = 10
      try await rig.restart(settings)
      try await waitForSweep(rig, downTo: 10)
    }
  }
}
