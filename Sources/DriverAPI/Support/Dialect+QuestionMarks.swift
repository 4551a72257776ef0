extension Dialect {
  /// The same dialect behind a client library in which a parameter is `?` and nothing else.
  ///
  /// - Parameter maxParameters: the most that the library takes; the engine's limit still holds.
  public func withQuestionMarks(maxParameters limit: Int) -> Dialect {
    var dialect = self
    dialect.placeholders = .questionMark
    dialect.maxParameters = min(limit, maxParameters)
    dialect.lexical.dollarParameters = false
    dialect.lexical.namedParameters = false
    dialect.lexical.questionMarkOperators = false
    return dialect
  }
}
