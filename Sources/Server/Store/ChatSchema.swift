import DriverAPI
import Logging

/// The tables of the chat: the seven of a marchat database, with a few columns more.
enum ChatSchema {
  /// The kinds of columns, as one engine writes them.
  struct Types: Sendable {
    /// A 64-bit primary key that the engine assigns, growing and never given twice.
    var id: String
    /// A 64-bit integer.
    var integer: String
    /// A truth value.
    var bool: String
    /// An instant to the microsecond.
    var time: String
    /// Text of any length.
    var text: String
    /// Text that can be a key.
    var key: String
    /// Bytes of any length.
    var bytes: String
  }

  /// The statements that make the tables of version 1 where they are missing.
  static func tables(_ types: Types) -> [String] {
    [
      """
      CREATE TABLE IF NOT EXISTS messages (id \(types.id), sender \(types.text), \
      content \(types.text), created_at \(types.time), \
      is_encrypted \(types.bool) DEFAULT FALSE, message_id \(types.integer) NOT NULL DEFAULT 0, \
      edited \(types.bool) DEFAULT FALSE, deleted \(types.bool) DEFAULT FALSE, \
      pinned \(types.bool) DEFAULT FALSE, encrypted_data \(types.bytes), nonce \(types.bytes), \
      recipient \(types.text), channel \(types.key) NOT NULL DEFAULT 'general', \
      recipient_key \(types.key) NOT NULL DEFAULT '', \
      dm_sender_key \(types.key) NOT NULL DEFAULT '')
      """,
      """
      CREATE TABLE IF NOT EXISTS user_message_state (username \(types.key) PRIMARY KEY, \
      last_message_id \(types.integer) NOT NULL DEFAULT 0, \
      last_seen \(types.time) NOT NULL DEFAULT CURRENT_TIMESTAMP)
      """,
      """
      CREATE TABLE IF NOT EXISTS ban_history (id \(types.id), username \(types.key) NOT NULL, \
      banned_at \(types.time) NOT NULL DEFAULT CURRENT_TIMESTAMP, unbanned_at \(types.time), \
      banned_by \(types.key) NOT NULL, expires_at \(types.time))
      """,
      """
      CREATE TABLE IF NOT EXISTS message_reactions (id \(types.id), \
      message_id \(types.integer) NOT NULL, username \(types.key) NOT NULL, \
      emoji \(types.key) NOT NULL, created_at \(types.time) NOT NULL DEFAULT CURRENT_TIMESTAMP, \
      display_name \(types.key) NOT NULL DEFAULT '', UNIQUE (message_id, username, emoji))
      """,
      """
      CREATE TABLE IF NOT EXISTS user_channels (username \(types.key) NOT NULL PRIMARY KEY, \
      channel \(types.key) NOT NULL, updated_at \(types.time) NOT NULL DEFAULT CURRENT_TIMESTAMP)
      """,
      """
      CREATE TABLE IF NOT EXISTS read_receipts (username \(types.key) NOT NULL, \
      message_id \(types.integer) NOT NULL, \
      read_at \(types.time) NOT NULL DEFAULT CURRENT_TIMESTAMP, PRIMARY KEY (username, message_id))
      """,
    ]
  }

  /// The indexes: one for each way in which rows are looked up. Inserting a message pays for each.
  static let indexes = [
    "CREATE INDEX idx_messages_recipient_key ON messages (recipient_key, id)",
    "CREATE INDEX idx_messages_dm_sender_key ON messages (dm_sender_key, id)",
    "CREATE INDEX idx_messages_created_at ON messages (created_at)",
    "CREATE INDEX idx_ban_history_username ON ban_history (username)",
    "CREATE INDEX idx_read_receipts_message_id ON read_receipts (message_id)",
  ]

  static func migrate(_ database: Database, logger: Logger) async throws {
    let types = Types(
      id: "INTEGER PRIMARY KEY AUTOINCREMENT", integer: "BIGINT", bool: "BOOLEAN",
      time: "DATETIME", text: "TEXT", key: "TEXT", bytes: "BLOB")
    for statement in tables(types) { try await database.exec(SQL(raw: statement)) }
    for statement in indexes {
      try await database.exec(
        SQL(raw: statement.replacing("CREATE INDEX ", with: "CREATE INDEX IF NOT EXISTS ")))
    }
  }
}
