/// A database engine that ``Database`` can open.
///
/// The whole of what a driver author implements is in this folder: ``Driver``, ``DriverConnection``,
/// ``DriverStatement`` and ``DriverRows``, seventeen requirements without a default in all; or, for a
/// library whose calls block, ``Driver``, ``BlockingSession`` and ``BlockingStatement``. What he fills in
/// is a ``Dialect`` and ``Capabilities``; what helps him is in `Support`. Pooling, transactions, savepoints, retries, the
/// statement cache, bulk splitting, migrations, timeouts, logging, metrics and tracing are the core's
/// and work the same for every driver.
public protocol Driver: Sendable {
  /// The URL schemes this driver answers to, in lower case; the first is its name in messages.
  ///
  /// Read once, by ``DriverRegistry/register(_:)``. [URL-1, URL-2]
  var schemes: [String] { get }

  /// Checks a URL and says how many connections the database takes.
  ///
  /// Called by ``Database/open(_:configuration:registry:)`` before anything is opened, and by tools
  /// that only want to know whether a URL is sound. Must not touch the network or the disk. Every
  /// option of the URL is read here, so that an unknown one is refused by name. [URL-5]
  ///
  /// - Throws: `misuse` that names the part of the URL and the remedy; never the password. [URL-4]
  func plan(for url: DatabaseURL) throws(DatabaseError) -> ConnectionPlan

  /// Opens one session.
  ///
  /// Called by the pool, several at once if the plan allows; the core bounds the time and cancels
  /// the task when it is over, so whatever this waits for should end on cancellation. [CONN-3] Where
  /// a library cannot be stopped the core goes on without it, and closes the session if it is opened
  /// after all. The session must speak UTF-8 and UTC and be strict. [CONN-7]
  ///
  /// - Throws: `cannotConnect`, `authenticationFailed` or `tls`, with the host. [CONN-2]
  func connect(
    to url: DatabaseURL, as role: ConnectionRole
  ) async throws(DatabaseError) -> any DriverConnection

  /// Opens a session that many tasks share for single statements.
  ///
  /// Called in the background, only if ``ConnectionPlan/maxPipelines`` is above zero, under the same
  /// rules as ``connect(to:as:)``. The default throws `unsupported`.
  func openPipeline(to url: DatabaseURL) async throws(DatabaseError) -> any DriverPipeline

  /// Where tasks run with the fewest changes of thread that mostly talk to this engine; nil, the
  /// default, if that is anywhere. Offered to applications as ``Database/taskExecutor``.
  var taskExecutor: (any TaskExecutor)? { get }
}

extension Driver {
  /// None.
  public var taskExecutor: (any TaskExecutor)? { nil }

  /// The answer of a driver that gives every statement a connection for itself.
  public func openPipeline(
    to url: DatabaseURL
  ) async throws(DatabaseError) -> any DriverPipeline {
    throw .unsupported("the driver for \(schemes.first ?? "this scheme") has no pipelines")
  }
}

/// What a connection will be used for.
public enum ConnectionRole: String, Sendable, Hashable {
  /// Any statement.
  case writer
  /// Statements that only read. Asked for only where ``ConnectionPlan/maxReaders`` is above zero.
  case reader
}

/// How many connections a database takes, and of which kind.
public struct ConnectionPlan: Sendable, Hashable {
  /// The most connections that may write; nil leaves it to the application's configuration.
  public var maxWriters: Int?
  /// The most connections for statements that only read, beside the writers.
  ///
  /// Zero sends everything to the writers. Above zero the core sends a statement here when the
  /// lexer is sure that it only reads.
  public var maxReaders: Int
  /// The most connections that many tasks share for single statements, beside the writers.
  ///
  /// Zero gives every statement a connection for itself. Above zero the core sends statements that
  /// are no part of a transaction to ``DriverPipeline/run(_:_:number:)``. [PIPE-1]
  public var maxPipelines: Int
  /// Whether the connections hold the only copy of the data, as an in-memory database does.
  ///
  /// Then they are never closed for being idle or old.
  public var connectionsHoldTheData: Bool
  /// The longest that ``Driver/connect(to:as:)`` takes, of a driver that ends by itself and heeds the
  /// cancellation of its task; nil if it waits for a server. Up to ``DatabaseConfiguration/connectTimeout`` it
  /// then runs in the task that needs the connection, without a timer.
  public var connectsWithin: Duration?

  /// A plan; without arguments, as many writers as the application configures and no readers.
  public init(
    maxWriters: Int? = nil, maxReaders: Int = 0, maxPipelines: Int = 0,
    connectionsHoldTheData: Bool = false
  ) {
    self.maxWriters = maxWriters
    self.maxReaders = maxReaders
    self.maxPipelines = maxPipelines
    self.connectionsHoldTheData = connectionsHoldTheData
  }
}
