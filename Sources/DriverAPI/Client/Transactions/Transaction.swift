import struct Synchronization.Atomic

/// A transaction, or a savepoint in one, for the scope of a closure.
///
/// Takes statements only while the session is in that very transaction: one that the engine or a
/// statement ended refuses what comes after it, which would commit by itself. [TX-14] While a savepoint
/// in it is open the savepoint takes the statements. [TX-15]
public final class Transaction: StatementExecutor {
  /// The connection it runs on.
  public let connection: Connection
  /// 0 for the transaction itself, 1 for a savepoint in it, and so on.
  public let depth: Int
  private let number: UInt64
  /// The number of the one around it, 0 for none.
  private let parent: UInt64
  private let isOver = Atomic<Bool>(false)

  init(on connection: Connection, depth: Int = 0, in parent: UInt64 = 0) {
    self.connection = connection
    self.depth = depth
    self.parent = parent
    number = connection.scope.nextNumber()
  }

  /// What the server is and can do.
  public var server: ServerFacts { connection.server }

  /// Runs a statement for its effect.
  public func exec(
    _ sql: SQL, at site: CallSite
  ) async throws(DatabaseError) -> ExecResult {
    try await connection.run(text(sql), sql.parameters)
  }

  /// Does what ``exec(_:at:)`` does, if nothing has to be waited for.
  @usableFromInline
  func execNow(
    of sql: SQL, adding arguments: (inout [Value]) -> Void
  ) -> Result<ExecResult?, DatabaseError> {
    connection.session.borrowedExec(of: sql, adding: arguments) { text throws(DatabaseError) in
      try checkInnermost()
      try connection.admit(text)
    }
  }

  /// Starts a statement; the transaction takes no other until the rows end or are let go. [QUERY-5]
  public func query(
    _ sql: SQL, at site: CallSite
  ) async throws(DatabaseError) -> Rows {
    try await connection.query(text(sql), sql.parameters)
  }

  /// Hands the first row of a statement to `body`; false if there is none.
  public func withFirstRow(
    of sql: SQL, at site: CallSite, _ body: (borrowing Row) throws(DatabaseError) -> Void
  ) async throws(DatabaseError) -> Bool {
    try await connection.session.firstRow(text(sql), sql.parameters, body)
  }

  /// Does what ``withFirstRow(of:at:_:)`` does, if nothing has to be waited for.
  @usableFromInline
  func firstRowNow(
    of sql: SQL, adding arguments: (inout [Value]) -> Void,
    _ body: (borrowing Row) throws(DatabaseError) -> Void
  ) throws(DatabaseError) -> Bool? {
    try connection.firstRowNow(of: sql, adding: arguments, body) { sql throws(DatabaseError) in
      try text(sql)
    }
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
    try checkInnermost()
    try connection.checkTransaction()
    return try await Transaction(on: connection, depth: depth + 1, in: number).run(options, body)
  }

