import Synchronization

/// One connection, leased for a scope.
///
/// Statements run one after another on one session. It belongs to the scope that received it: using
/// it afterwards, or from two tasks at the same time, is `misuse`.
public final class Connection: StatementExecutor {
  let session: Session
  let texts: StatementTexts
  private let isOver = Atomic<Bool>(false)
  private let isReadOnly = Atomic<Bool>(false)
  let scope = TransactionScope()

  init(_ session: Session, texts: StatementTexts) {
    self.session = session
    self.texts = texts
  }

  /// What the server is and can do.
  public var server: ServerFacts { session.driver.server }

  /// Where the session stands, as the server sees it.
  public var transactionStatus: TransactionStatus { session.driver.transactionStatus }

  /// Runs a statement for its effect.
  public func exec(
    _ sql: SQL, at site: CallSite
  ) async throws(DatabaseError) -> ExecResult {
    try await run(text(sql), sql.parameters)
  }

  func run(
    _ text: StatementText, _ values: [Value]
  ) async throws(DatabaseError) -> ExecResult {
    if let result = try session.execNow(text, values) { return result }
    return try await session.exec(text, values)
  }

  /// Starts a statement; the connection takes no other until the rows end or are let go. [QUERY-5]
  public func query(
    _ sql: SQL, at site: CallSite
  ) async throws(DatabaseError) -> Rows {
    try await query(text(sql), sql.parameters)
  }

  func query(_ text: StatementText, _ values: [Value]) async throws(DatabaseError) -> Rows {
    let rows = try await session.query(text, values)
    return Rows(RowCursor(rows, session, nil, readsOnly: text.isReadOnly))
  }

  /// Hands the first row of a statement to `body`; false if there is none.
  public func withFirstRow(
    of sql: SQL, at site: CallSite, _ body: (borrowing Row) throws(DatabaseError) -> Void
  ) async throws(DatabaseError) -> Bool {
    try await session.firstRow(text(sql), sql.parameters, body)
  }

  /// Does what ``withFirstRow(of:at:_:)`` does, if nothing has to be waited for.
  @usableFromInline
  func firstRowNow(
    of sql: SQL, adding arguments: (inout [Value]) -> Void,
    _ body: (borrowing Row) throws(DatabaseError) -> Void
  ) throws(DatabaseError) -> Bool? {
    try firstRowNow(of: sql, adding: arguments, body) { sql throws(DatabaseError) in
      try text(sql)
    }
  }

  func firstRowNow(
    of sql: SQL, adding arguments: (inout [Value]) -> Void,
    _ body: (borrowing Row) throws(DatabaseError) -> Void,
    _ text: (SQL) throws(DatabaseError) -> StatementText
  ) throws(DatabaseError) -> Bool? {
    guard session.mayRunPlain else { return nil }
    var values: [Value] = []
    arguments(&values)
    // Values in both places are a mistake, which the long way reports.
    if !values.isEmpty, !sql.parameters.isEmpty { return nil }
    return try session.firstRowNow(text(sql), values.isEmpty ? sql.parameters : values, body)
  }

  /// Runs `body` in a transaction on this connection.
  public func transaction<R>(
    _ options: TransactionOptions, at site: CallSite, _ body: (Transaction) async throws -> R
  ) async throws -> R {
    try await Transaction(on: self).run(options, body)
  }

  /// Does what ``exec(_:at:)`` does, if nothing has to be waited for.
  @usableFromInline
  func execNow(
    of sql: SQL, adding arguments: (inout [Value]) -> Void
  ) -> Result<ExecResult?, DatabaseError> {
    session.borrowedExec(of: sql, adding: arguments) { text throws(DatabaseError) in
      try admit(text)
    }
  }

  /// The rebound text, if the scope is not over.
  func text(_ sql: SQL) throws(DatabaseError) -> StatementText {
    try checkScope()
    let text = try texts.text(for: sql.text)
    try check(text)
    return text
  }

  /// Lets a text in that was rebound before.
  @inline(__always)
  func admit(_ text: StatementText) throws(DatabaseError) {
    try checkScope()
    try check(text)
  }

  @inline(__always)
  private func checkScope() throws(DatabaseError) {
    if isOver.load(ordering: .relaxed) { throw usedAfterItsScope() }
  }

  private func usedAfterItsScope() -> DatabaseError {
    .misuse("the connection was used after the scope it was leased to; borrow it again")
  }

  @inline(__always)
  private func check(_ text: StatementText) throws(DatabaseError) {
    if refusesWrites, !text.looksReadOnly, text.use != .begin, text.use != .end {
      throw readOnly(text.leadingKeyword)
    }
    if scope.isOpen { try enterTransaction(text) }
  }

  /// Refuses a write by another call than a statement's.
  func checkMayWrite(_ verb: String) throws(DatabaseError) {
    if refusesWrites { throw readOnly(verb) }
  }

  private func readOnly(_ verb: String) -> DatabaseError {
    DatabaseError(
      .readOnly, "\(verb) is not allowed in a transaction that only reads", execution: .notSent)
  }

  /// Whether a read-only transaction is open that the server itself does not enforce.
  var refusesWrites: Bool {
    get { isReadOnly.load(ordering: .relaxed) }
    set { isReadOnly.store(newValue, ordering: .relaxed) }
  }

  /// Ends the scope; false if it had ended before.
  @discardableResult
  func end() -> Bool {
    !isOver.exchange(true, ordering: .relaxed)
  }
}
