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

  /// Stores rows one by one, for engines differ in how one insert takes several.
  func insertRows(_ table: String, _ columns: [String], _ rows: [[Value]]) async throws {
    let insert = try dialect.insertSQL(into: table, columns: columns)
    for row in rows { try await exec(SQL(raw: insert, row)) }
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

extension StatementExecutor {
  /// The shortest query: one row, the number 1.
  var one: SQL { selecting("1") }

  /// A query for values that stand in no table.
  func selecting(_ expressions: String) -> SQL { SQL(raw: dialect.selectSQL(expressions)) }

  /// A query that counts to `limit`, one row a number, in no order. Its column is called `n`.
  ///
  /// Joined of digits: engines allow a recursion less deep, and a query of less length.
  func counting(to limit: Int, _ selection: String = "n") -> SQL {
    let places = String(limit - 1).utf8.count
    let factors = (0..<places).map { place in (0..<place).reduce(1) { factor, _ in factor * 10 } }
    let number = factors.enumerated().map { "\($1) * p\($0).d" }.joined(separator: " + ")
    let highest = (limit - 1) / (factors.last ?? 1)
    return SQL(
      raw: """
        WITH digits (d) AS (\(digits)) SELECT \(selection) FROM (SELECT 1 + \(number) AS n
        FROM \(digitTables(places)) WHERE p\(places - 1).d <= \(highest)) numbers WHERE n <= \(limit)
        """)
  }

  /// A statement that keeps the server busy for minutes at least before its only row.
  var endlessCount: SQL { endlessCount(0) }

  /// The same, each number another text.
  ///
  /// A recursion where the engine is known to go on with one for ever: it looks after each step whether it was
  /// cancelled. A join of many tables PostgreSQL compiles first, and MariaDB looks less often.
  func endlessCount(_ number: Int) -> SQL {
    if ["sqlite", "postgres", "mariadb"].contains(dialect.name) {
      return SQL(
        raw: """
          WITH RECURSIVE counter (n) AS
            (SELECT 1 UNION ALL SELECT n + 1 FROM counter WHERE n < \(2_000_000_000 + number))
          SELECT COUNT(*) FROM counter
          """)
    }
    return SQL(
      raw: """
        WITH digits (d) AS (\(digits))
        SELECT COUNT(*) + \(number) FROM \(digitTables(11)) WHERE p0.d + p10.d < 40
        """)
  }

  private var digits: String {
    (0...9).map { dialect.selectSQL("\($0)") }.joined(separator: " UNION ALL ")
  }

  // The lowest place last, so that a join which goes through it fastest counts upwards.
  private func digitTables(_ count: Int) -> String {
    (0..<count).reversed().map { "digits p\($0)" }.joined(separator: " CROSS JOIN ")
  }
}
