/// What a connection takes while a `transaction { }` is open on it.
extension Connection {
  /// Lets a statement into the open transaction.
  ///
  /// - Throws: `transactionAborted`, not sent, if the session is not in that transaction any more or the
  ///   server takes only a rollback; `misuse` for one that would begin another. [TX-14]
  func enterTransaction(_ text: StatementText) throws(DatabaseError) {
    // What goes back to a savepoint is the way out of a failed transaction.
    if text.use == .end, transactionStatus == .failed { return scope.note(text) }
    try checkTransaction()
    guard text.use != .data else { return }
    if case .begin = text.transactionStep {
      throw .misuse(
        "\(text.leadingKeyword) inside transaction { }, which began one; nest with its transaction { }"
      )
    }
    session.lastFailure = nil
    scope.note(text)
  }

  /// Whether the session is in the transaction that was begun, and it takes statements.
  ///
  /// - Parameter atEnd: asked by its end, and not by a statement.
  /// - Throws: `transactionAborted`, which says what became of it.
  func checkTransaction(atEnd: Bool = false) throws(DatabaseError) {
    let status = transactionStatus
    if status == .active, !scope.wasLeft { return }
    if status == .failed { throw failed(atEnd: atEnd) }
    let account = scope.account(
      of: session.lastFailure, undoesDDL: server.capabilities.transactionalDDL)
    guard atEnd else {
      throw DatabaseError(
        .transactionAborted, "not sent, because the transaction has ended: \(account.words)",
        execution: .notSent)
    }
    throw DatabaseError(
      .transactionAborted, "the transaction ended inside its closure: \(account.words)",
      execution: account.isRolledBack ? .rejected : .unknown)
  }

  private func failed(atEnd: Bool) -> DatabaseError {
    let reason =
      "a statement in it had failed, and the server takes only a rollback; run what may fail in a "
      + "savepoint, its transaction { }"
    return atEnd
      ? DatabaseError(.transactionAborted, "the transaction was rolled back: \(reason)")
      : DatabaseError(
        .transactionAborted, "not sent, because of the transaction: \(reason)",
        execution: .notSent)
  }
}
