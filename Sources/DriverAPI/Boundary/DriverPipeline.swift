/// A session that many tasks share for single statements, each committed by itself.
///
/// Optional: only a driver whose plan has ``ConnectionPlan/maxPipelines`` above zero has one. Its
/// requirements are called by any number of tasks at the same time, so this is the one place of the
/// boundary where a driver needs a lock.
public protocol DriverPipeline: AnyObject, Sendable {
  /// Runs one statement beside those of other tasks and answers when its own result is there.
  ///
  /// Every statement is a transaction of its own: the failure of a neighbour must not undo it.
  /// [PIPE-1, PIPE-2] The core sends only statements on data here, rebound and counted. Results come
  /// back in the order in which the statements were sent; one that runs long holds the others up,
  /// and then the core interrupts it and repeats it on a connection of its own.
  ///
  /// - Parameters:
  ///   - parameters: copied before this suspends. [BIND-1]
  ///   - number: names the statement for ``interrupt(number:)``; unique on this session.
  /// - Throws: as ``DriverStatement/exec(_:)``. A statement that was stopped by an interruption meant
  ///   for a neighbour throws `cancelled` with execution `rejected`; the core repeats it. `.spent`
  ///   ends the whole session: the core sends it nothing more, and closes it.
  func run(
    _ text: StatementText, _ parameters: [Value], number: UInt64
  ) async throws(DatabaseError) -> PipelineResult

  /// Makes the statement of that number end soon, with `cancelled`; nothing if it has ended.
  ///
  /// Called from any thread; must not block. One that was not sent yet may end as `notSent`.
  func interrupt(number: UInt64)

  /// Breaks the session off: every statement that waits for an answer fails soon, with
  /// `connectionLost`. Default: nothing.
  ///
  /// Called from any thread when an interrupted statement goes on for longer than
  /// ``DatabaseConfiguration/controlTimeout``; must not block. [CANCEL-7]
  func abandon()

  /// The server that the session is with, as ``DriverConnection/endpoint`` tells it. Default: nil. [HA-2]
  var endpoint: String? { get }

  /// Ends the session. Called once, last; statements that still wait for an answer fail. Cannot fail.
  func close() async
}

extension DriverPipeline {
  /// Nothing, for drivers that wait for no server.
  public func abandon() {}

  /// Drivers whose URLs name one server need not tell it.
  public var endpoint: String? { nil }
}

/// What a pipelined statement answered.
public struct PipelineResult: Sendable {
  /// The count, as ``DriverStatement/exec(_:)`` tells it.
  public var exec: ExecResult
  /// The first row, if there is one: complete, so that ``DriverRows/step(into:)`` never answers
  /// `.wait`. Used by one task at a time; closed by the core.
  public var firstRow: (any DriverRows & Sendable)?

  /// A result.
  public init(exec: ExecResult, firstRow: (any DriverRows & Sendable)? = nil) {
    self.exec = exec
    self.firstRow = firstRow
  }
}
