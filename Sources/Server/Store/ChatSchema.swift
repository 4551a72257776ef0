import DriverAPI
import Logging

/// The schema of the chat: that of a marchat database, and what this server adds to it.
///
/// Version 1 is marchat's own, so that a database of marchat is taken over as it stands and only the
/// later versions are run on it.
enum ChatSchema {
  /// The steps, oldest first.
  static let migrations = [
    Migration(1, "tables of marchat") { tables($0) },
    Migration(2, "folded names and indexes") { additions($0) },
    Migration(3, "several servers on one database") { sharing($0) },
    Migration(4, "there and back with marchat") { returning($0) },
    Migration(5, "where the messages of each channel lie") { blocks($0) },
    Migration(6, "what servers tell each other") { feed($0) },
  ]

  /// Brings the database to the newest version, and says so in the log: it may take long, and there is
  /// no way back but a backup.
  ///
  /// - Parameter isShared: whether servers of the version before and after may be at work: then a schema
  ///   that is one version newer is served as it is.
  static func migrate(
    _ database: Database, isShared: Bool = false, _ logger: Logger
  ) async throws {
    let migrator = try Migrator(migrations)
    let start = ContinuousClock.now
    let old = try await version(of: database, migrator)
    if isShared, old == migrator.targetVersion + 1 {
      logger.warning(
        "the schema is one version newer than this server; it serves it until it is updated too",
        metadata: ["schema": "\(old)", "server": "\(migrator.targetVersion)"])
      return
    }
    if old < migrator.targetVersion {
      logger.notice(
        "migrating the database",
        metadata: ["from": "\(old)", "to": "\(migrator.targetVersion)"])
    }
    try await adoptVersionTable(of: database, named: migrator.table)
    let done = Set(try await migrator.migrate(database))
    guard !done.isEmpty else { return }
    let names = migrations.filter { done.contains($0.version) }
      .map { "\($0.version) \($0.name)" }
    logger.notice(
      "migrated the database",
      metadata: [
        "from": "\(old)", "to": "\(migrator.targetVersion)",
        "steps": "\(names.joined(separator: ", "))",
        "milliseconds": "\(Int64((ContinuousClock.now - start) / .milliseconds(1)))",
      ])
  }

  /// The version a database has, also one of marchat; 0 if it has none.
  static func version(of database: Database, _ migrator: Migrator) async throws -> Int {
    // marchat's table says nothing of steps that were done half.
    let columns = try await database.columns(of: migrator.table).map(\.name)
    if columns.contains("steps") { return try await migrator.version(of: database) }
    guard columns.contains("version") else { return 0 }
    let version = try await database.queryRow(
      "SELECT MAX(version) FROM \(raw: migrator.table)", as: (Int?).self)
    return (version ?? nil) ?? 0
  }

  // The table of marchat that holds the schema's version has fewer columns than ours.
  private static func adoptVersionTable(of database: Database, named table: String) async throws {
    let known = Set(try await database.columns(of: table).map(\.name))
    guard !known.isEmpty else { return }
    let dialect = database.dialect
    let additions = [
      ("name", dialect.typeName(.text)), ("checksum", dialect.typeName(.key(maxLength: 16))),
      ("steps", dialect.typeName(.int)),
    ]
    for (column, type) in additions where !known.contains(column) {
      do {
        try await database.exec(SQL(raw: dialect.addingColumn("\(column) \(type)", to: table)))
      } catch {
        // Another server, which begins at the same moment, may have been first.
        let known = try await database.columns(of: table).map(\.name)
        guard known.contains(column) else { throw error }
      }
    }
  }

  /// The tables of version 1.
  private static func tables(_ dialect: Dialect) -> [String] {
    let (id, int, bool) = (dialect.typeName(.id), dialect.typeName(.int), dialect.typeName(.bool))
    let (text, time) = (dialect.typeName(.text), dialect.typeName(.timestamp))
    let key = dialect.typeName(.key(maxLength: 191))
    let zero = dialect.required(default: "0")
    let no = dialect.booleanLiterals.false
    return [
      (
        "messages",
        """
        id \(id), sender \(text), content \(text), \
        created_at \(time), is_encrypted \(bool) DEFAULT \(no), \
        message_id \(int) \(zero), edited \(bool) DEFAULT \(no), \
        deleted \(bool) DEFAULT \(no), pinned \(bool) DEFAULT \(no), \
        encrypted_data \(dialect.typeName(.bytes)), nonce \(dialect.typeName(.bytes)), \
        recipient \(text), channel \(key) \(dialect.required(default: "'general'"))
        """
      ),
      (
        "user_message_state",
        """
        username \(key) NOT NULL PRIMARY KEY, \
        last_message_id \(int) \(zero), last_seen \(time) NOT NULL
        """
      ),
      (
        "ban_history",
        """
        id \(id), username \(key) NOT NULL, \
        banned_at \(time) NOT NULL, unbanned_at \(time), banned_by \(key) NOT NULL, \
        expires_at \(time)
        """
      ),
      (
        "message_reactions",
        """
        id \(id), message_id \(int) NOT NULL, \
        username \(key) NOT NULL, emoji \(key) NOT NULL, created_at \(time) NOT NULL, \
        UNIQUE (message_id, username, emoji)
        """
      ),
      (
        "user_channels",
        """
        username \(key) NOT NULL PRIMARY KEY, channel \(key) NOT NULL, updated_at \(time) NOT NULL
        """
      ),
      (
        "read_receipts",
        """
        username \(key) NOT NULL, \
        message_id \(int) NOT NULL, read_at \(time) NOT NULL, PRIMARY KEY (username, message_id)
        """
      ),
    ].map { dialect.creatingTable($0.0, $0.1) }
  }

  /// What version 2 adds: names in the form in which they are compared, and one index for each way
  /// in which rows are looked up. Every message that is inserted pays for each index.
  private static func additions(_ dialect: Dialect) -> [String] {
    let key = dialect.typeName(.key(maxLength: 191))
    let empty = dialect.required(default: "''")
    return [
      dialect.addingColumn("recipient_key \(key) \(empty)", to: "messages"),
      dialect.addingColumn("dm_sender_key \(key) \(empty)", to: "messages"),
      dialect.addingColumn("display_name \(key) \(empty)", to: "message_reactions"),
      "UPDATE messages SET message_id = id WHERE message_id = 0",
      """
      UPDATE messages SET recipient_key = LOWER(TRIM(recipient)), \
      dm_sender_key = LOWER(TRIM(COALESCE(sender, ''))) WHERE TRIM(COALESCE(recipient, '')) <> ''
      """,
      "CREATE INDEX idx_messages_recipient_key ON messages (recipient_key, id)",
      "CREATE INDEX idx_messages_dm_sender_key ON messages (dm_sender_key, id)",
      "CREATE INDEX idx_read_receipts_message_id ON read_receipts (message_id)",
      "CREATE INDEX idx_messages_age ON messages (created_at)",
      "CREATE INDEX idx_bans_by_user ON ban_history (username)",
    ]
  }

  /// What version 5 changes: the table of ``ChannelBlocks``, which stands in for an index that every
  /// message paid for. What lies where is noted at the start.
  private static func blocks(_ dialect: Dialect) -> [String] {
    let (int, key) = (dialect.typeName(.int), dialect.typeName(.key(maxLength: 191)))
    return [
      dialect.creatingTable(
        ChannelBlocks.table,
        "first_id \(int) NOT NULL, channel \(key) NOT NULL, PRIMARY KEY (first_id, channel)"),
      dialect.droppingIndex("idx_messages_channel", of: "messages"),
    ]
  }
}
