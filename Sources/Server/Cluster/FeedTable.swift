import DriverAPI

/// The table through which servers that share a database tell each other what they have stored.
///
/// `chat_events` has a row for each batch that means something to clients, written in the transaction that
/// stores it and numbered under the lock by which servers take turns. So rows become visible in the order of
/// their numbers, and whoever goes on behind the last one that he has read misses none.
struct FeedTable: Sendable {
  static let name = "chat_events"
  /// The channel on which those wait who are told of new rows, where the engine has notifications.
  static let channel = "dovetail_chat_events"
  /// One statement reads no more than so many rows.
  static let maxRowCount = 32

  /// What the table holds.
  struct Bounds: Sendable, Equatable {
    /// The oldest row that was kept; nil if there is none.
    var oldest: Int64?
    /// The number of the last batch, with or without a row.
    var newest: Int64
  }

  /// The name of this server among the writers.
  let writer: String

  // MARK: Writing

  /// Writes what a batch means to others, in its transaction.
  func add(
    _ events: [FeedEvent], as batch: Int64, in transaction: Transaction
  ) async throws -> FeedReceipt {
    if events.isEmpty { return FeedReceipt(batch: batch, byteCount: 0) }
    return try await insert(FeedPayload.encode(events), as: batch, in: transaction)
  }

  /// Adds a row that means nothing, behind which this server reads: as long as one is there that is not
  /// newer than what a server has read, nothing was removed that it has not.
  ///
  /// - Returns: its number.
  func begin(_ ledger: BatchLedger, in database: Database) async throws -> Int64 {
    try await database.transaction(retrying: RetryPolicy()) { transaction in
      try await ledger.takeTurn(in: transaction)
      let batch = try await ledger.turn(in: transaction)
      return try await insert(FeedPayload.encode([]), as: batch, in: transaction).batch
    }
  }

  private func insert(
    _ payloads: [[UInt8]], as batch: Int64, in transaction: Transaction
  ) async throws -> FeedReceipt {
    for (part, payload) in payloads.enumerated() {
      try await transaction.exec(
        "INSERT INTO chat_events (batch, part, writer, created_at, payload) VALUES (?, ?, ?, ?, ?)",
        batch, part, writer, WireTime.now, payload)
    }
    if transaction.capabilities.notifications {
      try await transaction.notify(Self.channel, writer)
    }
    return FeedReceipt(batch: batch, byteCount: payloads.reduce(0) { $0 + $1.count })
  }

  // MARK: Reading

  /// What is behind a place, in one look: no more than ``maxRowCount`` rows.
  func page(behind last: FeedRow.Place, in database: Database) async throws -> FeedPage {
    let dialect = database.dialect
    let rows = try dialect.paged(
      """
      SELECT batch, part, writer, payload FROM chat_events WHERE batch >= \(last.batch) \
      AND (batch > \(last.batch) OR part > \(last.part)) ORDER BY batch, part
      """, limit: Self.maxRowCount)
    // Whether there are notices costs no statement of its own, and is asked as often.
    let found = try await database.query(
      "SELECT * FROM (\(rows)) page UNION ALL SELECT MAX(id), -1, '', NULL FROM chat_notices",
      as: Found.self
    ).collect()
    var page = FeedPage()
    for found in found {
      if let row = found.row {
        page.rows.append(row)
      } else {
        page.newestNotice = found.number ?? 0
      }
    }
    page.isAll = page.rows.count < Self.maxRowCount
    // A union has no order.
    page.rows.sort { $0.place < $1.place }
    return page
  }

  /// What the table holds now.
  func bounds(in database: Database) async throws -> Bounds {
    let row = try await database.queryRow(
      """
      SELECT (SELECT MIN(batch) FROM chat_events), batch FROM journal_writers WHERE writer = ''
      """, as: (Int64?, Int64).self)
    return row.map { Bounds(oldest: $0.0, newest: $0.1) } ?? Bounds(oldest: nil, newest: 0)
  }

  // MARK: Removing

  /// The newest row that was written before a moment; nil if there is none.
  func newest(before moment: WireTime, in database: Database) async throws -> Int64? {
    let batch = try await database.queryRow(
      "SELECT MAX(batch) FROM chat_events WHERE created_at < ?", moment, as: (Int64?).self)
    return batch ?? nil
  }

  /// Removes what is older than a row, which stays.
  func remove(before batch: Int64, in database: Database) async throws {
    try await database.exec("DELETE FROM chat_events WHERE batch < ?", batch)
  }
}

/// A look at what is behind a place.
struct FeedPage: Sendable {
  /// The rows, in their order.
  var rows: [FeedRow] = []
  /// Whether there are no more.
  var isAll = true
  /// The last row of ``NoticeTable``; 0 if there is none.
  var newestNotice: Int64 = 0
}

/// A row of the feed, or the number of the newest notice.
private struct Found: RowDecodable, Sendable {
  var number: Int64?
  var row: FeedRow?

  init(row: borrowing Row) throws(DatabaseError) {
    number = try row.decode(0, as: Int64?.self)
    let part = try row.decode(1, as: Int64.self)
    guard part >= 0, let number else { return }
    self.row = FeedRow(
      place: FeedRow.Place(batch: number, part: part),
      writer: try row.decode(2, as: String.self), payload: try row.decode(3, as: [UInt8].self))
  }
}
