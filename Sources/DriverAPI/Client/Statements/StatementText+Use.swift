extension StatementText {
  /// What a statement means to the connection it runs on.
  enum Use: Sendable {
    /// Reads or changes rows.
    case data
    /// Begins a transaction or a savepoint.
    case begin
    /// Ends a transaction or a savepoint.
    case end
    /// Anything else: it may change the schema, or leave a setting or a temporary object behind.
    case other

    init(leadingKeyword: String) {
      self =
        switch leadingKeyword {
        case "SELECT", "INSERT", "UPDATE", "DELETE", "REPLACE", "MERGE", "VALUES", "WITH", "TABLE":
          .data
        case "BEGIN", "START", "SAVEPOINT": .begin
        case "COMMIT", "END", "ROLLBACK", "ABORT", "RELEASE": .end
        default: .other
        }
    }
  }

  /// Whether it will probably run again: statements on data and on transactions, not on the schema.
  var isWorthKeeping: Bool { use != .other }

  /// Whether the statement ends a transaction, or part of one. It is never interrupted: its outcome
  /// would be unknown, and it is short. A driver runs it in a cancelled task too.
  public var endsTransaction: Bool { use == .end }

  /// Refuses to begin or end a transaction on a connection that is given back after the statement.
  ///
  /// - Throws: `misuse`.
  func checkAutocommit() throws(DatabaseError) {
    if use == .begin || use == .end { throw needsConnection() }
  }

  private func needsConnection() -> DatabaseError {
    .misuse(
      "\(leadingKeyword) needs one connection for all its statements; use transaction { }, or "
        + "withConnection { }")
  }
}
