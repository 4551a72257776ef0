/// What an upsert did. [UPSERT-7]
public struct UpsertResult: Sendable, Hashable {
  /// Rows that are new.
  public var insertedCount: Int
  /// Rows that existed and were changed.
  public var updatedCount: Int
}

extension StatementExecutor {
  /// Inserts rows, or changes the named columns of those whose key exists already.
  ///
  /// All or nothing, whatever the number of rows. Rows that refer to a changed row stay: it is never
  /// deleted and inserted anew. [UPSERT-1, UPSERT-2, UPSERT-5, UPSERT-8]
  ///
  /// - Throws: `uniqueViolation` for a clash on another key than the upsert's; then nothing is
  ///   changed. [UPSERT-4] Any other violation as for an insert.
  @discardableResult
  public func upsert(
    _ upsert: Upsert, _ rows: [[Value]], file: StaticString = #fileID, line: UInt = #line
  ) async throws(DatabaseError) -> UpsertResult {
    try checkUpserts()
    try dialect.check(upsert)
    try checkShape(of: rows, upsert.columns, upsert.table)
    let site = CallSite(file: file, line: line)
    switch dialect.upsertOutcome {
    case .returning(let isNew) where rows.count == 1:
      return try await upsertAlone(isNew, upsert, rows[0], site)
    case .returning(let isNew):
      return try await inTransaction(site) { transaction throws(DatabaseError) in
        guard try await transaction.tellsOutcome(of: upsert.table, site) else {
          return try await insertingFirst(upsert, rows, transaction, site)
        }
        var total = UpsertResult(insertedCount: 0, updatedCount: 0)
        for row in rows {
          total += try await upsertReturning(isNew, upsert, row, transaction, site)
        }
        return total
      }
    case .insertFirst:
      return try await inTransaction(site) { transaction throws(DatabaseError) in
        try await insertingFirst(upsert, rows, transaction, site)
      }
    }
  }

  private func insertingFirst(
    _ upsert: Upsert, _ rows: [[Value]], _ transaction: Transaction, _ site: CallSite
  ) async throws(DatabaseError) -> UpsertResult {
    var total = UpsertResult(insertedCount: 0, updatedCount: 0)
    for row in rows { total += try await insertFirst(upsert, row, transaction, site) }
    return total
  }

  func upsertReturning(
    _ isNew: String, _ upsert: Upsert, _ row: [Value], _ executor: some StatementExecutor,
    _ site: CallSite
  ) async throws(DatabaseError) -> UpsertResult {
    let statement = try dialect.upsertStatement(upsert)
    let sql = SQL(raw: statement.text + " RETURNING \(isNew)", statement.parameters(of: row))
    var inserted = false
    let found = try await executor.withFirstRow(of: sql, at: site) {
      row throws(DatabaseError) in inserted = try row.decode(0)
    }
    // An upsert that changes nothing returns no row for one that exists.
    return UpsertResult(
      insertedCount: found && inserted ? 1 : 0, updatedCount: found && !inserted ? 1 : 0)
  }

  /// An insert that ignores what exists tells by its count whether it inserted; only then follows the
  /// upsert proper, which also refuses a clash on another key. Exact because it is one transaction.
  func insertFirst(
    _ upsert: Upsert, _ row: [Value], _ executor: some StatementExecutor, _ site: CallSite
  ) async throws(DatabaseError) -> UpsertResult {
    let insertedCount = try await executor.insertUnlessThere(
      row, into: upsert.table, upsert.columns, key: upsert.key, site)
    if insertedCount == 1 { return UpsertResult(insertedCount: 1, updatedCount: 0) }
    let changesSomething = !upsert.assignments.isEmpty
    if dialect.hasUpsertStatement, dialect.upsertChecksConflictKey {
      let statement = try dialect.upsertStatement(upsert)
      _ = try await executor.exec(
        SQL(raw: statement.text, statement.parameters(of: row)), at: site)
    } else {
      try await change(upsert, row, executor, site)
    }
    return UpsertResult(insertedCount: 0, updatedCount: changesSomething ? 1 : 0)
  }

  /// For engines whose upsert would change a row that clashes on another key, or that have none: the row with this key is
  /// changed, and if there is none, a plain insert raises the violation. [UPSERT-4]
  private func change(
    _ upsert: Upsert, _ row: [Value], _ executor: some StatementExecutor, _ site: CallSite
  ) async throws(DatabaseError) {
    let changesSomething = !upsert.assignments.isEmpty
    if changesSomething {
      let change = try dialect.changeSQL(upsert)
      let matched = try await executor.exec(
        SQL(raw: change.text, change.parameters(of: row)), at: site)
      if matched.rowCount > 0 { return }
    }
    if !changesSomething || !executor.capabilities.matchedRowCounts {
      let presence = try dialect.presenceSQL(upsert)
      let query = SQL(raw: presence.text, presence.parameters(of: row))
      if try await executor.withFirstRow(of: query, at: site, { _ in }) { return }
    }
    let insert = try dialect.insertSQL(into: upsert.table, columns: upsert.columns)
    _ = try await executor.exec(SQL(raw: insert, row), at: site)
  }

  /// A transaction whose body throws nothing but database errors.
  func inTransaction<R>(
    _ site: CallSite, _ body: (Transaction) async throws(DatabaseError) -> R
  ) async throws(DatabaseError) -> R {
    do {
      return try await transaction(TransactionOptions(), at: site, body)
    } catch let error as DatabaseError {
      throw error
    } catch {
      throw DatabaseError(.other, "a transaction of the library failed with \(type(of: error))")
    }
  }
}

extension UpsertResult {
  fileprivate static func += (total: inout UpsertResult, more: UpsertResult) {
    total.insertedCount += more.insertedCount
    total.updatedCount += more.updatedCount
  }
}
