/// One session with a server, or one handle on a database file.
///
/// Used by one task at a time: the core leases it exclusively, so no requirement but
/// ``interrupt()`` needs a lock. The functions are `nonisolated(nonsending)`: they run on the
/// caller's executor and should suspend only when there is something to wait for, because a change
/// of thread costs more than most statements.
public protocol DriverConnection: AnyObject, Sendable {
  /// What this very server is and can do; known when `connect` returns and fixed from then on.
  var server: ServerFacts { get }

  /// Makes a statement ready to run.
  ///
  /// Called by the statement cache of this connection, never while a statement of the same text is
  /// cached. The core has rebound the text, counted its parameters and made sure that it is one
  /// statement. A driver may put off the round trip until the first execution.
  ///
  /// - Parameter isKept: true if the statement goes to the cache, false if it will run once.
  /// - Throws: `syntax`, `undefinedObject` …; the connection stays usable.
  func prepare(
    _ text: StatementText, isKept: Bool
  ) async throws(DatabaseError) -> any DriverStatement

  /// Whether a statement that seems to leave something behind in the session really does. Default: true.
  ///
  /// Asked when such a statement is about to run, on the task of the lease; after a lease that ran one the
  /// session is reset, which costs a round trip or a new session. What seems so follows from the first
  /// word and from the functions that are called, and ``LexicalRules/statelessFunctions`` is the place
  /// for those that do not; this is for what only the whole text tells, such as DDL of which this engine
  /// keeps nothing. Must not ask the server. [POOL-4]
  func leavesState(_ text: StatementText) -> Bool

  /// Whether a statement that is kept for the next time holds its tables, so that others cannot change
  /// them. Default: false. Asked once; if it is true no statement is kept. [STMT-3]
  var keptStatementsHoldTables: Bool { get }

  /// The server that the session is with, such as host and port, where the URL can name several. Default: nil.
  ///
  /// An error of kind ``DatabaseError/Kind/notPrimary`` speaks for all sessions with the same server: the
  /// pool gives them up. Asked from any thread, and fixed from the opening on. [HA-2]
  var endpoint: String? { get }

  /// Where the session stands, as the server sees it. [TX-4]
  ///
  /// Asked after every failure and whenever a lease ends; answered from what the client library
  /// already knows, without a round trip.
  var transactionStatus: TransactionStatus { get }

  /// A statement of the core begins: one or more calls, such as preparing and executing. Default:
  /// nothing.
  ///
  /// Every ``interrupt()`` between this and the next call of it is meant for this statement, also one
  /// that comes before the driver has sent anything, or after it has returned.
  func statementBegins()

  /// Makes the running statement end soon, with `cancelled`.
  ///
  /// The only requirement that is called from another thread, while a statement runs; it must not
  /// block. The core never calls it between statements, and it must have no effect on a statement
  /// that starts after the running one has returned: a driver whose request travels by itself waits
  /// for its acknowledgement before the interrupted call returns. [CANCEL-1, CANCEL-2]
  func interrupt()

  /// Breaks the session off: whatever waits for the server returns soon, with `connectionLost`,
  /// `.spent` and execution `unknown`. Default: nothing.
  ///
  /// Called from any thread, while a call of this connection has not returned for longer than
  /// ``DatabaseConfiguration/controlTimeout``: a commit, a reset, a close, or a statement that goes on
  /// after ``interrupt()``. Must not block and must not wait for the server: a driver shuts its socket
  /// down. [CANCEL-7]
  func abandon()

  /// Whether the session is known to have ended, or to be with a server that is not the one asked for any
  /// more, as far as can be told without asking the server. Default: false.
  ///
  /// Asked before a connection is leased that was idle for some milliseconds: a server that ended the
  /// session has said so, and the farewell lies in the socket. [POOL-10]
  var hasEnded: Bool { get }

  /// Whether this connection notices by itself that the running task is cancelled. Default: false.
  ///
  /// True for drivers that work inline and look at `Task.isCancelled` now and then: the core then
  /// installs no cancellation handler around plain statements, which is measurable on statements of
  /// a microsecond. Such a driver must take ``interrupt()`` at any time.
  var noticesCancellation: Bool { get }

  /// Asks the server whether it is there, by a call of the client library's own.
  ///
  /// Called for `ping` and before a connection is leased that was idle for long, only if
  /// ``Capabilities/nativePing`` is set; under the same rules as a statement, so that it can be
  /// interrupted. The default throws `unsupported`, and the core runs the shortest query of the dialect
  /// instead, ``Dialect/selectSQL(_:)``. [CONN-1]
  ///
  /// - Throws: why the server does not answer.
  func ping() async throws(DatabaseError)

  /// Gives the session back the state it had when it was opened. [POOL-4]
  ///
  /// Called before the connection goes back to the pool, with no rows open and no transaction.
  ///
  /// - Throws: anything; the pool then closes the connection.
  func reset() async throws(DatabaseError)

  /// Ends the session. Called once, last, when nothing else is running on it; cannot fail. [CONN-4]
  func close() async

