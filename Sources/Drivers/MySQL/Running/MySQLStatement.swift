import CMariaDB
import DriverAPI

/// A statement of one session, and the rows of its execution: one object, because a session runs one
/// statement at a time and the hot path should not allocate.
///
/// `@unchecked Sendable`: it shares its connection's lease.
final class MySQLStatement: DriverStatement, @unchecked Sendable {
  let connection: MySQLConnection
  let text: StatementText
  /// The prepared statement, once there is one.
  var handle: UnsafeMutablePointer<MYSQL_STMT>?
  /// When it was prepared, see ``MySQLConnection/preparedGeneration``.
  private(set) var generation = 0
  let parameters: MySQLParameters
  /// Whether the statement marks rows that exist, because only the new ones are to be counted.
  let countsNewRows: Bool
  /// What the id means that an insert tells.
  private(set) lazy var idMeaning = MySQLInsertID(text)
  private(set) lazy var isPlainInsert = text.isPlainInsert
  /// Room for the columns of an answer that was not prepared for; the statement is prepared anew.
  var foreignBinds: UnsafeMutablePointer<MYSQL_BIND>?
  var columns = ColumnList([])
  var forms: [MySQLColumnForm] = []
  var facts: [MySQLColumnFacts] = []
  /// Digits of a second that each column shows.
  var decimals: [Int] = []
  var scratch: MySQLScratch?
  /// Where the rows stand.
  var progress = MySQLProgress.closed
  var stepsUntilPause = 0
  /// What was found out about constraints that the statement ran into, by the name the server told.
  var knownViolations: [String: DatabaseError.Details] = [:]

  init(_ text: StatementText, on connection: MySQLConnection) {
    self.text = text
    self.connection = connection
    parameters = MySQLParameters(count: text.parameterCount)
    countsNewRows =
      text.leadingKeyword == "INSERT" && text.text.utf8.contains(Dialect.existingRowMarking.utf8)
  }

  /// Statements on data are prepared; others run once and by their text, which saves a round trip, and
  /// some of which neither server prepares.
  var isPreparedEarly: Bool {
    switch text.leadingKeyword {
    case "SELECT", "INSERT", "UPDATE", "DELETE", "REPLACE", "WITH", "VALUES", "TABLE", "CALL",
      "SHOW", "EXPLAIN", "DESCRIBE", "DESC":
      true
    default: text.parameterCount > 0
    }
  }

  var parameterCount: Int? { handle.map { Int(mysql_stmt_param_count($0)) } }

  func exec(_ parameters: [Value]) async throws(DatabaseError) -> ExecResult {
    if handle == nil, parameters.isEmpty, !isPreparedEarly { return try await runText() }
    try await execute(parameters)
    var outcome = outcome()
    let (returnedCount, failure) = await dropRows()
    await connection.leave()
    if let failure { throw await explained(failure) }
    if text.changesRows { outcome.rowCount += returnedCount }
    return outcome
  }

  func query(_ parameters: [Value]) async throws(DatabaseError) -> any DriverRows {
    if handle == nil, parameters.isEmpty, !isPreparedEarly {
      // Some of these no server prepares, such as EXECUTE.
      do throws(DatabaseError) { try await prepareOnServer() } catch {
        guard error.details.nativeCode == MySQLCode.notPreparable else { throw error }
        return try await queryText()
      }
    }
    try await execute(parameters)
    let code = hasRows ? await fetch() : Self.noData
    // Told by the connection, which forgets it with the next command.
    var failed = code != 0 && code != Self.noData ? failure() : nil
    progress = .fetched(code == 0 ? .row : .done)
    if code == Self.noData { failed = await restOfAnswer() }
    await connection.leave()
    if let failed {
      progress = .closed
      throw await explained(failed)
    }
    stepsUntilPause = Self.stepsPerSlice
    return self
  }

  func finalize() {
    if let handle {
      if foreignBinds != nil {
        handle.pointee.bind = nil
        handle.pointee.fields = nil
      }
      connection.retired.append(handle)
    }
    handle = nil
    foreignBinds?.deallocate()
    foreignBinds = nil
  }

  /// Has the server prepare the statement.
  func prepareOnServer() async throws(DatabaseError) {
    try await connection.enter()
    guard let statement = mysql_stmt_init(connection.handle.pointer) else {
      throw MySQLOpenFailure.noMemory(connection.host)
    }
    let copy = MySQLText(text.text)
    await connection.drive {
      mysql_stmt_prepare_start(connection.result, statement, copy.bytes, copy.count)
    } resume: {
      mysql_stmt_prepare_cont(connection.result, statement, $0)
    }
    withExtendedLifetime(copy) {}
    handle = statement
    generation = connection.preparedGeneration
    let failed = connection.result.pointee != 0 ? failure() : nil
    await connection.leave()
    if let failed {
      finalize()
      throw await explained(failed)
    }
    try checkParameterCount(statement)
    adoptColumns()
  }

  /// Refuses a statement of which the server counts other parameters than the lexer: it would run
  /// with values missing, or in other places. [REBIND-5]
  private func checkParameterCount(
    _ statement: UnsafeMutablePointer<MYSQL_STMT>
  ) throws(DatabaseError) {
    let count = Int(mysql_stmt_param_count(statement))
    if count == text.parameterCount { return }
    finalize()
    throw .misuse(
      "the server counts \(count) parameters in the statement and \(text.parameterCount) were "
        + "recognised; move '?' out of comments such as /*! … */ and out of quotes")
  }

  private func runText() async throws(DatabaseError) -> ExecResult {
    try await connection.enter()
    await connection.run(text.text)
    let failed = connection.result.pointee != 0 ? connection.failure() : nil
    await connection.leave()
    if let failed { throw await explained(failed) }
    if connection.strayed.fromValues, text.leadingKeyword == "SET" {
      throw MySQLConnection.refusedSetting
    }
    return ExecResult(rowCount: 0)
  }
}

/// Where the rows of a statement stand.
enum MySQLProgress {
  /// No rows are open.
  case closed
  /// A step was made ahead and not handed out yet.
  case fetched(RowStep)
  /// Rows may be fetched.
  case open
  /// A fetch waits for the socket.
  case suspended(Int32)
  /// All rows were fetched; further results of a procedure have not been read yet.
  case trailing
  /// A fetch failed, and the error has not been thrown yet.
  case failed
}
