/// One session of a client library whose calls block until the server has answered.
///
/// What a driver for such a library writes instead of ``DriverConnection``, ``DriverStatement`` and
/// ``DriverRows``: plain functions, without `async`, locks or `Sendable`. ``BlockingConnection`` calls
/// them on one thread, one at a time and in order, and does the rest: it interrupts, hands rows over
/// page by page, checks parameters against the capabilities and follows the transaction.
public protocol BlockingSession: AnyObject, SendableMetatype {
  /// A prepared statement of this session.
  associatedtype Statement: BlockingStatement

  /// What this very server is and can do; fixed once the session is open.
  var server: ServerFacts { get }

  /// Prepares a statement, as ``DriverConnection/prepare(_:isKept:)`` asks for it.
  ///
  /// - Throws: `syntax`, `undefinedObject` …; the session stays usable.
  func prepare(_ text: StatementText) throws(DatabaseError) -> Statement

  /// Prepares a statement that is kept for the next time, or will run once. The default makes no
  /// difference between them and calls ``prepare(_:)``; a library that can run a text without preparing
  /// it does so here for those that are not kept.
  ///
  /// - Throws: as ``prepare(_:)``.
  func prepare(_ text: StatementText, isKept: Bool) throws(DatabaseError) -> Statement

  /// Where the session stands, if the library tells. Default: nil, and what has succeeded and failed
  /// is kept in mind instead. Asked after every call. [TX-4]
  var transactionStatus: TransactionStatus? { get }

  /// What the session does in its own way; fixed once it is open. Default: what most do.
  var habits: SessionHabits { get }

  /// Begins or ends a transaction by the library's own call. Called only if
  /// ``SessionHabits/hasTransactionCalls`` is set; the default throws `unsupported`.
  ///
  /// - Throws: what the server said. After an end the session is in no transaction, also if it failed.
  func carryOut(_ step: TransactionStep) throws(DatabaseError)

  /// Whether the library knows that the server is gone. Default: false. Asked after every failure,
  /// which then is reported as `connectionLost`, `.spent` and `.unknown`. [CONN-5]
  var isLost: Bool { get }

  /// Takes what is left of an interruption. Default: nothing.
  ///
  /// Called when an interrupted statement has ended and its rows are closed. A request to stop it may
  /// still be on its way: where it travels by itself, run something harmless here that it may hit,
  /// so that it does not hit the next statement. [CANCEL-2]
  func settle()

  /// Asks the server whether it is there, by the library's own call. Called only if
  /// ``Capabilities/nativePing`` is set; the default throws `unsupported`. [CONN-1]
  ///
  /// - Throws: why the server does not answer.
  func ping() throws(DatabaseError)

  /// Inserts many rows by the library's own call, as
  /// ``DriverConnection/bulkInsert(into:columns:rows:)`` does. Called only if
  /// ``Capabilities/nativeBulkInsert`` is set; the default throws `unsupported`. The engine can hold every
  /// value: that has been checked. Long calls go through ``BlockingCalls/interruptible(cancel:_:)``.
  ///
  /// - Throws: the violated constraint, with the row's index in ``DatabaseError/Details/row``. [BULK-2]
  func bulkInsert(
    into table: String, columns: [String], rows: [[Value]]
  ) throws(DatabaseError) -> Int

  /// Runs several statements as one, as ``DriverConnection/execBatch(_:)`` does. Called only if
  /// ``Capabilities/nativeBatch`` is set; the default throws `unsupported`. [BATCH-1]
  ///
  /// - Throws: what the first that failed threw, with its index in ``DatabaseError/Details/row``; then
  ///   none has had an effect.
  func execBatch(
    _ batch: [(text: StatementText, parameters: [Value])]
  ) throws(DatabaseError) -> [ExecResult]

  /// Waits for the next notification, as ``DriverConnection/nextNotification()`` does. Called only if
  /// ``Capabilities/notifications`` is set; the default throws `unsupported`. The call that waits goes
  /// through ``BlockingCalls/interruptible(cancel:_:)``. [NOTIFY-1]
  ///
  /// - Throws: what the library reports when it was interrupted, which then counts as `cancelled`; why
  ///   the session ended.
  func nextNotification() throws(DatabaseError) -> DatabaseNotification

  /// Asks for the lock of migrations, as ``DriverConnection/acquireMigrationLock()`` does; the default
  /// throws `unsupported`. [MIG-1]
  ///
  /// - Returns: whether the session has it.
  func acquireMigrationLock() throws(DatabaseError) -> Bool

