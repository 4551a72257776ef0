import DriverAPI

extension StatementExecutor {
  /// Creates a table whose columns name their types in braces: `"id {int} NOT NULL PRIMARY KEY"`.
  ///
  /// The braces hold a name of the dialect's types, so that one text serves every engine.
  func createTable(_ name: String, _ columns: String) async throws {
    try await exec(SQL(raw: "CREATE TABLE \(name) (\(expanded(columns)))"))
  }

  /// The text with the dialect's types for the words in braces.
  func expanded(_ columns: String) -> String {
    var expanded = columns
    for (word, type) in columnTypes {
      expanded = expanded.replacing("{\(word)}", with: dialect.typeName(type))
    }
    return expanded
  }

  /// Creates `items (id, name, amount)` with so many rows: 1 `item 1` 10, 2 `item 2` 20 …
  func createItems(rowCount: Int = 0) async throws {
    try await createTable(
      "items", "id {int} NOT NULL PRIMARY KEY, name {key} NOT NULL, amount {int}")
    for id in 1..<(rowCount + 1) {
      try await exec(
        "INSERT INTO items (id, name, amount) VALUES (?, ?, ?)", id, "item \(id)", id * 10)
    }
  }

  /// How many rows a table has.
  func rowCount(of table: String) async throws -> Int {
    try await queryRow(SQL(raw: "SELECT COUNT(*) FROM \(table)"), as: Int.self) ?? -1
  }

  /// The only value of a query.
  func single<T: ColumnDecodable>(_ sql: SQL, as type: T.Type) async throws -> T {
    guard let value = try await queryRow(sql, as: type) else {
      throw ClauseFailure("a query that must give one row gave none")
    }
    return value
  }

  private var columnTypes: [(String, ColumnType)] {
    [
      ("id", .id), ("bool", .bool), ("int", .int), ("double", .double), ("text", .text),
      ("key", .key(maxLength: 100)), ("bytes", .bytes), ("timestamp", .timestamp), ("date", .date),
      ("uuid", .uuid), ("decimal", .decimal(precision: 38, scale: 10)), ("json", .json),
    ]
  }
}

/// A query without a table that counts to `limit`, one row a number, on any engine.
func counting(to limit: Int, _ selection: String = "n") -> SQL {
  SQL(
    raw: """
      WITH RECURSIVE counter (n) AS
        (SELECT 1 UNION ALL SELECT n + 1 FROM counter WHERE n < \(limit))
      SELECT \(selection) FROM counter
      """)
}

/// A statement that keeps the server busy for minutes before its only row.
var endlessCount: SQL { counting(to: 2_000_000_000, "COUNT(*)") }
