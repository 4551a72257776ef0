import DriverAPI

/// The table by which servers that share a database take turns, and by which each finds out
/// whether a transaction took place whose commit was not answered.
///
/// `journal_writers` has a row for each server, with the number of its last batch, and one without a
/// name. Every batch changes both in its first statement and so holds their locks until its end:
/// batches are committed one after another, and ids appear in their order, whichever server gave them.
struct BatchLedger: Sendable {
  private static let table = "journal_writers"
  // Rows of servers that were killed.
  private static let keptDays: Int64 = 7

  /// Why a batch is not stored: this server's row is gone, and with it its right to store anything.
  struct IsRemoved: Error, CustomStringConvertible {
    var description: String { "other servers took this one for dead" }
  }

  /// The name of this server's row; another one at each start.
  let writer: String
  /// Whether other servers may remove the row, so that nothing is stored any more.
  let isFenced: Bool

  /// A ledger for one run of a server.
  init(isFenced: Bool = false) {
    let number = UInt64.random(in: .min ... .max)
    writer = String(number, radix: 36)
    self.isFenced = isFenced
  }

  /// Has a server store nothing any more, once the batch is done that it may be in the middle of.
  static func remove(_ writer: String, from database: Database) async throws {
    try await database.exec("DELETE FROM journal_writers WHERE writer = \(writer)")
  }

  /// Whether a database needs it: where one writer at a time is let in anyway and a commit's answer
  /// has no way to get lost, it would only cost time.
  static func isNeeded(for database: Database) -> Bool {
    database.capabilities.concurrentWrites
  }

  /// Adds this server's row, and removes those of servers that have long been gone.
  func enroll(in database: Database) async throws {
    let oldest = WireTime.now.microseconds - Self.keptDays * 86_400_000_000
    try await database.transaction(retrying: RetryPolicy()) { transaction in
      try await addRows(in: transaction)
      try await transaction.exec(
        "DELETE FROM journal_writers WHERE writer <> '' AND seen_at < ?",
        WireTime(microseconds: oldest))
    }
  }

  /// Waits for the turn and notes the number of the batch. Must be a batch's first statement: where a
  /// transaction reads from one snapshot, that must not be older than its turn.
  func begin(_ batch: Int64, in transaction: Transaction) async throws {
    if try await note(batch, in: transaction) { return }
    if isFenced { throw IsRemoved() }
    // Somebody restored an older state of the database, or emptied the table.
    try await addRows(in: transaction)
    _ = try await note(batch, in: transaction)
  }

  /// Waits for the turn without noting a batch, for changes that the journal must not meet.
  func takeTurn(in transaction: Transaction) async throws {
    try await transaction.exec(
      "UPDATE journal_writers SET batch = batch + 1 WHERE writer = ''")
  }

  /// The number of the transaction that has its turn: later ones have greater numbers, on whichever server.
  func turn(in transaction: Transaction) async throws -> Int64 {
    let number = try await transaction.queryRow(
      "SELECT batch FROM journal_writers WHERE writer = ''", as: (Int64).self)
    guard let number else {
      throw DatabaseError(.other, "journal_writers has no row of all servers")
    }
    return number
  }

  /// The last batch of this server that was committed.
  ///
  /// Waits for the end of a transaction that still holds the row: a server may be busy with a commit
  /// whose connection is long gone.
  func lastBatch(in transaction: Transaction) async throws -> Int64 {
    let query = transaction.dialect.lockingSQL(
      "batch", from: Self.table, where: "writer = \(writer)")
    return try await transaction.queryRow(query, as: (Int64).self) ?? 0
  }

  private func note(_ batch: Int64, in transaction: Transaction) async throws -> Bool {
    let result = try await transaction.exec(
      """
      UPDATE journal_writers SET batch = CASE WHEN writer = '' THEN batch + 1 ELSE ? END, \
      seen_at = ? WHERE writer IN ('', ?)
      """, batch, WireTime.now, writer)
    return result.rowCount == 2
  }

  private func addRows(in transaction: Transaction) async throws {
    let now = WireTime.now.databaseValue
    _ = try await transaction.insertIgnore(
      into: Self.table, columns: ["writer", "batch", "seen_at"], key: ["writer"],
      [[.text(""), .int(0), now], [.text(writer), .int(0), now]])
  }
}
