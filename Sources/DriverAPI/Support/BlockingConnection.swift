/// A connection made of a ``BlockingSession``: what a driver for a blocking library opens.
///
/// `@unchecked Sendable`: the session is used on the thread of `calls` alone.
public final class BlockingConnection<Session: BlockingSession>: DriverConnection,
  @unchecked Sendable
{
  /// What this very server is and can do.
  public let server: ServerFacts
  /// Opens a session on the thread.
  public typealias Opening = @Sendable (BlockingCalls) throws(DatabaseError) -> Session

  private(set) var session: Session
  private var isOpen = true
  private let opening: Opening
  let calls: BlockingCalls
  // Read by the pool, also while an interrupted call that nobody waits for any more still runs.
  private let status = Mutex(TransactionStatus.none)

  private init(_ opening: @escaping Opening, _ calls: BlockingCalls) throws(DatabaseError) {
    (self.opening, self.calls) = (opening, calls)
    session = try opening(calls)
    server = session.server
  }

  /// Opens a session on a thread of its own.
  ///
  /// - Parameters:
  ///   - label: names the thread.
  ///   - opening: keeps the calls for what has to be interruptible. If it throws, nothing may be left
  ///     open. Called again for another session after ``BlockingSession/reset()``.
  /// - Throws: what `opening` throws.
  public static func open(
    label: String, _ opening: @escaping Opening
  ) async throws(DatabaseError) -> BlockingConnection {
    let calls = BlockingCalls(label: label)
    return try await calls.run { () throws(DatabaseError) -> BlockingConnection in
      try BlockingConnection(opening, calls)
    }
  }

  /// Prepares the statement on the thread.
  public func prepare(
    _ text: StatementText, isKept: Bool
  ) async throws(DatabaseError) -> any DriverStatement {
    if session.habits.hasTransactionCalls, let step = text.transactionStep {
      return TransactionCall(step, on: self)
    }
    return try await run(text) { () throws(DatabaseError) -> BlockingPrepared<Session> in
      do throws(DatabaseError) {
        return BlockingPrepared(
          text, try self.session.prepare(text, isKept: isKept), isKept: isKept, on: self)
      } catch {
        if self.wasInterrupted { self.session.settle() }
        throw error
      }
    }
  }

  /// What the habits say.
  public func leavesState(_ text: StatementText) -> Bool { session.habits.leavesState(text) }

  /// What the habits say.
  public var keptStatementsHoldTables: Bool { session.habits.keptStatementsHoldTables }

  /// Where the session stands, as the library tells or as it follows from what has been done.
  public var transactionStatus: TransactionStatus { status.withLock { $0 } }

  /// From now on an interruption means the next statement.
  public func statementBegins() { calls.statementBegins() }

  /// Asks for the running call to be stopped.
  public func interrupt() { calls.interrupt() }

  /// Waits no longer for the call that runs.
  public func abandon() { calls.abandon() }

  /// Resets the session on the thread.
  public func reset() async throws(DatabaseError) {
    statementBegins()
    try await calls.run { () throws(DatabaseError) in
      if try !self.session.reset() { try self.reopen() }
      self.note(TransactionStatus.none)
    }
  }

  /// Ends the session when everything asked for is done, and does not wait for it.
  public func close() async {
    calls.runLater {
      if self.isOpen { self.session.close() }
    }
  }

  private func reopen() throws(DatabaseError) {
    session.close()
    isOpen = false
    session = try opening(calls)
    isOpen = true
  }
}

extension BlockingConnection {
  /// Runs `work` for a statement and follows the transaction when it fails.
  func run<R: Sendable>(
    _ text: StatementText, _ work: @escaping @Sendable () throws(DatabaseError) -> R
  ) async throws(DatabaseError) -> R {
    try await calls.run(heedingCancellation: !text.endsTransaction) {
      () throws(DatabaseError) -> R in
      do throws(DatabaseError) { return try work() } catch {
        throw self.observed(error)
      }
    }
  }

  /// The error with what the session knows beyond it. On the thread.
  func observed(_ error: DatabaseError) -> DatabaseError {
    if session.isLost {
      return error.with(kind: .connectionLost, connection: .spent, execution: .unknown)
    }
    let endsTransaction = session.habits.errorsEndTransaction || error.kind == .deadlock
    note(endsTransaction && transactionStatus == .active ? .failed : nil)
    switch error.kind {
    // What an interruption breaks off is not always reported as one.
    case .other where wasInterrupted: return error.with(kind: .cancelled)
    // It was somebody else who stopped it. [CANCEL-6]
    case .cancelled where !wasInterrupted: return error.with(kind: .other)
    default: return error
    }
  }

  /// Runs `work` when everything asked for so far is done.
  func runLater(_ work: @escaping @Sendable () -> Void) { calls.runLater(work) }

  /// Whether the current statement was interrupted.
  var wasInterrupted: Bool { calls.wasInterrupted }

  /// The id of the row that was inserted last; nil if the dialect does not say how to ask. On the
  /// thread. [EXEC-2]
  func lastInsertID() throws(DatabaseError) -> Int64? {
    guard let sql = server.dialect.lastInsertID else { return nil }
    let statement = try session.prepare(try server.dialect.rebind(sql))
    defer {
      statement.closeRows()
      statement.free()
    }
    try statement.execute([])
    let page = RowPage(columnCount: try statement.columns().count)
    guard try statement.fetchRow(into: page) else { return nil }
    return page.firstInteger
  }

  /// Takes down where the session stands; nil if what has been done does not change it. On the thread.
  func note(_ following: TransactionStatus?) {
    guard let now = session.transactionStatus ?? following else { return }
    status.withLock { $0 = now }
  }
}
