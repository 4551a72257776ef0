import DriverAPI

extension StatementExecutor {
  /// The first column of the first row, or nil if there is none.
  func single<T: ColumnDecodable>(_ sql: SQL, as type: T.Type) async throws -> T? {
    try await queryRow(sql, as: type)
  }
}
