import DriverAPI
import Testing

@testable import Server

@Suite struct StoreSchemaTests {
  private static let tables = [
    "ban_history", "message_reactions", "messages", "read_receipts", "schema_version",
    "user_channels", "user_message_state",
  ]

  @Test func anEmptyDatabaseGetsTheTablesOnce() async throws {
    try await ChatRig.run { rig in
      #expect(try await rig.database.tableNames() == Self.tables)
      try await rig.restart()
      #expect(try await rig.count("SELECT MAX(version) FROM schema_version") == 3)
      #expect(try await rig.count("SELECT COUNT(*) FROM schema_version") == 3)
    }
  }

  @Test func aSchemaOfAMarchatServerIsTakenOver() async throws {
    try await ChatRig.run(prepare: { database in
      try await database.execScript(
        """
        CREATE TABLE schema_version (version INTEGER PRIMARY KEY,
          applied_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP);
        INSERT INTO schema_version (version) VALUES (1);
        CREATE TABLE messages (id INTEGER PRIMARY KEY AUTOINCREMENT, sender TEXT, content TEXT,
          created_at DATETIME, is_encrypted BOOLEAN DEFAULT 0,
          message_id INTEGER NOT NULL DEFAULT 0, edited BOOLEAN DEFAULT 0,
          deleted BOOLEAN DEFAULT 0, pinned BOOLEAN DEFAULT 0, encrypted_data BLOB, nonce BLOB,
          recipient TEXT, channel TEXT NOT NULL DEFAULT 'general');
        CREATE INDEX idx_messages_created_at ON messages(created_at);
        CREATE TABLE user_message_state (username TEXT PRIMARY KEY,
          last_message_id INTEGER NOT NULL DEFAULT 0,
          last_seen DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP);
        CREATE TABLE ban_history (id INTEGER PRIMARY KEY AUTOINCREMENT, username TEXT NOT NULL,
          banned_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP, unbanned_at DATETIME,
          banned_by TEXT NOT NULL, expires_at DATETIME);
        CREATE TABLE message_reactions (id INTEGER PRIMARY KEY AUTOINCREMENT,
          message_id INTEGER NOT NULL, username TEXT NOT NULL, emoji TEXT NOT NULL,
          created_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
          UNIQUE(message_id, username, emoji));
        CREATE TABLE user_channels (username TEXT NOT NULL PRIMARY KEY, channel TEXT NOT NULL,
          updated_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP);
        CREATE TABLE read_receipts (username TEXT NOT NULL, message_id INTEGER NOT NULL,
          read_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP, PRIMARY KEY(username, message_id));
        INSERT INTO messages (sender, content, created_at, recipient) VALUES
          ('Alice', 'public', '2026-04-03 16:23:51', ''),
          ('Alice', 'private', '2026-04-03 16:23:52', ' Bob ');
        INSERT INTO message_reactions (message_id, username, emoji) VALUES (1, 'Bob', 'x');
        """)
    }) { rig in
      let bob = try await rig.enter("bob")
      #expect(try bob.texts == ["public", "private"])
      #expect(try bob.messages.map(\.messageID) == [1, 2, 1])
      #expect(try bob.messages.last?.sender == "Bob")
      #expect(try await rig.enter("carol").texts == ["public"])
    }
  }

  @Test func aNewerSchemaIsRefused() async throws {
    try await ChatRig.run { rig in
      try await rig.database.exec(
        "INSERT INTO schema_version (version, applied_at) VALUES (99, ?)", WireTime.now)
      await #expect(throws: DatabaseError.self) { try await rig.restart() }
    }
  }
}
