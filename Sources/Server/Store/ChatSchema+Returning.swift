import DriverAPI

extension ChatSchema {
  /// What version 4 changes, so that marchat can go on with the database at any time, and so can we
  /// with what it has written meanwhile.
  ///
  /// The folded names of a direct message's parties are NULL in a row that another program wrote, and
  /// so can be told from those of what was said in a channel. Times that marchat leaves to the
  /// database have their defaults, and where types are only names those by which its driver tells times
  /// and truth values from text and numbers.
  static func returning(_ dialect: Dialect) -> [String] {
    if let words = dialect.tableRebuild {
      return rebuilt.flatMap { $0.statements(words) } + foldings(dialect)
    }
    return defaults(dialect) + foldings(dialect) + withoutOldKeys(dialect)
  }

  private static let defaultedTimes = [
    ("user_message_state", "last_seen"), ("ban_history", "banned_at"),
    ("message_reactions", "created_at"), ("user_channels", "updated_at"),
    ("read_receipts", "read_at"),
  ]

  private static func defaults(_ dialect: Dialect) -> [String] {
    guard let form = dialect.columnChange else { return [] }
    let time = dialect.typeName(.timestamp)
    return defaultedTimes.map { table, column in
      switch form {
      case .alterColumn:
        "ALTER TABLE \(table) ALTER COLUMN \(column) SET DEFAULT CURRENT_TIMESTAMP"
      case .modify:
        "ALTER TABLE \(table) MODIFY \(column) \(time) NOT NULL DEFAULT CURRENT_TIMESTAMP(6)"
      }
    }
  }

  private static func foldings(_ dialect: Dialect) -> [String] {
    let key = dialect.typeName(.key(maxLength: 191))
    return [
      dialect.addingColumn("recipient_folded \(key)", to: "messages"),
      dialect.addingColumn("dm_sender_folded \(key)", to: "messages"),
      """
      UPDATE messages SET recipient_folded = LOWER(TRIM(COALESCE(recipient, ''))), \
      dm_sender_folded = CASE WHEN TRIM(COALESCE(recipient, '')) = '' THEN '' \
      ELSE LOWER(TRIM(COALESCE(sender, ''))) END
      """,
      "CREATE INDEX idx_messages_recipient_folded ON messages (recipient_folded, id)",
      "CREATE INDEX idx_messages_channel ON messages (channel, id)",
      "CREATE INDEX idx_messages_dm_sender_folded ON messages (dm_sender_folded, id)",
    ]
  }

  private static func withoutOldKeys(_ dialect: Dialect) -> [String] {
    ["recipient_key", "dm_sender_key"].flatMap { column in
      [
        dialect.droppingIndex("idx_messages_\(column)", of: "messages"),
        dialect.removingColumn(column, from: "messages"),
      ]
    }
  }
}

// MARK: - Tables made anew

extension ChatSchema {
  /// A table whose columns get other types only by making it anew.
  private struct Rebuilt {
    var table: String
    var definition: String
    var columns: String
    var isCounted = false
    var indexes: [String] = []

    func statements(_ words: TableRebuildWords) -> [String] {
      let new = "new_\(table)"
      // Ids that were given once are not given again, also where the newest rows are gone.
      let counter = words.counter.map {
        $0.replacing("{new}", with: new).replacing("{old}", with: table)
      }
      return [
        "CREATE TABLE \(new) (\(definition))",
        "INSERT INTO \(new) (\(columns)) SELECT \(columns) FROM \(table)",
      ] + (isCounted ? counter : []) + [
        "DROP TABLE \(table)",
        "ALTER TABLE \(new) RENAME TO \(table)",
      ] + indexes
    }
  }

  private static let now = "DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP"

  private static let rebuilt = [
    Rebuilt(
      table: "messages",
      definition: """
        id INTEGER PRIMARY KEY AUTOINCREMENT, sender TEXT, content TEXT, created_at DATETIME, \
        is_encrypted BOOLEAN DEFAULT 0, message_id INTEGER NOT NULL DEFAULT 0, \
        edited BOOLEAN DEFAULT 0, deleted BOOLEAN DEFAULT 0, pinned BOOLEAN DEFAULT 0, \
        encrypted_data BLOB, nonce BLOB, recipient TEXT, channel TEXT NOT NULL DEFAULT 'general'
        """,
      columns: """
        id, sender, content, created_at, is_encrypted, message_id, edited, deleted, pinned, \
        encrypted_data, nonce, recipient, channel
        """,
      isCounted: true, indexes: ["CREATE INDEX idx_messages_age ON messages (created_at)"]),
    Rebuilt(
      table: "user_message_state",
      definition: """
        username TEXT NOT NULL PRIMARY KEY, last_message_id INTEGER NOT NULL DEFAULT 0, \
        last_seen \(now)
        """,
      columns: "username, last_message_id, last_seen"),
    Rebuilt(
      table: "ban_history",
      definition: """
        id INTEGER PRIMARY KEY AUTOINCREMENT, username TEXT NOT NULL, banned_at \(now), \
        unbanned_at DATETIME, banned_by TEXT NOT NULL, expires_at DATETIME
        """,
      columns: "id, username, banned_at, unbanned_at, banned_by, expires_at", isCounted: true,
      indexes: ["CREATE INDEX idx_bans_by_user ON ban_history (username)"]),
    Rebuilt(
      table: "message_reactions",
      definition: """
        id INTEGER PRIMARY KEY AUTOINCREMENT, message_id INTEGER NOT NULL, \
        username TEXT NOT NULL, emoji TEXT NOT NULL, created_at \(now), \
        display_name TEXT NOT NULL DEFAULT '', UNIQUE (message_id, username, emoji)
        """,
      columns: "id, message_id, username, emoji, created_at, display_name", isCounted: true),
    Rebuilt(
      table: "user_channels",
      definition: """
        username TEXT NOT NULL PRIMARY KEY, channel TEXT NOT NULL, updated_at \(now)
        """,
      columns: "username, channel, updated_at"),
    Rebuilt(
      table: "read_receipts",
      definition: """
        username TEXT NOT NULL, message_id INTEGER NOT NULL, read_at \(now), \
        PRIMARY KEY (username, message_id)
        """,
      columns: "username, message_id, read_at",
      indexes: ["CREATE INDEX idx_read_receipts_message_id ON read_receipts (message_id)"]),
  ]
}
