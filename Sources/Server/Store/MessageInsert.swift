import DriverAPI

/// The statements that insert messages, written once for a database: putting one together takes
/// longer than running it.
struct MessageInsert: Sendable {
  private static let columns = [
    "sender", "content", "created_at", "is_encrypted", "recipient", "channel", "recipient_folded",
    "dm_sender_folded",
  ]

  /// How many rows one statement inserts where each costs a journey to a server; few different
  /// numbers, so that all statements stay prepared.
  private static let rowCounts = [64, 16, 4, 1]

  private let texts: [(rowCount: Int, text: String)]
  private let returnsID: Bool

  /// The statements for a database.
  init(_ database: Database) throws {
    let dialect = database.dialect
    returnsID = dialect.hasReturning
    let isFar = database.capabilities.networkSession
    let maxCount = dialect.rowsPerInsert(columnCount: Self.columns.count)
    let counts = returnsID && isFar ? Self.rowCounts.filter { $0 <= maxCount } : [1]
    texts = try counts.map { count in
      let insert = try dialect.insertSQL(
        into: "messages", columns: Self.columns, rowCount: count)
      return (count, dialect.hasReturning ? insert + " RETURNING id" : insert)
    }
  }

  /// Inserts messages.
  ///
  /// - Returns: their ids, in their order.
  func run(_ messages: [NewMessage], in transaction: Transaction) async throws -> [Int64] {
    var ids: [Int64] = []
    while ids.count < messages.count {
      let rest = messages[ids.count...]
      guard let (count, text) = texts.first(where: { $0.rowCount <= rest.count }) else { break }
      let sql = SQL(raw: text, rest.prefix(count).flatMap(Self.values))
      ids += try await insert(sql, count, transaction)
    }
    return ids
  }

  private func insert(
    _ sql: SQL, _ count: Int, _ transaction: Transaction
  ) async throws -> [Int64] {
    let ids =
      returnsID
      ? try await transaction.query(sql, as: Int64.self).collect()
      : try await transaction.exec(sql).lastInsertID.map { [$0] } ?? []
    // Engines number the rows of one statement as they stand in it.
    guard ids.count == count, zip(ids, ids.dropFirst()).allSatisfy({ $0 < $1 }) else {
      throw DatabaseError(.unsupported, "the engine gave no ids in order for new messages")
    }
    return ids
  }

  private static func values(_ message: NewMessage) -> [Value] {
    let isDirect = message.recipient != nil
    return [
      .text(message.sender.display), .text(message.content), message.createdAt.databaseValue,
      .bool(message.isEncrypted), .text(message.recipient?.display ?? ""),
      .text(message.channel), .text(message.recipient?.key ?? ""),
      .text(isDirect ? message.sender.key : ""),
    ]
  }
}
