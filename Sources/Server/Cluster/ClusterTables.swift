import DriverAPI

/// The tables by which servers that share a database know of each other.
///
/// No migration makes them: which versions are at work has to be known before one runs. What stands
/// in them is worth something only as long as the servers run that wrote it.
enum ClusterTables {
  /// One row for each run of a server, renewed by the database's clock.
  static let servers = "chat_servers"
  /// Who is logged in where; each name once.
  static let sessions = "chat_sessions"
  /// What one server asks another to do.
  static let orders = "chat_orders"

  /// The longest text of a column, in Unicode scalars.
  static let maxScalarCount = 191

  /// Makes those that nobody has made yet.
  static func make(in database: Database) async throws {
    let dialect = database.dialect
    let (key, int) = (dialect.typeName(.key(maxLength: maxScalarCount)), dialect.typeName(.int))
    let time = dialect.typeName(.timestamp)
    let number = "\(int) \(dialect.required(default: "0"))"
    try await make(
      servers,
      """
      server \(key) NOT NULL PRIMARY KEY, name \(key) NOT NULL, host \(key) NOT NULL, \
      process \(key) NOT NULL, address \(key) NOT NULL, version \(key) NOT NULL, \
      schema_version \(number), clients \(number), started_at \(time) NOT NULL, \
      renewed_at \(time) NOT NULL, lost_at \(time), beat \(number), people \(number), \
      bans \(number), orders \(number), clock_difference \(number), feed_lag \(int)
      """, in: database)
    try await make(
      sessions,
      """
      name \(key) NOT NULL PRIMARY KEY, display \(key) NOT NULL, server \(key) NOT NULL, \
      channel \(key) NOT NULL
      """, in: database)
    try await make(
      orders,
      """
      id \(key) NOT NULL PRIMARY KEY, server \(key) NOT NULL, name \(key) NOT NULL, code \(int) NOT NULL, \
      reason \(dialect.typeName(.text)), issued_at \(time) NOT NULL
      """, in: database)
  }

  /// An engine may refuse one of two who make a table at the same moment, although it is told that the
  /// table may be there: whatever it says, what counts is that there is one.
  private static func make(
    _ table: String, _ columns: String, in database: Database
  ) async throws {
    if try await database.tableNames().contains(table) { return }
    do {
      try await database.createTable(ifMissing: table, columns)
    } catch {
      guard try await database.tableNames().contains(table) else { throw error }
    }
  }
}