  /// Asks for the lock that keeps migrations of several processes out of each other's way, and does not
  /// wait for it.
  ///
  /// Called outside any transaction, only if ``Dialect/migrationLock`` is ``MigrationLock/driver``; again
  /// and again, for a minute. The lock is the session's and covers what is outside of transactions. The
  /// default throws `unsupported`. [MIG-1]
  ///
  /// - Returns: whether the session has it.
  func acquireMigrationLock() async throws(DatabaseError) -> Bool

  /// Gives that lock back. Called once after each run, also if asking for the lock failed.
  ///
  /// - Throws: anything; the session is then closed, which must free the lock.
  func releaseMigrationLock() async throws(DatabaseError)

  /// Inserts many rows by the engine's own bulk path.
  ///
  /// Called inside a transaction, only if ``Capabilities/nativeBulkInsert`` is set. The default
  /// throws `unsupported`, and the core uses multi-row inserts instead. [BULK-1]
  ///
  /// - Throws: the violated constraint; the caller rolls back.
  func bulkInsert(
    into table: String, columns: [String], rows: [[Value]]
  ) async throws(DatabaseError) -> Int

  /// Runs several statements as one, all or nothing, with a single answer from the server.
  ///
  /// Called only if ``Capabilities/nativeBatch`` is set, outside any transaction unless
  /// ``Capabilities/nativeBatchInTransaction`` is set too; every statement has been rebound and its
  /// parameters counted. The default throws `unsupported`, and the core runs them one by one in a
  /// transaction or savepoint instead. [BATCH-1]
  ///
  /// - Returns: a result for each statement.
  /// - Throws: what the first that failed threw; then none has had an effect.
  func execBatch(
    _ batch: [(text: StatementText, parameters: [Value])]
  ) async throws(DatabaseError) -> [ExecResult]

  /// Waits for the next notification of the channels that the session listens to.
  ///
  /// Called only if ``Capabilities/notifications`` is set, on a connection on which the core has run
  /// `LISTEN`, and never beside a statement. One that arrived during a statement is kept. [NOTIFY-1]
  ///
  /// - Throws: `cancelled` after ``interrupt()``; `connectionLost` when the session ended.
  func nextNotification() async throws(DatabaseError) -> DatabaseNotification
}

extension DriverConnection {
  /// What the lexer says.
  public func leavesState(_ text: StatementText) -> Bool { true }

  /// Drivers whose URLs name one server need not tell it.
  public var endpoint: String? { nil }

  /// Most engines lock tables while a statement runs.
  public var keptStatementsHoldTables: Bool { false }

  /// Nothing, for drivers that cannot be interrupted too early or too late.
  public func statementBegins() {}

  /// Nothing, for drivers that wait for no server.
  public func abandon() {}

  /// Drivers that cannot look find out with the next statement.
  public var hasEnded: Bool { false }

  /// Most drivers wait for a socket and have to be interrupted.
  public var noticesCancellation: Bool { false }

  /// The answer of a driver that is asked by a query.
  public func ping() async throws(DatabaseError) {
    throw .unsupported("\(server.product) has no ping of its own in this driver")
  }

  /// The answer where the dialect writes the lock.
  public func acquireMigrationLock() async throws(DatabaseError) -> Bool {
    throw .unsupported("\(server.product) has no lock of its own for migrations in this driver")
  }

  /// The answer where the dialect writes the lock.
  public func releaseMigrationLock() async throws(DatabaseError) {
    throw .unsupported("\(server.product) has no lock of its own for migrations in this driver")
  }

  /// The answer of a driver that has no bulk path of its own.
  public func bulkInsert(
    into table: String, columns: [String], rows: [[Value]]
  ) async throws(DatabaseError) -> Int {
    throw .unsupported("\(server.product) has no bulk insert of its own in this driver")
  }

  /// The answer of a driver that runs one statement at a time.
  public func execBatch(
    _ batch: [(text: StatementText, parameters: [Value])]
  ) async throws(DatabaseError) -> [ExecResult] {
    throw .unsupported("\(server.product) has no batch of its own in this driver")
  }

  /// The answer of an engine without notifications.
  public func nextNotification() async throws(DatabaseError) -> DatabaseNotification {
    throw .unsupported("\(server.product) has no notifications in this driver")
  }
}

/// Where a session stands between two statements.
public enum TransactionStatus: String, Sendable, Hashable {
  /// No transaction: every statement commits by itself.
  case none
  /// Inside a transaction that takes statements.
  case active
  /// Inside a transaction that failed and takes only a rollback.
  case failed
}

/// What a server is and can do, as seen from one session.
public struct ServerFacts: Sendable {
  /// The product, such as `SQLite`, `PostgreSQL` or `MariaDB`. [CONN-1]
  public var product: String
  /// The version as the server writes it.
  public var version: String
  /// How its SQL is written.
  public var dialect: Dialect
  /// What it can do beyond what every driver must.
  public var capabilities: Capabilities

  /// The facts of one server.
  public init(product: String, version: String, dialect: Dialect, capabilities: Capabilities) {
    self.product = product
    self.version = version
    self.dialect = dialect
    self.capabilities = capabilities
  }
}
