extension StatementExecutor {
  /// Inserts any number of rows in one atomic call, by the fastest way the engine has. [BULK-1]
  ///
  /// - Returns: how many rows were stored.
  /// - Throws: the violated constraint with the bad row's index in ``DatabaseError/Details/row``: the
  ///   first that cannot follow those before it, which may be one that refers to a later row; then
  ///   nothing is stored. [BULK-2]
  @discardableResult
  public func bulkInsert(
    into table: String, columns: [String], _ rows: [[Value]],
    file: StaticString = #fileID, line: UInt = #line
  ) async throws(DatabaseError) -> Int {
    try checkShape(of: rows, columns, table)
    if rows.isEmpty { return 0 }
    let site = CallSite(file: file, line: line)
    return try await inTransaction(site) { transaction throws(DatabaseError) in
      try await transaction.insertAll(table, columns, rows, site)
    }
  }
}

extension Transaction {
  /// Inserts rows, of which there are some, by the fastest way the engine has.
  func insertAll(
    _ table: String, _ columns: [String], _ rows: [[Value]], _ site: CallSite
  ) async throws(DatabaseError) -> Int {
    try checkShape(of: rows, columns, table)
    try connection.checkMayWrite("a bulk insert")
    if capabilities.nativeBulkInsert {
      return try await connection.session.bulkInsert(table, columns, rows)
    }
    return try await insertInChunks(table, columns, rows, site)
  }

  fileprivate func insertInChunks(
    _ table: String, _ columns: [String], _ rows: [[Value]], _ site: CallSite
  ) async throws(DatabaseError) -> Int {
    for chunk in try chunks(of: rows, for: table, columns) {
      let sql = try dialect.insertSQL(into: table, columns: columns, rowCount: chunk.count)
      // One row needs nothing to go back to: what fails is known, and undoes the whole call.
      guard chunk.count > 1 else {
        do throws(DatabaseError) {
          _ = try await exec(SQL(raw: sql, chunk[chunk.startIndex]), at: site)
        } catch { throw error.atRow(chunk.startIndex) }
        continue
      }
      do throws(DatabaseError) {
        try await inTransaction(site) { savepoint throws(DatabaseError) in
          _ = try await savepoint.exec(SQL(raw: sql, chunk.flatMap { $0 }), at: site)
        }
      } catch {
        // What broke the whole transaction off, or was to end it, is no row's fault.
        guard connection.transactionStatus == .active, error.kind != .cancelled else { throw error }
        throw try await culprit(in: chunk, table, columns, site) ?? error
      }
    }
    return rows.count
  }

  /// The error of the first row that fails alone: an engine does not tell which of many it was.
  private func culprit(
    in chunk: ArraySlice<[Value]>, _ table: String, _ columns: [String], _ site: CallSite
  ) async throws(DatabaseError) -> DatabaseError? {
    let sql = try dialect.insertSQL(into: table, columns: columns)
    for index in chunk.indices {
      do throws(DatabaseError) {
        _ = try await exec(SQL(raw: sql, chunk[index]), at: site)
      } catch {
        return error.atRow(index)
      }
    }
    return nil
  }
}
