/// Inserts that ignore what exists, on engines whose statement does not mind every key by itself. [UPSERT-3]
extension StatementExecutor {
  /// Row by row, all or nothing.
  func insertEachUnlessThere(
    _ rows: [[Value]], into table: String, _ columns: [String], key: [String], _ site: CallSite
  ) async throws(DatabaseError) -> Int {
    guard rows.count != 1 else {
      return try await insertUnlessThere(rows[0], into: table, columns, key: key, site)
    }
    return try await inTransaction(site) { transaction throws(DatabaseError) in
      var insertedCount = 0
      for row in rows {
        insertedCount += try await transaction.insertUnlessThere(
          row, into: table, columns, key: key, site)
      }
      return insertedCount
    }
  }

  /// Inserts one row; 0 if it exists.
  ///
  /// Where the engine tells that by a violation, the transaction that is open goes on behind it: on some
  /// engines only because the insert stood in a savepoint.
  func insertUnlessThere(
    _ row: [Value], into table: String, _ columns: [String], key: [String], _ site: CallSite
  ) async throws(DatabaseError) -> Int {
    let statement = try dialect.insertIgnoreStatement(into: table, columns: columns, key: key)
    let sql = SQL(raw: statement.text, statement.parameters(of: row))
    if dialect.ignoresEveryKey { return try await exec(sql, at: site).rowCount }
    do throws(DatabaseError) {
      guard let transaction = self as? Transaction else {
        return try await exec(sql, at: site).rowCount
      }
      return try await transaction.inTransaction(site) { savepoint throws(DatabaseError) in
        try await savepoint.exec(sql, at: site).rowCount
      }
    } catch {
      guard error.kind == .uniqueViolation else { throw error }
      return 0
    }
  }

  /// - Throws: `unsupported` where the engine has no upserts.
  func checkUpserts() throws(DatabaseError) {
    if !capabilities.upserts { throw .unsupported("\(server.product) has no upserts") }
  }
}
