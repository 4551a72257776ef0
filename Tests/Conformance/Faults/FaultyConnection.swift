import DriverAPI

/// A session of a ``FaultyDriver``.
final class FaultyConnection: DriverConnection {
  private let connection: any DriverConnection
  private let driver: FaultyDriver
  private let ended = Mutex<DatabaseError?>(nil)

  init(_ connection: any DriverConnection, _ driver: FaultyDriver) {
    self.connection = connection
    self.driver = driver
  }

  var server: ServerFacts {
    var facts = connection.server
    // So that bulk inserts and batches are made of the calls that are counted.
    facts.capabilities.nativePing = false
    facts.capabilities.nativeBulkInsert = false
    facts.capabilities.nativeBatch = false
    facts.capabilities.nativeBatchInTransaction = false
    return facts
  }

  var transactionStatus: TransactionStatus { connection.transactionStatus }

  func prepare(
    _ text: StatementText, isKept: Bool
  ) async throws(DatabaseError) -> any DriverStatement {
    try meet(.prepare)
    return FaultyStatement(try await connection.prepare(text, isKept: isKept), self)
  }

  func interrupt() { connection.interrupt() }

  func abandon() { connection.abandon() }

  var hasEnded: Bool { connection.hasEnded }
  var endpoint: String? { connection.endpoint }
  var keptStatementsHoldTables: Bool { connection.keptStatementsHoldTables }
  func leavesState(_ text: StatementText) -> Bool { connection.leavesState(text) }

  func reset() async throws(DatabaseError) {
    try meet(.reset)
    try await connection.reset()
  }

  func close() async { await connection.close() }

  func nextNotification() async throws(DatabaseError) -> DatabaseNotification {
    try await connection.nextNotification()
  }

  func meet(_ call: FaultyDriver.Call) throws(DatabaseError) {
    if let error = ended.withLock({ $0 }) { throw error }
    guard let error = driver.meet(call) else { return }
    if error.connection == .spent { ended.withLock { $0 = error } }
    throw error
  }
}

private final class FaultyStatement: DriverStatement {
  private let statement: any DriverStatement
  private let connection: FaultyConnection

  init(_ statement: any DriverStatement, _ connection: FaultyConnection) {
    self.statement = statement
    self.connection = connection
  }

  var parameterCount: Int? { statement.parameterCount }

  func exec(_ parameters: [Value]) async throws(DatabaseError) -> ExecResult {
    try connection.meet(.exec)
    return try await statement.exec(parameters)
  }

  func query(_ parameters: [Value]) async throws(DatabaseError) -> any DriverRows {
    try connection.meet(.query)
    return FaultyRows(try await statement.query(parameters), connection)
  }

  func finalize() { statement.finalize() }
}

private final class FaultyRows: DriverRows {
  private let rows: any DriverRows
  private let connection: FaultyConnection

  init(_ rows: any DriverRows, _ connection: FaultyConnection) {
    self.rows = rows
    self.connection = connection
  }

  var columns: ColumnList { rows.columns }

  func step(into cells: UnsafeMutableBufferPointer<Cell>) throws(DatabaseError) -> RowStep {
    try connection.meet(.step)
    return try rows.step(into: cells)
  }

  func wait() async throws(DatabaseError) { try await rows.wait() }

  func close() { rows.close() }
}
