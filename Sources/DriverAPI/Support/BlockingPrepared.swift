/// A statement of a ``BlockingSession``, run on the thread of its connection.
///
/// `@unchecked Sendable`: the statement is used on that thread alone.
final class BlockingPrepared<Session: BlockingSession>: DriverStatement, @unchecked Sendable {
  let text: StatementText
  let connection: BlockingConnection<Session>
  /// Nil if it has to be prepared again.
  private var statement: Session.Statement?
  private let isKept: Bool

  init(
    _ text: StatementText, _ statement: Session.Statement, isKept: Bool,
    on connection: BlockingConnection<Session>
  ) {
    (self.text, self.statement, self.connection) = (text, statement, connection)
    self.isKept = isKept
    parameterCount = statement.parameterCount
  }

  let parameterCount: Int?

  func exec(_ parameters: [Value]) async throws(DatabaseError) -> ExecResult {
    try await connection.run(text) { () throws(DatabaseError) -> ExecResult in
      defer { self.end(wasInterrupted: self.connection.wasInterrupted) }
      return try self.result(of: try self.execute(parameters))
    }
  }

  func query(_ parameters: [Value]) async throws(DatabaseError) -> any DriverRows {
    try await connection.run(text) { () throws(DatabaseError) -> BlockingRows<Session> in
      do throws(DatabaseError) {
        return try BlockingRows(of: try self.execute(parameters), self)
      } catch {
        self.end(wasInterrupted: self.connection.wasInterrupted)
        throw error
      }
    }
  }

  func finalize() {
    connection.runLater { self.release() }
  }

  /// Closes the rows. On the thread.
  func end(wasInterrupted: Bool) {
    statement?.closeRows()
    // What the rows ended with may have moved the transaction.
    connection.note(nil)
    // Now, and not when it is needed again: on some engines nobody can change a table meanwhile. Nor does
    // every library leave a statement whole that was stopped.
    if wasInterrupted || isPreparedEachTime { release() }
    if wasInterrupted { connection.session.settle() }
  }

  private var isPreparedEachTime: Bool {
    if case .unnoticed = connection.session.habits.stalePlans { true } else { false }
  }

  private func release() {
    statement?.free()
    statement = nil
  }
}

extension BlockingPrepared {
  private func execute(_ parameters: [Value]) throws(DatabaseError) -> Session.Statement {
    try connection.server.capabilities.check(parameters)
    do throws(DatabaseError) { try prepared().execute(parameters) } catch {
      guard case .reported(let isStale) = connection.session.habits.stalePlans, isStale(error),
        connection.transactionStatus == .none
      else { throw error }
      statement?.closeRows()
      release()
      try prepared().execute(parameters)
    }
    connection.note(text.followingStatus)
    return try prepared()
  }

  private func prepared() throws(DatabaseError) -> Session.Statement {
    if let statement { return statement }
    let fresh = try connection.session.prepare(text, isKept: isKept)
    statement = fresh
    return fresh
  }

  private func result(of statement: Session.Statement) throws(DatabaseError) -> ExecResult {
    var result = try statement.result()
    guard result.rowCount > 0, result.lastInsertID == nil, text.surelyInserts,
      !connection.server.dialect.hasReturning
    else { return result }
    result.lastInsertID = try connection.lastInsertID()
    return result
  }
}

extension StatementText {
  /// Where the session stands when the statement has succeeded; nil if that is where it stood.
  fileprivate var followingStatus: TransactionStatus? {
    switch transactionStep {
    case .begin: .active
    case .commit, .rollback: TransactionStatus.none
    // To a savepoint, from where it goes on.
    case nil: leadingKeyword == "ROLLBACK" ? .active : nil
    }
  }
}
