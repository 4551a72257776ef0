import DriverAPI

/// A real driver on a real server, whose line can be cut at the worst moments.
struct CommitFaultDriver: Driver {
  let driver: any Driver
  let line: FaultyLine

  var schemes: [String] { driver.schemes }

  func plan(for url: DatabaseURL) throws(DatabaseError) -> ConnectionPlan {
    var plan = try driver.plan(for: url)
    // Every statement takes the way that can be cut.
    plan.maxPipelines = 0
    return plan
  }

  func connect(
    to url: DatabaseURL, as role: ConnectionRole
  ) async throws(DatabaseError) -> any DriverConnection {
    guard !line.isDown else {
      throw DatabaseError(.cannotConnect, "the line is down", execution: .notSent)
    }
    return FaultyConnection(try await driver.connect(to: url, as: role), line)
  }
}

/// The line between a driver and its server.
final class FaultyLine: Sendable {
  /// What happens at the next commit.
  enum CommitFault {
    /// The server carries it out, and its answer is lost.
    case answerIsLost
    /// It is lost itself; the server rolls back.
    case requestIsLost
  }

  private struct State {
    var isDown = false
    var fault: CommitFault?
    var staysDown = false
  }

  private let state = Mutex(State())

  /// Whether nothing gets through.
  var isDown: Bool { state.withLock { $0.isDown } }

  /// Cuts the line at the next commit.
  ///
  /// - Parameter staysDown: until ``repair()``; otherwise only that connection is lost.
  func cut(_ fault: CommitFault, staysDown: Bool = false) {
    state.withLock { state in
      state.fault = fault
      state.staysDown = staysDown
    }
  }

  /// Whether a fault still waits for its commit.
  var isArmed: Bool { state.withLock { $0.fault != nil } }

  func repair() { state.withLock { $0 = State() } }

  fileprivate func takeFault() -> CommitFault? {
    state.withLock { state in
      guard let fault = state.fault else { return nil }
      state.fault = nil
      state.isDown = state.staysDown
      return fault
    }
  }
}

private final class FaultyConnection: DriverConnection {
  private let connection: any DriverConnection
  private let line: FaultyLine

  init(_ connection: any DriverConnection, _ line: FaultyLine) {
    self.connection = connection
    self.line = line
  }

  var server: ServerFacts { connection.server }
  var transactionStatus: TransactionStatus { connection.transactionStatus }
  var noticesCancellation: Bool { connection.noticesCancellation }
  func interrupt() { connection.interrupt() }
  func close() async { await connection.close() }

  func reset() async throws(DatabaseError) {
    guard !line.isDown else { throw FaultyStatement.lost(.notSent) }
    try await connection.reset()
  }

  func prepare(
    _ text: StatementText, isKept: Bool
  ) async throws(DatabaseError) -> any DriverStatement {
    guard !line.isDown else { throw FaultyStatement.lost(.notSent) }
    let isCommit = text.text == connection.server.dialect.transactions.commit
    return FaultyStatement(
      try await connection.prepare(text, isKept: isKept), line, isCommit: isCommit)
  }
}

private final class FaultyStatement: DriverStatement {
  private let statement: any DriverStatement
  private let line: FaultyLine
  private let isCommit: Bool

  init(
    _ statement: any DriverStatement, _ line: FaultyLine, isCommit: Bool
  ) {
    self.statement = statement
    self.line = line
    self.isCommit = isCommit
  }

  var parameterCount: Int? { statement.parameterCount }
  func finalize() { statement.finalize() }

  func exec(_ parameters: [Value]) async throws(DatabaseError) -> ExecResult {
    if isCommit, let fault = line.takeFault() {
      if fault == .answerIsLost { _ = try await statement.exec(parameters) }
      // The pool closes what is spent, and then the server rolls back what was not committed.
      throw Self.lost(.unknown)
    }
    guard !line.isDown else { throw Self.lost(.notSent) }
    return try await statement.exec(parameters)
  }

  func query(_ parameters: [Value]) async throws(DatabaseError) -> any DriverRows {
    guard !line.isDown else { throw Self.lost(.notSent) }
    return try await statement.query(parameters)
  }

  static func lost(_ execution: DatabaseError.Execution) -> DatabaseError {
    DatabaseError(
      .connectionLost, "the line was cut", connection: .spent, execution: execution)
  }
}
