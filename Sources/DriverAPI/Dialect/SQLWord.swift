/// A word of a statement and what can stand beside it.
struct SQLWord {
  /// The word in capitals; a question mark for one that is longer than any we know, or not ASCII:
  /// Unicode takes the sign of the kelvin for a K, no engine does.
  let text: String

  init(_ bytes: Span<UInt8>, _ range: Range<Int>) {
    guard range.count <= Self.maxByteCount, range.allSatisfy({ bytes[$0] < 0x80 }) else {
      text = "?"
      return
    }
    text = String(unsafeUninitializedCapacity: range.count) { buffer in
      for index in range {
        let byte = bytes[index]
        buffer[index - range.lowerBound] = byte >= 0x61 && byte <= 0x7a ? byte - 0x20 : byte
      }
      return range.count
    }
  }

  // The longest are the names of PostgreSQL's advisory lock functions.
  private static let maxByteCount = 36

  /// Whether a value can stand behind it; then it is neither a name nor a value itself.
  var precedesOperand: Bool { Self.beforeOperands.contains(text) }

  /// Whether it can stand behind a value, other than as a name for it.
  var followsOperand: Bool { Self.afterOperands.contains(text) }

  private static let beforeOperands: Set<String> = [
    "ALL", "AND", "ANY", "AS", "ASYMMETRIC", "BETWEEN", "BOTH", "BY", "CALL", "CASE", "CHECK",
    "DEFAULT", "DISTINCT", "ELSE", "ESCAPE", "EXCEPT", "EXECUTE", "FIRST", "FOR", "FROM", "GROUPS",
    "HAVING", "ILIKE", "IN", "INTERSECT", "INTERVAL", "IS", "LEADING", "LIKE", "LIMIT", "NEXT",
    "NOT", "OFFSET", "ON", "OR", "OVERLAPS", "PASSING", "PLACING", "RANGE", "RETURN", "RETURNING",
    "ROW", "ROWS", "SELECT", "SET", "SIMILAR", "SOME", "SYMMETRIC", "THEN", "TO", "TRAILING",
    "UNION", "USING", "VALUES", "WHEN", "WHERE", "WITH", "ZONE",
  ]

  private static let afterOperands: Set<String> = [
    "AND", "AS", "ASC", "AT", "BETWEEN", "COLLATE", "CROSS", "DESC", "ELSE", "END", "ESCAPE",
    "EXCEPT", "FETCH", "FILTER", "FOLLOWING", "FOR", "FROM", "FULL", "GROUP", "HAVING", "ILIKE",
    "IN", "INNER", "INTERSECT", "INTO", "IS", "ISNULL", "JOIN", "LEFT", "LIKE", "LIMIT", "NATURAL",
    "NOT", "NOTNULL", "NULLS", "OFFSET", "ON", "OPERATOR", "OR", "ORDER", "OVER", "OVERLAPS",
    "PLACING", "PRECEDING", "RETURNING", "RIGHT", "ROW", "ROWS", "SET", "SIMILAR", "THEN", "TO",
    "UNION", "USING", "WHEN", "WHERE", "WINDOW", "WITHIN",
  ]
}
