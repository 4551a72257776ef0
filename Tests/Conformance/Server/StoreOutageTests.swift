import DriverAPI
import Testing

@testable import Server

@Suite struct StoreOutageTests {
  /// Keeps the journal from writing, as another process would, until `body` has returned.
  private func withLock(_ rig: ChatRig, _ body: () async throws -> Void) async throws {
    let other = try await rig.openAgain()
    // The first write locks a whole SQLite file, elsewhere the row by which servers take turns.
    try await other.transaction { transaction in
      try await BatchLedger().takeTurn(in: transaction)
      try await body()
    }
    await other.close()
  }

  @Test(arguments: TestBackend.all)
  func aShortLockDelaysMessagesAndLosesNone(_ backend: TestBackend) async throws {
    try await ChatRig.run(backend, sqliteOptions: "?busy_timeout=20ms") { rig in
      let alice = try await rig.enter("alice")
      try await alice.settle()
      try await withLock(rig) {
        for number in 0..<10 { alice.say("\(number)") }
        try await Task.sleep(for: .milliseconds(300))
        #expect(try alice.texts.count == 1, "nothing is sent before it is stored")
      }
      try await alice.text("9")
      #expect(try alice.texts.dropFirst() == (0..<10).map(String.init)[...])
      #expect(try alice.notices == [])
    }
  }

  @Test(arguments: TestBackend.all)
  func aLongOneIsToldToTheAuthorsAndServiceResumesByItself(_ backend: TestBackend) async throws {
    try await ChatRig.run(backend, sqliteOptions: "?busy_timeout=20ms") { rig in
      let alice = try await rig.enter("alice")
      let bob = try await rig.enter("bob")
      try await alice.settle()
      try await withLock(rig) {
        alice.say("lost")
        alice.send(WireMessage(type: "join_channel", channel: "dev"))
        try await alice.notice("Message not sent: could not save message")
        try await alice.notice(
          "Joined channel #dev (not saved: the next log-in will not start here)")
        let start = ContinuousClock.now
        alice.say("lost too")
        try await alice.waitUntil("the second refusal") {
          try $0.notices.filter { $0.hasPrefix("Message not sent") }.count == 2
        }
        #expect(ContinuousClock.now - start < .seconds(2), "known to be away: no long wait")
      }
      bob.say("saved")
      try await bob.text("saved")
      #expect(try bob.texts == ["saved"])
      #expect(try await rig.count("SELECT COUNT(*) FROM messages WHERE content LIKE 'lost%'") == 0)
    }
  }

  @Test(arguments: TestBackend.all)
  func theStatusTellsWhetherTheDatabaseAnswers(_ backend: TestBackend) async throws {
    try await ChatRig.run(backend) { rig in
      let alice = try await rig.enter("alice")
      alice.say("one")
      try await alice.text("one")
      let healthy = await rig.server.status()
      #expect(healthy.activeSessionCount == 1 && healthy.messageCount == 1)
      #expect(healthy.databaseError == nil)
      try await rig.database.exec("ALTER TABLE messages RENAME TO hidden")
      #expect(await rig.server.status().databaseError == nil, "the answer is kept for a while")
      try await Task.sleep(for: DatabaseCheck.maxAge)
      let broken = await rig.server.status()
      #expect(broken.databaseError != nil && broken.messageCount == 1, "\(broken)")
    }
  }
}
