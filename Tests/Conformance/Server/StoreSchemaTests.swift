import DriverAPI
import Testing

@testable import Server

@Suite struct StoreSchemaTests {
  private static let tables: Set = [
    "ban_history", "channel_blocks", "chat_events", "chat_notices", "journal_writers",
    "message_reactions", "messages",
    "read_receipts",
    "schema_version", "user_channels", "user_message_state",
  ]

  @Test(arguments: TestBackend.all)
  func anEmptyDatabaseGetsTheTablesOnce(_ backend: TestBackend) async throws {
    try await ChatRig.run(backend) { rig in
      #expect(Set(try await rig.database.tableNames()) == Self.tables)
      try await rig.restart()
      #expect(try await rig.count("SELECT MAX(version) FROM schema_version") == 6)
      #expect(try await rig.count("SELECT COUNT(*) FROM schema_version") == 6)
    }
  }

  /// As servers have recorded them that were released: a database that one of those migrated would be
  /// refused if a text were another.
  private static let released = [
    "sqlite": [
      "5a9be9f975fd4506", "c2ef25c540d53a72", "fd40d3a10e9b9bdd", "72adb90f5eeb4614",
      "b7ea34daaeee3e4a", "eaae8b1cd7064d99",
    ],
    "postgres": [
      "0b55e66b3f3f7ea3", "49fb63626b676feb", "1076ba692bab2b4e", "b5e8f9403a8e6eb5",
      "23442653ea20dfea", "e9ed90868d86824d",
    ],
    "mariadb": [
      "28bd02c4f89b5a00", "e191b84ad67388c6", "d12e537bfe37e739", "aabb75e73a89e7dc",
      "21a70b3adf24160a", "ac08fd874e910025",
    ],
  ]

  @Test(arguments: TestBackend.all)
  func whatWasReleasedIsNotWrittenOtherwise(_ backend: TestBackend) async throws {
    try await ChatRig.run(backend) { rig in
      guard let released = Self.released[rig.database.dialect.name] else { return }
      let recorded = try await rig.database.query(
        "SELECT checksum FROM schema_version ORDER BY version", as: String.self
      ).collect()
      #expect(recorded == released)
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

  /// Its statements, as the specification of its database has them; our columns are unknown to it.
  @Test(arguments: TestBackend.all)
  func marchatGoesOnWithADatabaseOfOurs(_ backend: TestBackend) async throws {
    try await ChatRig.run(backend) { rig in
      let alice = try await rig.enter("alice")
      alice.say("of ours")
      let id = try await alice.text("of ours").messageID
      let database = rig.database
      for statement: SQL in [
        "INSERT INTO ban_history (username, banned_by) VALUES ('eve', 'root')",
        "INSERT INTO message_reactions (message_id, username, emoji) VALUES (\(id), 'Bob', '👍')",
        "INSERT INTO read_receipts (username, message_id) VALUES ('bob', \(id))",
        "INSERT INTO user_channels (username, channel) VALUES ('bob', 'general')",
        "INSERT INTO user_message_state (username, last_message_id) VALUES ('bob', 0)",
        """
        INSERT INTO messages (sender, content, created_at, is_encrypted, recipient, channel) \
        VALUES ('Bob', 'of theirs', \(WireTime.now), \(false), '', 'general')
        """,
        "UPDATE messages SET message_id = id WHERE content = 'of theirs'",
      ] { try await database.exec(statement) }
      // It reads by message_id, and as rows of its own.
      let rows = try await database.query(
        """
        SELECT message_id, content FROM messages WHERE recipient IS NULL OR recipient = '' \
        ORDER BY created_at
        """, as: (Int64, String).self
      ).collect()
      #expect(rows.map(\.0) == [id, id + 1] && rows.map(\.1) == ["of ours", "of theirs"])
      if backend.name == "sqlite" {
        // Its driver tells times and truth values by these words.
        let types = try await database.columns(of: "messages").map { "\($0.name) \($0.typeName)" }
        for type in ["created_at DATETIME", "is_encrypted BOOLEAN", "deleted BOOLEAN"] {
          #expect(types.contains(type), "\(types)")
        }
      }
      try await rig.restart()
      let bob = try await rig.enter("bob")
      #expect(try bob.texts == ["of ours", "of theirs"])
      #expect(try bob.messages.contains { $0.reaction?.emoji == "👍" && $0.sender == "Bob" })
      #expect(try bob.messages.contains { $0.type == "read_receipt" })
      bob.send(
        WireMessage(
          type: "reaction", reaction: WireReaction(emoji: "👍", targetID: id, isRemoval: true)))
      try await bob.message("the removal") { $0.reaction?.isRemoval == true }
      #expect(try await rig.count("SELECT COUNT(*) FROM message_reactions") == 0)
      let eve = rig.connect()
      eve.shakeHands("eve")
      try await eve.waitUntil("the refusal") { $0.socket.close != nil }
      #expect(eve.socket.close?.reason == "You are banned from this server")
    }
  }

  @Test(arguments: TestBackend.all)
  func idsThatWereGivenAreNotGivenAgainAfterTheRebuild(_ backend: TestBackend) async throws {
    try await ChatRig.run(
      backend,
      prepare: { database in
        try await database.execScript(MarchatSchema.script(for: database.dialect))
        try await database.execScript(
          """
          INSERT INTO schema_version (version) VALUES (1);
          INSERT INTO messages (sender, content, created_at) VALUES ('a', '1', '2026-04-03 16:23:51');
          INSERT INTO messages (sender, content, created_at) VALUES ('a', '2', '2026-04-03 16:23:51');
          DELETE FROM messages;
          """)
      }
    ) { rig in
      let alice = try await rig.enter("alice")
      alice.say("third")
      #expect(try await alice.text("third").messageID == 3)
    }
  }

  @Test(arguments: TestBackend.all)
  func aRowThatCannotBeReadCostsThatRow(_ backend: TestBackend) async throws {
    try await ChatRig.run(backend) { rig in
      let alice = try await rig.enter("alice")
      for text in ["one", "two", "three"] { alice.say(text) }
      let id = try await alice.text("three").messageID
      switch backend.name {
      case "postgres":
        try await rig.database.exec(
          "UPDATE messages SET created_at = 'infinity' WHERE content = 'two'")
      case "sqlite":
        try await rig.database.exec(
          "UPDATE messages SET created_at = 'long ago' WHERE content = 'two'")
      default:
        try await rig.database.exec(
          "ALTER TABLE message_reactions MODIFY created_at VARCHAR(40) NULL")
        try await rig.database.exec("ALTER TABLE messages MODIFY created_at VARCHAR(40) NULL")
        try await rig.database.exec(
          "UPDATE messages SET created_at = '0000-00-00' WHERE content = 'two'")
      }
      alice.disconnect()
      let again = try await rig.enter("alice")
      #expect(try again.texts == ["one", "three"])
      #expect(try again.messages.contains { $0.messageID == id })
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
