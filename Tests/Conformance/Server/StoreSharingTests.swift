import DriverAPI
import Synchronization
import Testing

@testable import Server

/// Servers that share a database, and what becomes of them when it goes away.
@Suite struct StoreSharingTests {
  private static var settings: ChatSettings {
    var settings = ChatSettings()
    settings.rateLimitIsOn = false
    settings.retentionMax = 1_000_000
    return settings
  }

  /// Runs `body` with two servers on one database.
  private static func withTwo(
    _ backend: TestBackend, _ body: (ChatRig, ChatServer) async throws -> Void
  ) async throws {
    try await ChatRig.run(backend, Self.settings) { rig in
      let database = try await rig.openAgain()
      let second = try await ChatRig.serve(database, Self.settings)
      let outcome: Result<Void, any Error>
      do { outcome = .success(try await body(rig, second)) } catch { outcome = .failure(error) }
      await second.shutdown()
      await database.close()
      try outcome.get()
    }
  }

  /// Says `count` things one after the other and sees each again.
  private static func chatter(_ name: String, _ count: Int, on server: ChatServer) async throws {
    let client = ChatClient(server)
    client.shakeHands(name)
    for number in 0..<count {
      client.say("\(name) \(number)")
      if number % 8 == 7 { try await client.text("\(name) \(number)") }
    }
    try await client.text("\(name) \(count - 1)")
  }

  @Test(arguments: TestBackend.servers)
  func idsAppearInTheirOrderWhicheverServerGaveThem(_ backend: TestBackend) async throws {
    try await Self.withTwo(backend) { rig, second in
      let (first, reader) = (rig.server, rig.database)
      let end = End()
      try await withThrowingTaskGroup(of: [Int64].self) { group in
        group.addTask {
          var seen: [Int64] = []
          var isLastLook = false
          while !isLastLook {
            isLastLook = end.hasCome
            seen += try await reader.query(
              "SELECT id FROM messages WHERE id > ? ORDER BY id", seen.last ?? 0, as: (Int64).self
            ).collect()
          }
          return seen
        }
        try await withThrowingTaskGroup(of: Void.self) { authors in
          for number in 0..<4 {
            authors.addTask { try await Self.chatter("a\(number)", 80, on: first) }
            authors.addTask { try await Self.chatter("b\(number)", 80, on: second) }
          }
          try await authors.waitForAll()
        }
        end.come()
        let seen = try await group.next() ?? []
        let all = try await reader.query("SELECT id FROM messages ORDER BY id", as: (Int64).self)
          .collect()
        #expect(all.count == 640)
        #expect(seen == all, "a reader that goes on from the last id misses none")
      }
    }
  }

  @Test(arguments: TestBackend.servers)
  func aCommitWhoseAnswerIsLostIsFoundOutAndShownOnce(_ backend: TestBackend) async throws {
    for fault in [FaultyLine.CommitFault.answerIsLost, .requestIsLost] {
      let line = FaultyLine()
      try await ChatRig.run(backend, Self.settings, line: line) { rig in
        let alice = try await rig.enter("alice")
        let bob = try await rig.enter("bob")
        try await alice.settle()
        line.cut(fault)
        alice.say("once")
        try await bob.text("once")
        #expect(!line.isArmed)
        alice.say("twice")
        try await bob.text("twice")
        #expect(try bob.texts == ["once", "twice"], "\(fault)")
        #expect(try alice.notices == [])
        #expect(try await rig.count("SELECT COUNT(*) FROM messages WHERE content = 'once'") == 1)
      }
    }
  }

  @Test(arguments: TestBackend.servers)
  func whileNobodyKnowsNobodyIsToldMore(_ backend: TestBackend) async throws {
    for fault in [FaultyLine.CommitFault.answerIsLost, .requestIsLost] {
      let line = FaultyLine()
      try await ChatRig.run(backend, Self.settings, line: line) { rig in
        let alice = try await rig.enter("alice")
        let bob = try await rig.enter("bob")
        try await alice.settle()
        line.cut(fault, staysDown: true)
        alice.say("perhaps")
        try await alice.message("the truth") {
          $0.sender == "System" && $0.content.hasPrefix("Message not confirmed: ")
        }
        bob.say("lost")
        try await bob.notice("Message not sent: could not save message")
        #expect(try bob.texts == [])
        line.repair()
        if fault == .answerIsLost {
          try await bob.text("perhaps")
        } else {
          try await alice.notice("Message not saved after all: try again")
        }
        bob.say("saved")
        try await bob.text("saved")
        #expect(try bob.texts == (fault == .answerIsLost ? ["perhaps", "saved"] : ["saved"]))
        let stored = try await rig.database.query(
          "SELECT content FROM messages WHERE recipient_folded = '' ORDER BY id", as: (String).self
        ).collect()
        #expect(stored == (try bob.texts))
      }
    }
  }

  @Test(arguments: TestBackend.servers)
  func sessionsThatAreKilledUnderLoadLoseNothingThatWasShown(_ backend: TestBackend) async throws {
    try await ChatRig.run(backend, Self.settings) { rig in
      let watcher = try await rig.enter("watcher")
      let authors = [try await rig.enter("a"), try await rig.enter("b"), try await rig.enter("c")]
      let killer = try await rig.openAgain()
      for round in 0..<30 {
        for author in authors { author.say("\(round)") }
        if round % 3 == 0 { try await rig.killSessions(by: killer) }
        try await Task.sleep(for: .milliseconds(30))
      }
      // What an author says last comes last, and then everything before it has been answered.
      for author in authors { try await author.settle() }
      let shown = try watcher.messages.filter { $0.type == "text" && $0.sender != "System" }
      let ids = shown.map(\.messageID)
      #expect(ids == ids.sorted())
      let stored = try await killer.query(
        "SELECT id FROM messages WHERE recipient_folded = '' ORDER BY id", as: (Int64).self
      ).collect()
      await killer.close()
      #expect(stored == ids)
      // One whose fate is unknown for a while is told so, and is then shown or refused.
      let refusals = try authors.flatMap { try $0.notices }.filter {
        !$0.hasPrefix("Message not confirmed: ")
      }
      #expect(ids.count + refusals.count == 90, "\(refusals)")
    }
  }
}
