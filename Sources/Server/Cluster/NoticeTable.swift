import DriverAPI

/// The table through which servers pass on what is not stored, where the engine has no messages of its own or
/// they are too long for those.
///
/// Its rows may become visible out of order, and one that does so too late is never read.
struct NoticeTable: Sendable {
  static let name = "chat_notices"
  /// The channel of those who listen where the engine has notifications.
  static let channel = "dovetail_chat_notices"
  /// One statement reads no more than so many rows.
  static let maxRowCount = 16
  /// How long rows stay.
  static let age = Duration.seconds(60)

  /// A row.
  struct Row: Sendable {
    var id: Int64
    /// The server that wrote it.
    var writer: String
    var payload: [UInt8]
  }

  /// The name of this server among the writers.
  let writer: String

  /// Adds rows.
  func add(_ payloads: [[UInt8]], in database: Database) async throws {
    for payload in payloads {
      try await database.exec(
        "INSERT INTO chat_notices (writer, created_at, payload) VALUES (?, ?, ?)", writer,
        WireTime.now, payload)
    }
    guard database.capabilities.notifications else { return }
    // Of no writer, so that everybody looks.
    try await database.notify(FeedTable.channel, "")
  }

  /// The rows of others between two ids, and up to which id was read.
  func rows(
    behind last: Int64, upTo newest: Int64, in database: Database
  ) async throws -> [Row] {
    let rows: SQL = """
      SELECT id, writer, payload FROM chat_notices WHERE id > \(last) AND id <= \(newest) ORDER BY id
      """
    return try await database.query(
      database.dialect.paged(rows, limit: Self.maxRowCount), as: Row.self
    ).collect()
  }

  /// The newest row; 0 if there is none.
  func newest(in database: Database) async throws -> Int64 {
    let id = try await database.queryRow("SELECT MAX(id) FROM chat_notices", as: (Int64?).self)
    return (id ?? nil) ?? 0
  }

  /// Removes rows that everybody has read who will.
  func removeOld(at now: WireTime, in database: Database) async throws {
    let age = Self.age.components.seconds * 1_000_000
    try await database.exec(
      "DELETE FROM chat_notices WHERE created_at < ?",
      WireTime(microseconds: now.microseconds - age))
  }
}

extension NoticeTable.Row: RowDecodable {
  init(row: borrowing Row) throws(DatabaseError) {
    self.init(
      id: try row.decode(0, as: Int64.self), writer: try row.decode(1, as: String.self),
      payload: try row.decode(2, as: [UInt8].self))
  }
}