  /// Gives it back, as ``DriverConnection/releaseMigrationLock()`` does.
  func releaseMigrationLock() throws(DatabaseError)

  /// Gives the session back the state it had when it was opened. [POOL-4]
  ///
  /// - Returns: false, the default, if the library has no call for that: the session is then closed,
  ///   and another one opened in its place.
  /// - Throws: anything; the pool then closes the connection.
  func reset() throws(DatabaseError) -> Bool

  /// Ends the session. Called once, last. Cannot fail. [CONN-4]
  func close()
}

extension BlockingSession {
  /// The same for both.
  public func prepare(
    _ text: StatementText, isKept: Bool
  ) throws(DatabaseError) -> Statement { try prepare(text) }

  /// Most libraries do not tell.
  public var transactionStatus: TransactionStatus? { nil }

  /// What most do.
  public var habits: SessionHabits { SessionHabits() }

  /// The answer where transactions are begun and ended by statements.
  public func carryOut(_ step: TransactionStep) throws(DatabaseError) {
    throw .unsupported("\(server.product) has no calls for transactions in this driver")
  }

  /// The answer where a query is asked instead.
  public func ping() throws(DatabaseError) {
    throw .unsupported("\(server.product) has no ping of its own in this driver")
  }

  /// The answer where the dialect writes the lock.
  public func acquireMigrationLock() throws(DatabaseError) -> Bool {
    throw .unsupported("\(server.product) has no lock of its own for migrations in this driver")
  }

  /// The answer where the dialect writes the lock.
  public func releaseMigrationLock() throws(DatabaseError) {
    throw .unsupported("\(server.product) has no lock of its own for migrations in this driver")
  }

  /// The answer of a library without a bulk path.
  public func bulkInsert(
    into table: String, columns: [String], rows: [[Value]]
  ) throws(DatabaseError) -> Int {
    throw .unsupported("\(server.product) has no bulk insert of its own in this driver")
  }

  /// The answer of a library that runs one statement at a time.
  public func execBatch(
    _ batch: [(text: StatementText, parameters: [Value])]
  ) throws(DatabaseError) -> [ExecResult] {
    throw .unsupported("\(server.product) has no batch of its own in this driver")
  }

  /// The answer of a library without notifications.
  public func nextNotification() throws(DatabaseError) -> DatabaseNotification {
    throw .unsupported("\(server.product) has no notifications in this driver")
  }

  /// Most libraries tell it in the error.
  public var isLost: Bool { false }

  /// Most libraries have no call for that.
  public func reset() throws(DatabaseError) -> Bool { false }

  /// Nothing, for libraries whose requests to stop arrive before they return.
  public func settle() {}
}

/// A prepared statement of a ``BlockingSession``.
public protocol BlockingStatement: AnyObject, SendableMetatype {
  /// How many parameters the server's own prepare counted. Default: nil, it was not asked. [REBIND-5]
  var parameterCount: Int? { get }

  /// Runs the statement up to its first row. The engine can hold every parameter: that has been
  /// checked against the capabilities. Long calls go through ``BlockingCalls/interruptible(cancel:_:)``.
  ///
  /// - Throws: ``DatabaseError``; `.spent` only if the session's state is unknown. What has no kind of
  ///   its own and was interrupted counts as `cancelled`.
  func execute(_ parameters: [Value]) throws(DatabaseError)

  /// What the execution did. Called after ``execute(_:)`` if nobody wants rows. [EXEC-1]
  ///
  /// Where the library does not tell the id of a new row, ``Dialect/lastInsertID`` is asked. [EXEC-2]
  func result() throws(DatabaseError) -> ExecResult

  /// The columns of the rows, known even when there are none; empty for a statement without rows.
  /// Called after ``execute(_:)`` if somebody wants rows. [QUERY-1]
  func columns() throws(DatabaseError) -> ColumnList

  /// Appends the next row to the page, one cell a column.
  ///
  /// - Returns: false if there are no more rows.
  /// - Throws: ``DatabaseError``, once; then the rows are closed. [QUERY-4]
  func fetchRow(into page: RowPage) throws(DatabaseError) -> Bool

  /// Lets go of rows and parameters. Called after every execution, also one that failed.
  func closeRows()

  /// Releases the statement. Called once, last.
  func free()
}

extension BlockingStatement {
  /// Not every library prepares.
  public var parameterCount: Int? { nil }
}