  /// The rebound text, if this transaction takes it.
  func text(_ sql: SQL) throws(DatabaseError) -> StatementText {
    try checkInnermost()
    return try connection.text(sql)
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
      end()
      await undo()
      throw error
    }
    end()
    try await finish()
    return result
  }

  /// Runs a batch of the driver's own in a savepoint that travels with it: one round trip. [BATCH-1]
  func inSavepoint(of batch: [BatchEntry]) async throws(DatabaseError) -> [ExecResult] {
    try await Transaction(on: connection, depth: depth + 1, in: number).runAsOne(batch)
  }

  private func runAsOne(_ batch: [BatchEntry]) async throws(DatabaseError) -> [ExecResult] {
    guard connection.scope.open(number, in: parent) else { throw sharedTransaction() }
    do throws(DatabaseError) {
      let begin = words.savepoint + savepointName + words.savepointEnding
      var whole: [BatchEntry] = [(try connection.texts.text(for: begin), [])]
      whole += batch
      if let release = words.release {
        whole.append((try connection.texts.text(for: release + savepointName), []))
      }
      let results = try await connection.session.run(whole, as: 1)
      end()
      try connection.checkTransaction(atEnd: true)
      return Array(results.dropFirst().prefix(batch.count))
    } catch {
      end()
      // Otherwise it did not come to the savepoint.
      if connection.transactionStatus == .failed { await undo() }
      guard let row = error.details.row else { throw error }
      throw error.atRow(batch.indices.contains(row - 1) ? row - 1 : nil)
    }
  }

  private func begin(_ options: TransactionOptions) async throws(DatabaseError) {
    guard depth > 0 || connection.transactionStatus == .none else {
      throw .misuse("the connection is in a transaction already; nest with its transaction { }")
    }
    guard connection.scope.open(number, in: parent) else { throw sharedTransaction() }
    do throws(DatabaseError) {
      if depth > 0 {
        try await control(words.savepoint + savepointName + words.savepointEnding)
        return
      }
      let session = connection.session
      session.lastFailure = nil
      let neededReset = session.needsReset
      for statement in dialect.begin(options) { try await control(statement) }
      // The level that was set before ends with the transaction, on most engines. [STMT-6]
      if options.isolation == nil || words.isolation != .session {
        session.needsReset = neededReset
      }
      connection.refusesWrites = options.isReadOnly && !words.readOnlyIsEnforced
    } catch {
      end()
      // A later one of several statements may have failed with the transaction open.
      if depth == 0, connection.transactionStatus != .none {
        await connection.session.rollBack()
      }
      throw error
    }
  }

  // Nobody else uses it from here on, and the one around it takes statements again.
  private func end() {
    isOver.store(true, ordering: .relaxed)
    connection.scope.close(number, in: parent)
  }

  /// Commits. Never repeated: after a lost connection nobody knows how it ended. [TX-12]
  private func finish() async throws(DatabaseError) {
    do throws(DatabaseError) {
      try await connection.session.endOpenRows()
      // What failed in it, and was caught, has spoilt it: its end would be a rollback. [TX-13]
      try connection.checkTransaction(atEnd: true)
      if Task.isCancelled { throw cancelledBeforeCommit() }
      try await depth > 0 ? release() : control(words.commit)
      if depth == 0, connection.transactionStatus != .none { throw staysOpen() }
    } catch {
      await undo()
      throw error
    }
  }

  // An engine may have rolled the whole transaction back by itself (a deadlock, a full disk), and
  // then there is nothing left to undo: its status is asked, never counted.
  private func undo() async {
    let session = connection.session
    do throws(DatabaseError) { try await session.endOpenRows() } catch {
      session.instruments.reportDetail("a statement failed that was left early", error)
    }
    guard !session.isSpent, connection.transactionStatus != .none else { return }
    if depth == 0 || connection.scope.wasLeft {
      await session.rollBack()
      return
    }
    do throws(DatabaseError) {
      try await control(words.rollbackTo + savepointName)
      try await release()
    } catch {
      session.instruments.reportWarning(
        "rolling back to a savepoint failed, rolling back the transaction", error)
      await session.rollBack()
    }
  }

  private var words: TransactionWords { dialect.transactions }

  // One of each depth is open at most, since only the innermost takes another; few names, so that their
  // statements stay in the caches. [TX-15]
  private var savepointName: String { "dovetail_\(depth)" }

  private func release() async throws(DatabaseError) {
    if let release = words.release { try await control(release + savepointName) }
  }

  private func control(_ sql: String) async throws(DatabaseError) {
    _ = try await connection.session.exec(try connection.texts.text(for: sql), [])
  }

  private func checkInnermost() throws(DatabaseError) {
    if connection.scope.isInnermost(number) { return }
    if isOver.load(ordering: .relaxed) {
      throw .misuse(
        "the \(depth > 0 ? "savepoint" : "transaction") was used after its closure had ended")
    }
    throw sharedTransaction()
  }

  private func sharedTransaction() -> DatabaseError {
    .misuse(
      "another savepoint of the transaction is open, and only the innermost takes statements; end it "
        + "first, or give each task a transaction of its own")
  }

  private func staysOpen() -> DatabaseError {
    DatabaseError(
      .transactionAborted, "the engine answered the commit and left the transaction open",
      execution: .unknown)
  }

  private func cancelledBeforeCommit() -> DatabaseError {
    DatabaseError(.cancelled, "the task was cancelled before the commit; rolled back")
  }
}
