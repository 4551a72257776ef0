import DriverAPI
import Synchronization

/// A session of a ``WatchedDriver``.
final class WatchedConnection: DriverConnection {
  private let connection: any DriverConnection
  let watch: WatchedDriver
  private let isClosed = Atomic<Bool>(false)

  init(_ connection: any DriverConnection, _ watch: WatchedDriver) {
    self.connection = connection
    self.watch = watch
  }

  var server: ServerFacts { watch.changed(connection.server) }
  var transactionStatus: TransactionStatus { connection.transactionStatus }
  var noticesCancellation: Bool { connection.noticesCancellation }

  func prepare(
    _ text: StatementText, isKept: Bool
  ) async throws(DatabaseError) -> any DriverStatement {
    noteUse()
    let statement = try await connection.prepare(text, isKept: isKept)
    watch.count { $0.prepared += 1 }
    return WatchedStatement(statement, text: text.text, of: self)
  }

  func statementBegins() { connection.statementBegins() }

  func interrupt() {
    watch.count { $0.interrupts += 1 }
    connection.interrupt()
  }

  func abandon() { connection.abandon() }

  var hasEnded: Bool { connection.hasEnded }
  var endpoint: String? { connection.endpoint }
  var keptStatementsHoldTables: Bool { connection.keptStatementsHoldTables }
  func leavesState(_ text: StatementText) -> Bool { connection.leavesState(text) }

  func ping() async throws(DatabaseError) {
    noteUse()
    if let fault = watch.takeStatementFault() { throw fault }
    watch.count { $0.executed += 1 }
    try await connection.ping()
  }

  func reset() async throws(DatabaseError) {
    noteUse()
    watch.count { $0.resets += 1 }
    if let fault = watch.takeResetFault() { throw fault }
    try await connection.reset()
  }

  func close() async {
    if isClosed.exchange(true, ordering: .relaxed) { watch.count { $0.misordered += 1 } }
    watch.count {
      $0.closed += 1
      $0.open -= 1
    }
    await connection.close()
  }

  func acquireMigrationLock() async throws(DatabaseError) -> Bool {
    noteUse()
    return try await connection.acquireMigrationLock()
  }

  func releaseMigrationLock() async throws(DatabaseError) {
    noteUse()
    try await connection.releaseMigrationLock()
  }

  func bulkInsert(
    into table: String, columns: [String], rows: [[Value]]
  ) async throws(DatabaseError) -> Int {
    noteUse()
    watch.count { $0.executed += 1 }
    return try await connection.bulkInsert(into: table, columns: columns, rows: rows)
  }

  func execBatch(
    _ batch: [(text: StatementText, parameters: [Value])]
  ) async throws(DatabaseError) -> [ExecResult] {
    noteUse()
    watch.count { $0.executed += 1 }
    return try await connection.execBatch(batch)
  }

  func nextNotification() async throws(DatabaseError) -> DatabaseNotification {
    noteUse()
    return try await connection.nextNotification()
  }

  /// A call on a closed connection is what the boundary forbids.
  func noteUse() {
    if isClosed.load(ordering: .relaxed) { watch.count { $0.misordered += 1 } }
  }
}

/// A statement of a ``WatchedConnection``.
private final class WatchedStatement: DriverStatement {
  private let statement: any DriverStatement
  private let text: String
  private let connection: WatchedConnection
  private let isFinalized = Atomic<Bool>(false)

  init(_ statement: any DriverStatement, text: String, of connection: WatchedConnection) {
    self.statement = statement
    self.text = text
    self.connection = connection
  }

  var parameterCount: Int? { statement.parameterCount }

  func exec(_ parameters: [Value]) async throws(DatabaseError) -> ExecResult {
    try noteRun()
    let result = try await statement.exec(parameters)
    if let fault = connection.watch.takeFault(after: text) { throw fault }
    return result
  }

  func query(_ parameters: [Value]) async throws(DatabaseError) -> any DriverRows {
    try noteRun()
    let rows = try await statement.query(parameters)
    connection.watch.count { $0.openRows += 1 }
    return WatchedRows(rows, connection.watch)
  }

  func finalize() {
    if isFinalized.exchange(true, ordering: .relaxed) {
      connection.watch.count { $0.misordered += 1 }
    }
    connection.noteUse()
    connection.watch.count { $0.finalized += 1 }
    statement.finalize()
  }

  private func noteRun() throws(DatabaseError) {
    connection.noteUse()
    if isFinalized.load(ordering: .relaxed) { connection.watch.count { $0.misordered += 1 } }
    if let fault = connection.watch.takeStatementFault() { throw fault }
    connection.watch.count { $0.executed += 1 }
  }
}

/// Rows of a ``WatchedConnection``.
private final class WatchedRows: DriverRows {
  private let rows: any DriverRows
  private let watch: WatchedDriver
  private var isClosed = false

  init(_ rows: any DriverRows, _ watch: WatchedDriver) {
    self.rows = rows
    self.watch = watch
  }

  var columns: ColumnList { rows.columns }

  func step(into cells: UnsafeMutableBufferPointer<Cell>) throws(DatabaseError) -> RowStep {
    if isClosed { watch.count { $0.misordered += 1 } }
    if let fault = watch.takeStepFault() { throw fault }
    return try rows.step(into: cells)
  }

  func wait() async throws(DatabaseError) { try await rows.wait() }

  func close() {
    if isClosed { watch.count { $0.misordered += 1 } }
    isClosed = true
    watch.count { $0.openRows -= 1 }
    rows.close()
  }
}
