import DriverAPI

/// Removes old messages together with their reactions and receipts; pinned ones stay.
struct RetentionSweep {
  /// One transaction removes no more than so many messages, so that authors wait only briefly.
  static let maxChunkCount = 500
  /// Where the messages are.
  let database: Database
  /// How many messages are kept.
  let maxMessageCount: Int
  /// How long messages are kept; nil means until others have come.
  let timeToLive: Duration?
  /// By what it keeps out of the journal's way where others write at the same time.
  var ledger: BatchLedger?

  /// Removes what is too old at `now` or beyond the count.
  ///
  /// - Returns: how many messages were removed.
  func run(at now: WireTime) async throws -> Int {
    var removedCount = 0
    if let timeToLive {
      let (seconds, attoseconds) = timeToLive.components
      let age = seconds * 1_000_000 + attoseconds / 1_000_000_000_000
      removedCount += try await expire(before: now.microseconds - age)
    }
    let last = try await database.queryRow(
      database.dialect.paged(
        "SELECT id FROM messages ORDER BY id DESC", limit: 1, offset: maxMessageCount),
      as: (Int64).self)
    if let last { removedCount += try await remove("id <= \(last)") { _ in true } }
    return removedCount
  }

  /// Instants are compared here: a file that marchat began holds local times as text, which the
  /// database compares with ours letter by letter.
  private func expire(before oldest: Int64) async throws -> Int {
    let bound = WireTime(microseconds: oldest + WireTime.textSlack)
    return try await remove("created_at < \(bound)") { created in
      created.map { $0.microseconds < oldest } ?? false
    }
  }

  private func remove(
    _ condition: SQL, where isOld: @escaping @Sendable (WireTime?) -> Bool
  ) async throws -> Int {
    var removedCount = 0
    var lastRemoved: Int64?
    var last = Int64.min
    while true {
      let (from, limit) = (last, chunkCount)
      let chunk = try await database.transaction(retrying: RetryPolicy()) { transaction in
        try await removeChunk("id > \(from) AND \(condition)", limit, isOld, transaction)
      }
      removedCount += chunk.removedCount
      lastRemoved = chunk.lastRemoved ?? lastRemoved
      guard let next = chunk.last else { break }
      last = next
    }
    if let lastRemoved { try await forgetBlocks(before: lastRemoved) }
    return removedCount
  }

  private func forgetBlocks(before id: Int64) async throws {
    try await database.transaction(retrying: RetryPolicy()) { transaction in
      try await ledger?.takeTurn(in: transaction)
      try await ChannelBlocks.removeEmpty(before: id, in: transaction)
    }
  }

  /// No more than the engine takes in a list.
  private var chunkCount: Int {
    let dialect = database.dialect
    return max(
      1, min(Self.maxChunkCount, dialect.maxParameters, dialect.maxListCount ?? .max))
  }

  /// Looks at no more than `limit` messages and removes those that are old.
  ///
  /// - Returns: `last` is the last that was looked at; nil if there are no more behind it.
  private func removeChunk(
    _ condition: SQL, _ limit: Int, _ isOld: (WireTime?) -> Bool, _ transaction: Transaction
  ) async throws -> (removedCount: Int, lastRemoved: Int64?, last: Int64?) {
    // Without it, somebody could react to a message between the deletions.
    try await ledger?.takeTurn(in: transaction)
    let no = transaction.dialect.no
    let next: SQL = """
      SELECT id, created_at FROM messages WHERE \(condition) \
      AND COALESCE(pinned, \(no)) = \(no) ORDER BY id
      """
    let rows = try await transaction.query(
      transaction.dialect.paged(next, limit: limit), as: AgedRow.self
    ).collect()
    let last = rows.count < limit ? nil : rows.last?.id
    let ids = rows.filter { isOld($0.createdAt) }.map(\.id)
    guard !ids.isEmpty else { return (0, nil, last) }
    try await transaction.exec("DELETE FROM message_reactions WHERE message_id IN (\(each: ids))")
    try await transaction.exec("DELETE FROM read_receipts WHERE message_id IN (\(each: ids))")
    try await transaction.exec("DELETE FROM messages WHERE id IN (\(each: ids))")
    return (ids.count, ids.last, last)
  }
}

/// A message, and how old it is.
private struct AgedRow: RowDecodable, Sendable {
  var id: Int64
  /// nil also where the time cannot be read: nobody knows its age, and one such row must not keep all
  /// others from being removed.
  var createdAt: WireTime?

  init(row: borrowing Row) throws(DatabaseError) {
    id = try row.decode(0, as: Int64.self)
    createdAt = try row.readable(1, as: WireTime.self)
  }
}
