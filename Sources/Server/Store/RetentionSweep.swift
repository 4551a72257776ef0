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
      let oldest = WireTime(microseconds: now.microseconds - age)
      removedCount += try await remove("created_at < \(oldest)")
    }
    let last = try await database.queryRow(
      SQL(raw: "SELECT id FROM messages ORDER BY id DESC LIMIT 1 OFFSET \(maxMessageCount)"),
      as: (Int64).self)
    if let last { removedCount += try await remove("id <= \(last)") }
    return removedCount
  }

  private func remove(_ condition: SQL) async throws -> Int {
    var removedCount = 0
    while true {
      let count = try await database.transaction(retrying: RetryPolicy()) { transaction in
        try await removeChunk(condition, transaction)
      }
      removedCount += count
      if count < Self.maxChunkCount { return removedCount }
    }
  }

  private func removeChunk(_ condition: SQL, _ transaction: Transaction) async throws -> Int {
    // Without it, somebody could react to a message between the deletions.
    try await ledger?.takeTurn(in: transaction)
    let ids = try await transaction.query(
      """
      SELECT id FROM messages WHERE \(condition) AND COALESCE(pinned, FALSE) = FALSE \
      ORDER BY id LIMIT \(raw: "\(Self.maxChunkCount)")
      """, as: (Int64).self
    ).collect()
    guard !ids.isEmpty else { return 0 }
    try await transaction.exec("DELETE FROM message_reactions WHERE message_id IN (\(each: ids))")
    try await transaction.exec("DELETE FROM read_receipts WHERE message_id IN (\(each: ids))")
    try await transaction.exec("DELETE FROM messages WHERE id IN (\(each: ids))")
    return ids.count
  }
}
