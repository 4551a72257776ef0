import DriverAPI

extension ChatSchema {
  /// What version 3 adds: the table of ``BatchLedger``, and columns of marchat's that are too narrow
  /// on engines which take their types literally.
  static func sharing(_ dialect: Dialect) -> [String] {
    let key = dialect.typeName(.key(maxLength: 191))
    let (int, time) = (dialect.typeName(.int), dialect.typeName(.timestamp))
    let ledger = """
      writer \(key) NOT NULL PRIMARY KEY, batch \(int) NOT NULL, seen_at \(time) NOT NULL
      """
    return widenings(dialect) + [dialect.creatingTable("journal_writers", ledger)]
  }

  /// The ids of messages get 64 bits everywhere. Where the whole definition is written anew instants get
  /// microseconds too, and texts a collation that tells letters and emoji apart. Where columns cannot be
  /// changed they have no widths, or the tables are ours.
  private static func widenings(_ dialect: Dialect) -> [String] {
    switch dialect.columnChange {
    case .alterColumn: alteredWidths
    case .modify: modifiedColumns(dialect)
    case nil: []
    }
  }

  private static let alteredWidths = [
    ("messages", "message_id"), ("message_reactions", "message_id"),
    ("read_receipts", "message_id"), ("user_message_state", "last_message_id"),
  ].map { table, column in "ALTER TABLE \(table) ALTER COLUMN \(column) TYPE BIGINT" }

  private static func modifiedColumns(_ dialect: Dialect) -> [String] {
    let (int, text) = (dialect.typeName(.int), dialect.typeName(.text))
    let (key, time) = (dialect.typeName(.key(maxLength: 191)), dialect.typeName(.timestamp))
    return [
      """
      ALTER TABLE messages MODIFY sender \(text), MODIFY content \(text), \
      MODIFY created_at \(time), MODIFY message_id \(int) NOT NULL DEFAULT 0, \
      MODIFY recipient \(text), MODIFY channel \(key) NOT NULL DEFAULT 'general'
      """,
      """
      ALTER TABLE user_message_state MODIFY username \(key) NOT NULL, \
      MODIFY last_message_id \(int) NOT NULL DEFAULT 0, MODIFY last_seen \(time) NOT NULL
      """,
      """
      ALTER TABLE ban_history MODIFY username \(key) NOT NULL, \
      MODIFY banned_at \(time) NOT NULL, MODIFY unbanned_at \(time), \
      MODIFY banned_by \(key) NOT NULL, MODIFY expires_at \(time)
      """,
      """
      ALTER TABLE message_reactions MODIFY message_id \(int) NOT NULL, \
      MODIFY username \(key) NOT NULL, MODIFY emoji \(key) NOT NULL, \
      MODIFY created_at \(time) NOT NULL
      """,
      """
      ALTER TABLE user_channels MODIFY username \(key) NOT NULL, \
      MODIFY channel \(key) NOT NULL, MODIFY updated_at \(time) NOT NULL
      """,
      """
      ALTER TABLE read_receipts MODIFY username \(key) NOT NULL, \
      MODIFY message_id \(int) NOT NULL, MODIFY read_at \(time) NOT NULL
      """,
    ]
  }
}
