/// A transaction, or a savepoint in one, for the scope of a closure.
public final class Transaction: StatementExecutor {
  /// The connection it runs on.
  public let connection: Connection
  /// 0 for the transaction itself, 1 for a savepoint in it, and so on.
  public let depth: Int

  init(on connection: Connection, depth: Int) {
    self.connection = connection
    self.depth = depth
  }

  /// What the server is and can do.
  public var server: ServerFacts { connection.server }

  /// Runs a statement for its effect.
  public func exec(
    _ sql: SQL, at site: CallSite
  ) async throws(DatabaseError) -> ExecResult {
    try await connection.exec(sql, at: site)
  }

  /// Starts a statement; the transaction takes no other until the rows end or are let go. [QUERY-5]
  public func query(
    _ sql: SQL, at site: CallSite
  ) async throws(DatabaseError) -> Rows {
    try await connection.query(sql, at: site)
  }

  /// Hands the first row of a statement to `body`; false if there is none.
  public func withFirstRow(
    of sql: SQL, at site: CallSite, _ body: (borrowing Row) throws(DatabaseError) -> Void
  ) async throws(DatabaseError) -> Bool {
    try await connection.withFirstRow(of: sql, at: site, body)
  }

  /// Does what ``withFirstRow(of:at:_:)`` does, if nothing has to be waited for.
  public func withFirstRowNow(
    of sql: SQL, adding arguments: (inout [Value]) -> Void, at site: CallSite,
    _ body: (borrowing Row) throws(DatabaseError) -> Void
  ) throws(DatabaseError) -> Bool? {
    try connection.withFirstRowNow(of: sql, adding: arguments, at: site, body)
  }

  /// Runs `body` in a savepoint: what it did is undone if it throws, and only that. [TX-3]
  ///
  /// - Parameter options: must be the default: a savepoint cannot change isolation or access.
  public func transaction<R>(
    _ options: TransactionOptions, at site: CallSite, _ body: (Transaction) async throws -> R
  ) async throws -> R {
    guard options == TransactionOptions() else {
      throw DatabaseError.misuse(
        "a nested transaction is a savepoint and takes the outer one's isolation and access")
    }
    return try await Transaction(on: connection, depth: depth + 1).run(options, body)
  }

  func run<R>(
    _ options: TransactionOptions, _ body: (Transaction) async throws -> R
  ) async throws -> R {
    try await begin(options)
    defer { if depth == 0 { connection.refusesWrites = false } }
    let result: R
    do {
      result = try await body(self)
    } catch {
      await undo()
      throw error
    }
    try await finish()
    return result
  }

  private func begin(_ options: TransactionOptions) async throws(DatabaseError) {
    if depth > 0 {
      try await control(words.savepoint + savepointName)
      return
    }
    guard connection.transactionStatus == .none else {
      throw .misuse("the connection is in a transaction already; nest with its transaction { }")
    }
    do throws(DatabaseError) {
      for statement in dialect.begin(options) { try await control(statement) }
      connection.refusesWrites = options.isReadOnly && !words.readOnlyIsEnforced
    } catch {
      // A later one of several statements may have failed with the transaction open.
      if connection.transactionStatus != .none { await connection.session.rollBack() }
      throw error
    }
  }

  /// Commits. Never repeated: after a lost connection nobody knows how it ended. [TX-12]
  private func finish() async throws(DatabaseError) {
    do throws(DatabaseError) {
      if connection.transactionStatus == .none { throw endedInside() }
      if Task.isCancelled { throw cancelledBeforeCommit() }
      try await control(depth > 0 ? words.release + savepointName : words.commit)
    } catch {
      await undo()
      throw error
    }
  }

  // An engine may have rolled the whole transaction back by itself (a deadlock, a full disk), and
  // then there is nothing left to undo: its status is asked, never counted.
  private func undo() async {
    let session = connection.session
    guard !session.isSpent, connection.transactionStatus != .none else { return }
    if depth == 0 {
      await session.rollBack()
      return
    }
    do throws(DatabaseError) {
      try await control(words.rollbackTo + savepointName)
      try await control(words.release + savepointName)
    } catch {
      session.instruments.reportWarning(
        "rolling back to a savepoint failed, rolling back the transaction", error)
      await session.rollBack()
    }
  }

  private var words: TransactionWords { dialect.transactions }

  private var savepointName: String { "dovetail_\(depth)" }

  private func control(_ sql: String) async throws(DatabaseError) {
    let text = try connection.text(SQL(raw: sql))
    _ = try await connection.session.exec(text, [])
  }

  private func endedInside() -> DatabaseError {
    .misuse(
      "the transaction ended inside its closure, by a statement of its own or by the server")
  }

  private func cancelledBeforeCommit() -> DatabaseError {
    DatabaseError(.cancelled, "the task was cancelled before the commit; rolled back")
  }
}
