import Instrumentation
import Logging
import Metrics
import Tracing

/// Logging, metrics and tracing of statements: the one place of the core that knows of them.
///
/// What is not wanted is found out once, when the database is opened, so that a statement pays for a
/// clock or a span only if somebody looks. Nothing that is logged, counted or traced ever carries a
/// value, a password or SQL text. [URL-4, ERR-3]
struct Instruments: Sendable {
  private let logger: Logger
  private let system: String
  private let duration: Metrics.Timer?
  private let failures: Counter?
  private let slowThreshold: Duration?
  private let tracer: (any Tracer)?
  private let observesFailure: (@Sendable (StatementText, DatabaseError) -> Void)?

  init(configuration: DatabaseConfiguration, scheme: String) {
    var logger = configuration.logger
    logger[metadataKey: "db.system"] = "\(scheme)"
    self.logger = logger
    system = scheme
    observesFailure = configuration.observesFailure
    let factory = configuration.metricsFactory ?? MetricsSystem.factory
    let isMeasured = configuration.recordsMetrics && !(factory is NOOPMetricsHandler)
    let dimensions = [("db_system", scheme)]
    duration =
      isMeasured
      ? Timer(label: "dovetail.statement.duration", dimensions: dimensions, factory: factory) : nil
    failures =
      isMeasured
      ? Counter(label: "dovetail.statement.errors", dimensions: dimensions, factory: factory) : nil
    slowThreshold = configuration.slowStatementThreshold
    let tracer = configuration.tracer ?? InstrumentationSystem.tracer
    self.tracer = configuration.recordsSpans && !(tracer is NoOpTracer) ? tracer : nil
    observes = duration != nil || slowThreshold != nil || self.tracer != nil
  }

  /// Whether each statement is a span.
  var tracesSpans: Bool { tracer != nil }

  /// Reports what the library did by itself, for whoever looks closely.
  func reportDetail(_ what: String, _ error: DatabaseError? = nil) { report(.debug, what, error) }

  /// Reports what the library did by itself and an operator should know of.
  func reportWarning(_ what: String, _ error: DatabaseError? = nil) {
    report(.warning, what, error)
  }

  /// Reports a mistake of the program, or a loss.
  func reportError(_ what: String, _ error: DatabaseError? = nil) { report(.error, what, error) }

  private func report(_ level: Logger.Level, _ what: String, _ error: DatabaseError? = nil) {
    let metadata: Logger.Metadata? = error.map { ["error": "\($0)"] }
    logger.log(level: level, "\(what)", metadata: metadata)
  }

  /// Tells the conformance suite, where that runs.
  func note(_ text: StatementText, _ error: DatabaseError) { observesFailure?(text, error) }

  /// One statement while it is looked at.
  struct Observation {
    let start: ContinuousClock.Instant
    let operation: String
    let span: (any Span)?
  }

  /// Whether anybody looks.
  let observes: Bool

  /// A statement starts; nil if nobody looks.
  func begin(_ text: StatementText) -> Observation? {
    guard observes else { return nil }
    return observe(text.leadingKeyword)
  }

  /// The statement ended.
  func end(_ observation: Observation, _ error: DatabaseError?) {
    let elapsed = ContinuousClock.now - observation.start
    duration?.recordNanoseconds(Int64(elapsed / .nanoseconds(1)))
    if error != nil { failures?.increment() }
    if let slowThreshold, elapsed > slowThreshold {
      logger.warning(
        "slow statement",
        metadata: ["operation": "\(observation.operation)", "duration": "\(elapsed)"])
    }
    guard let span = observation.span else { return }
    if let error {
      span.attributes["error.type"] = error.kind.rawValue
      span.setStatus(SpanStatus(code: .error, message: error.message))
    }
    span.end()
  }

  private func observe(_ operation: String) -> Observation {
    let span = tracer?.startAnySpan(operation, ofKind: .client)
    span?.attributes["db.system.name"] = system
    span?.attributes["db.operation.name"] = operation
    return Observation(start: .now, operation: operation, span: span)
  }
}
