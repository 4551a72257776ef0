extension StatementExecutor {
  /// Creates a table unless there is one of that name. Where the engine cannot say so, the catalogue is
  /// asked; of several that do this at the same time one creates it.
  ///
  /// - Parameters:
  ///   - name: as it stands, without quotes; so does `definition`, the columns and constraints.
  /// - Throws: ``DatabaseError``.
  public func createTable(
    ifMissing name: String, _ definition: String, file: StaticString = #fileID, line: UInt = #line
  ) async throws(DatabaseError) {
    let dialect = dialect
    if !dialect.hasIfNotExists, try await tableNames(file: file, line: line).containsBytes(of: name)
    {
      return
    }
    do throws(DatabaseError) {
      let sql = SQL(raw: dialect.creatingTable(name, definition))
      _ = try await exec(sql, at: CallSite(file: file, line: line))
    } catch {
      // Somebody else was faster, unless it failed for another reason.
      guard !dialect.hasIfNotExists, error.execution == .rejected,
        try await tableNames(file: file, line: line).containsBytes(of: name)
      else { throw error }
    }
  }
}
