import DriverAPI
import Testing

@testable import Server

@Suite struct StoreSchemaTests {
  private static let tables: Set = [
    "ban_history", "journal_writers", "message_reactions", "messages", "read_receipts",
    "schema_version", "user_channels", "user_message_state",
  ]

  @Test(arguments: TestBackend.all)
  func anEmptyDatabaseGetsTheTablesOnce(_ backend: TestBackend) async throws {
    try await ChatRig.run(backend) { rig in
      #expect(Set(try await rig.database.tableNames()) == Self.tables)
      try await rig.restart()
      #expect(try await rig.count("SELECT MAX(version) FROM schema_version") == 3)
      #expect(try await rig.count("SELECT COUNT(*) FROM schema_version") == 3)
    }
  }

  @Test(arguments: TestBackend.all)
  func aSchemaOfAMarchatServerIsTakenOver(_ backend: TestBackend) async throws {
    try await ChatRig.run(
      backend,
      prepare: { database in
        try await database.execScript(MarchatSchema.script(for: database.dialect))
        try await database.execScript(
          """
          INSERT INTO schema_version (version) VALUES (1);
          INSERT INTO messages (sender, content, created_at, recipient) VALUES
            ('Alice', 'public', '2026-04-03 16:23:51', ''),
            ('Alice', 'private', '2026-04-03 16:23:52', ' Bob ');
          INSERT INTO message_reactions (message_id, username, emoji) VALUES (1, 'Bob', 'x');
          """)
      }
    ) { rig in
      let bob = try await rig.enter("bob")
      #expect(try bob.texts == ["public", "private"])
      #expect(try bob.messages.map(\.messageID) == [1, 2, 1])
      #expect(try bob.messages.last?.sender == "Bob")
      for emoji in ["🎉", "👍"] {
        bob.send(
          WireMessage(type: "reaction", reaction: WireReaction(emoji: emoji, targetID: 1)))
      }
      try await bob.settle()
      #expect(try await rig.count("SELECT COUNT(*) FROM message_reactions") == 3)
      #expect(try await rig.enter("carol").texts == ["public"])
    }
  }

  @Test(arguments: TestBackend.all)
  func aNewerSchemaIsRefused(_ backend: TestBackend) async throws {
    try await ChatRig.run(backend) { rig in
      try await rig.database.exec(
        "INSERT INTO schema_version (version, applied_at) VALUES (99, ?)", WireTime.now)
      await #expect(throws: DatabaseError.self) { try await rig.restart() }
    }
  }
}
