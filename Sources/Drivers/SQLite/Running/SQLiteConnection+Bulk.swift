import DriverAPI

extension SQLiteConnection {
  /// One prepared insert, run for each row: nothing is faster on a file that is already open.
  func bulkInsert(
    into table: String, columns: [String], rows: [[Value]]
  ) async throws(DatabaseError) -> Int {
    let sql = try server.dialect.insertSQL(into: table, columns: columns)
    let text = try server.dialect.rebind(sql)
    let statement = try await retryingWhileBusy { () throws(DatabaseError) in
      try SQLiteStatement(text, on: self, isKept: true)
    }
    defer { statement.finalize() }
    for (index, row) in rows.enumerated() {
      if index % 1024 == 1023 { await Task.yield() }
      do throws(DatabaseError) {
        if Task.isCancelled {
          throw DatabaseError(.cancelled, "the task was cancelled during a bulk insert")
        }
        _ = try await statement.exec(row)
      } catch {
        throw error.atRow(index)
      }
    }
    return rows.count
  }
}
