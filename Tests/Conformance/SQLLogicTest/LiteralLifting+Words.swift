// MARK: Words that decide

extension LiteralLifting {
  /// What a statement that takes parameters begins with.
  static let verbs: Set<String> = [
    "SELECT", "INSERT", "UPDATE", "DELETE", "REPLACE", "VALUES", "WITH",
  ]

  /// What ends a list of columns to order or group by.
  static let endsOfOrdering: Set<String> = [
    "LIMIT", "OFFSET", "FETCH", "FOR", "HAVING", "WINDOW", "ORDER", "UNION", "EXCEPT", "INTERSECT",
    "ROWS", "RANGE", "GROUPS", "SELECT", "ON", "RETURNING",
  ]

  /// Types that have a length in parentheses.
  static let typeNames: Set<String> = [
    "BINARY", "BIT", "CHAR", "CHARACTER", "DATETIME", "DECIMAL", "FLOAT", "NCHAR", "NUMERIC",
    "NVARCHAR", "TIME", "TIMESTAMP", "VARBINARY", "VARCHAR", "VARYING",
  ]

  /// Whether the number of rows follows the word, which must be a literal: FETCH FIRST 5 ROWS.
  static func isCount(after word: String) -> Bool { word == "FIRST" || word == "NEXT" }

  /// Whether the word is the first half of `1e-5`.
  static func isMantissa(_ word: String) -> Bool {
    word.last == "E" && word.first.map { $0.isASCII && $0.isNumber } == true
  }
}
