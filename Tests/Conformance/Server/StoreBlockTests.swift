import DriverAPI
import Testing

@testable import Server

/// The last messages of a quiet channel are found among many others, whoever wrote them.
@Suite struct StoreBlockTests {
  private static var settings: ChatSettings {
    var settings = ChatSettings()
    settings.rateLimitIsOn = false
    settings.retentionMax = 1_000_000
    return settings
  }

  private static func texts(_ name: String, _ numbers: ClosedRange<Int>) -> [String] {
    numbers.map { "\(name) \($0)" }
  }

  /// Those that alice, who is in the quiet channel, is shown of it.
  private func shown(to name: String, of channel: String, _ rig: ChatRig) async throws -> [String] {
    let client = try await rig.enter(name)
    defer { client.disconnect() }
    return try client.texts.filter { $0.hasPrefix(channel) }
  }

  /// In blocks that lie far from each other, and more of them than one statement looks at.
  @Test(arguments: TestBackend.all)
  func amongThousands(_ backend: TestBackend) async throws {
    try await ChatRig.run(backend, Self.settings) { rig in
      let alice = try await rig.enter("alice")
      alice.send(WireMessage(type: "join_channel", channel: "family"))
      let bob = try await rig.enter("bob")
      for number in 1...30 {
        alice.say("family \(number)")
        try await alice.text("family \(number)")
        // The next of ours lies in the next block.
        try await rig.skipIDs(1100)
        bob.say("noise \(number)")
        try await bob.text("noise \(number)")
      }
      for number in 31...80 { bob.say("noise \(number)") }
      try await bob.text("noise 80")
      alice.disconnect()
      #expect(try await shown(to: "alice", of: "family", rig) == Self.texts("family", 1...30))
      let dave = try await rig.enter("dave")
      dave.send(WireMessage(type: "join_channel", channel: "family"))
      for number in 31...70 { dave.say("family \(number)") }
      try await dave.text("family 70")
      for number in 81...180 { bob.say("noise \(number)") }
      try await bob.text("noise 180")
      #expect(try await shown(to: "alice", of: "family", rig) == Self.texts("family", 21...70))
      try await rig.restart(Self.settings)
      #expect(try await shown(to: "alice", of: "family", rig) == Self.texts("family", 21...70))
    }
  }

  @Test(arguments: TestBackend.all)
  func ofAnotherProgram(_ backend: TestBackend) async throws {
    try await ChatRig.run(backend, Self.settings) { rig in
      let alice = try await rig.enter("alice")
      alice.send(WireMessage(type: "join_channel", channel: "family"))
      alice.say("family 1")
      try await alice.text("family 1")
      let bob = try await rig.enter("bob")
      bob.say("noise 0")
      try await bob.text("noise 0")
      alice.disconnect()
      let carol = try await rig.enter("carol")
      carol.send(WireMessage(type: "join_channel", channel: "club"))
      try await carol.settle()
      carol.disconnect()
      // In a channel that only the other program writes to.
      try await rig.writeElsewhere(Self.texts("club", 1...2), channel: "club")
      // While the server runs, before and behind a block that it notes itself.
      try await rig.writeElsewhere(Self.texts("family", 2...3), channel: "family")
      try await rig.writeElsewhere(Self.texts("noise", 1...1500), channel: "general")
      bob.say("noise 1501")
      try await bob.text("noise 1501")
      #expect(try await shown(to: "alice", of: "family", rig) == Self.texts("family", 1...3))
      #expect(try await shown(to: "carol", of: "club", rig) == Self.texts("club", 1...2))
      // And while it does not run.
      try await rig.writeElsewhere(Self.texts("family", 4...60), channel: "family")
      try await rig.writeElsewhere(Self.texts("noise", 1502...3100), channel: "general")
      try await rig.restart(Self.settings)
      #expect(try await shown(to: "alice", of: "family", rig) == Self.texts("family", 11...60))
      #expect(try await shown(to: "carol", of: "club", rig) == Self.texts("club", 1...2))
      try await rig.restart(Self.settings)
      #expect(try await shown(to: "alice", of: "family", rig) == Self.texts("family", 11...60))
    }
  }

  @Test(arguments: TestBackend.all)
  func ofADatabaseThatIsTakenOver(_ backend: TestBackend) async throws {
    let family = Self.texts("family", 1...60)
    try await ChatRig.run(
      backend, Self.settings,
      prepare: { database in
        try await database.execScript(MarchatSchema.script(for: database.dialect))
        try await database.exec("INSERT INTO schema_version (version) VALUES (1)")
        let columns = ["sender", "content", "created_at", "recipient", "channel"]
        for (texts, channel) in [
          (family, "family"), (Self.texts("noise", 1...11_000), "general"),
        ] {
          try await database.bulkInsert(
            into: "messages", columns: columns,
            texts.map { text in
              [
                .text("Alice"), .text(text), WireTime.now.databaseValue, .text(""), .text(channel),
              ]
            })
        }
      }
    ) { rig in
      let alice = try await rig.enter("alice")
      alice.send(WireMessage(type: "join_channel", channel: "family"))
      try await alice.settle()
      alice.disconnect()
      #expect(try await shown(to: "alice", of: "family", rig) == Array(family.suffix(50)))
    }
  }

  @Test(arguments: TestBackend.all)
  func blocksGoWithTheirMessages(_ backend: TestBackend) async throws {
    try await ChatRig.run(backend, Self.settings) { rig in
      let alice = try await rig.enter("alice")
      for number in 1...4 {
        alice.say("general \(number)")
        try await alice.text("general \(number)")
        try await rig.skipIDs(1100)
      }
      #expect(try await rig.count("SELECT COUNT(*) FROM channel_blocks") == 4)
      try await rig.database.exec("UPDATE messages SET pinned = TRUE WHERE id = 1")
      let sweep = RetentionSweep(database: rig.database, maxMessageCount: 1, timeToLive: nil)
      #expect(try await sweep.run(at: .now) == 2)
      // The last that was removed lies in a block that others may still come to.
      let blocks = "SELECT first_id FROM channel_blocks ORDER BY first_id"
      let left = try await rig.database.query(SQL(raw: blocks), as: Int64.self).collect()
      #expect(left.count == 3 && left.first == 0)
      alice.say("general 5")
      try await alice.text("general 5")
      #expect(try await sweep.run(at: .now) == 1)
      #expect(try await rig.count("SELECT COUNT(*) FROM channel_blocks") == 3)
    }
  }
}
