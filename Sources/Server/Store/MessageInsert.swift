import DriverAPI

/// The statement that inserts a message, written once for an engine: putting it together takes
/// longer than running it.
struct MessageInsert: Sendable {
  private static let columns = [
    "sender", "content", "created_at", "is_encrypted", "recipient", "channel", "recipient_key",
    "dm_sender_key",
  ]

  private let text: String
  private let returnsID: Bool

  /// The statement for an engine.
  init(_ dialect: Dialect) throws {
    let insert = try dialect.insertSQL(into: "messages", columns: Self.columns)
    returnsID = dialect.hasReturning
    text = returnsID ? insert + " RETURNING id" : insert
  }

  /// Inserts a message.
  ///
  /// - Returns: its id.
  func run(_ message: NewMessage, in transaction: Transaction) async throws -> Int64 {
    let isDirect = message.recipient != nil
    let sql = SQL(
      raw: text,
      [
        .text(message.sender.display), .text(message.content), message.createdAt.databaseValue,
        .bool(message.isEncrypted), .text(message.recipient?.display ?? ""),
        .text(message.channel), .text(message.recipient?.key ?? ""),
        .text(isDirect ? message.sender.key : ""),
      ])
    let id =
      returnsID
      ? try await transaction.queryRow(sql, as: Int64.self)
      : try await transaction.exec(sql).lastInsertID
    guard let id else {
      throw DatabaseError(.unsupported, "the engine gave no id for a new message")
    }
    return id
  }
}
