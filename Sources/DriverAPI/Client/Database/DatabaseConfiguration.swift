public import Logging
public import Metrics
public import Tracing

/// How a ``Database`` behaves; every value has a default that suits a server.
public struct DatabaseConfiguration: Sendable {
  /// The most connections at the same time, where the engine does not set its own limit; from 1 to 65,536.
  ///
  /// With 1 there is exactly one session, for everything. Otherwise those come on top that a driver
  /// shares between tasks (``ConnectionPlan/maxPipelines``), at most one less than this; and
  /// ``Notifications`` have a session of their own each.
  public var maxConnections = 10
  /// How many connections are open before they are needed, and stay open when nobody needs them; from 0 to
  /// ``maxConnections``. Opened beside each other, in the background, also anew where the server has ended
  /// some; an engine with a limit of its own has no more than that. [POOL-15]
  public var minConnections = 0
  /// How long a new connection may take; above zero.
  public var connectTimeout: Duration = .seconds(10)
  /// How long a call waits for a free connection.
  public var leaseTimeout: Duration = .seconds(30)
  /// How long a statement may run up to its first row, and be waited for before each further one; above
  /// zero, nil means for ever.
  public var statementTimeout: Duration?
  /// How long what the library itself asks of a connection may take: the end of a transaction, a
  /// reset, a farewell, and the end of a statement that was interrupted; above zero.
  ///
  /// After it the connection is broken off, the call throws, and what the server did is unknown. It is
  /// no limit of statements, but a large commit or rollback must fit in.
  public var controlTimeout: Duration = .seconds(30)
  /// A connection that was idle for longer is closed; zero has none used twice.
  public var idleTimeout: Duration = .seconds(600)
  /// A connection that is older is replaced when it is next idle; with zero, soon after its use.
  public var maxLifetime: Duration = .seconds(3600)
  /// A connection that was idle for longer is asked whether it still answers before it is leased;
  /// zero has it always asked.
  public var healthCheckAfter: Duration = .seconds(30)
  /// How long ``Database/close()`` waits for connections that are in use before it interrupts them.
  public var shutdownGrace: Duration = .seconds(10)
  /// How many prepared statements each connection keeps; 0 keeps none.
  public var statementCacheCapacity = 256
  /// Statements that take longer are logged as warnings, without their values; nil logs none.
  public var slowStatementThreshold: Duration?
  /// Whether statements are timed, and those that fail counted, with swift-metrics.
  public var recordsMetrics = true
  /// Where they are, such as a factory of a test's own; nil: where the process records its metrics.
  public var metricsFactory: (any MetricsFactory)?
  /// Whether each statement is a span of swift-distributed-tracing.
  public var recordsSpans = true
  /// Who makes the spans, such as a tracer of a test's own; nil: the tracer of the process.
  public var tracer: (any Tracer)?
  /// Where the database reports what it does by itself.
  public var logger = Logger(label: "dovetail.database")

  /// Is told of each statement that failed: its text, which may hold what a user typed, and the error. For
  /// the conformance suite alone; nil costs nothing.
  package var observesFailure: (@Sendable (StatementText, DatabaseError) -> Void)?

  /// The defaults.
  public init() {}
}
