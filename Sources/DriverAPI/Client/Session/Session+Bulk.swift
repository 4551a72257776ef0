extension Session {
  /// The driver's own bulk path, under the same guard as a statement.
  func bulkInsert(
    _ table: String, _ columns: [String], _ rows: [[Value]]
  ) async throws(DatabaseError) -> Int {
    // Prepared once, to check names and parameter count like any other statement.
    let text = try driver.server.dialect.rebind(
      driver.server.dialect.insertSQL(into: table, columns: columns))
    return try await exclusively(text, rows[0]) { () async throws(DatabaseError) -> Int in
      try await driver.bulkInsert(into: table, columns: columns, rows: rows)
    }
  }
}
