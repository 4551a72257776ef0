public import Logging

/// How a ``Database`` behaves; every value has a default that suits a server.
public struct DatabaseConfiguration: Sendable {
  /// The most connections, where the engine does not set its own limit. At least 1.
  public var maxConnections = 10
  /// How long a new connection may take.
  public var connectTimeout: Duration = .seconds(10)
  /// How long a call waits for a free connection.
  public var leaseTimeout: Duration = .seconds(30)
  /// How long a statement may run up to its first row; nil means for ever.
  public var statementTimeout: Duration?
  /// A connection that was idle for longer is closed.
  public var idleTimeout: Duration = .seconds(600)
  /// A connection that is older is replaced when it is next idle.
  public var maxLifetime: Duration = .seconds(3600)
  /// A connection that was idle for longer is asked whether it still answers before it is lent.
  public var healthCheckAfter: Duration = .seconds(30)
  /// How long ``Database/close()`` waits for connections that are in use before it interrupts them.
  public var shutdownGrace: Duration = .seconds(10)
  /// How many prepared statements each connection keeps; 0 keeps none.
  public var statementCacheCapacity = 256
  /// Statements that take longer are logged as warnings, without their values; nil logs none.
  public var slowStatementThreshold: Duration?
  /// Whether statements, leases and connections are counted and timed with swift-metrics.
  public var recordsMetrics = true
  /// Whether each statement is a span of swift-distributed-tracing.
  public var recordsSpans = true
  /// Where the database reports what it does by itself.
  public var logger = Logger(label: "dovetail.database")

  /// The defaults.
  public init() {}
}
