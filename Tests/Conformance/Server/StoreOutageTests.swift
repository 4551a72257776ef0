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
  func theStatusTellsWhetherAnythingCanBeStored(_ backend: TestBackend) async throws {
    try await ChatRig.run(backend, sqliteOptions: "?busy_timeout=20ms") { rig in
      let alice = try await rig.enter("alice")
      try await alice.settle()
      #expect(rig.server.status().writeError == nil)
      try await withLock(rig) {
        alice.say("lost")
        try await alice.notice("Message not sent: could not save message")
        #expect(rig.server.status().writeError != nil)
        #expect(rig.server.status().databaseError == nil, "it can be read")
      }
      // Without anybody's saying something.
      try await rig.waitForCheck { $0.writeError == nil }
    }
  }

  @Test func aDatabaseThatHangsIsToldWithoutWaitingForIt() async throws {
    try await ChatRig.run(.sqlite) { rig in
      let check = DatabaseCheck(rig.database, writes: WriteHealth())
      // Whoever has all connections keeps the check waiting for one.
      let end = End()
      let database = rig.database
      let holders = (0..<40).map { _ in
        Task {
          try await database.withConnection(.reader) { _ in
            while !end.hasCome { try await Task.sleep(for: .milliseconds(10)) }
          }
        }
      }
      var asking: [Task<Void, Never>] = []
      // Once they have all connections, which on a busy machine they may not have yet.
      for _ in 1...10 where check.status(activeSessionCount: 0).databaseError == nil {
        asking.append(Task { await check.read() })
        try await Task.sleep(for: DatabaseCheck.patience + .milliseconds(500))
      }
      let start = ContinuousClock.now
      let status = check.status(activeSessionCount: 0)
      #expect(status.databaseError != nil)
      #expect(ContinuousClock.now - start < .seconds(1))
      end.come()
      for holder in holders { try await holder.value }
      for task in asking { await task.value }
      #expect(check.status(activeSessionCount: 0).databaseError == nil)
    }
  }

  @Test(arguments: TestBackend.all)
  func theStatusTellsWhetherTheDatabaseAnswers(_ backend: TestBackend) async throws {
    try await ChatRig.run(backend) { rig in
      let alice = try await rig.enter("alice")
      alice.say("one")
      try await alice.text("one")
      try await rig.waitForCheck { $0.messageCount == 1 }
      let healthy = rig.server.status()
      #expect(healthy.activeSessionCount == 1 && healthy.messageCount == 1)
      #expect(healthy.databaseError == nil)
      try await rig.database.exec("ALTER TABLE messages RENAME TO hidden")
      try await rig.waitForCheck { $0.databaseError != nil }
      let broken = rig.server.status()
      #expect(broken.databaseError != nil && broken.messageCount == 1, "\(broken)")
      try await rig.database.exec("ALTER TABLE hidden RENAME TO messages")
      try await rig.waitForCheck { $0.databaseError == nil }
    }
  }
}
