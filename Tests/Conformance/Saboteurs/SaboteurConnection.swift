import Dispatch
import DriverAPI
import struct Synchronization.Atomic

/// A session that breaks one promise.
///
/// `@unchecked Sendable`: as its honest connection, it is used by one task at a time.
final class SaboteurConnection: DriverConnection, @unchecked Sendable {
  let connection: any DriverConnection
  let sabotage: Sabotage
  let server: ServerFacts

  init(_ connection: any DriverConnection, _ sabotage: Sabotage) {
    self.connection = connection
    self.sabotage = sabotage
    var facts = connection.server
    sabotage.facts?(&facts)
    sabotage.capabilities?(&facts.capabilities)
    server = facts
  }

  var transactionStatus: TransactionStatus {
    let honest = connection.transactionStatus
    return sabotage.status?(honest) ?? honest
  }

  var noticesCancellation: Bool {
    !isDeaf && !sabotage.interruptsNever && !sabotage.interruptsNext
      && connection.noticesCancellation
  }

  /// Whether statements run where the task's cancellation cannot reach them.
  var isDeaf: Bool { sabotage.interruptsLate }

  func prepare(
    _ text: StatementText, isKept: Bool
  ) async throws(DatabaseError) -> any DriverStatement {
    do {
      let changed = try sabotage.text.map { change throws(DatabaseError) in
        try connection.server.dialect.rebind(change(text.text))
      }
      let statement = try await connection.prepare(changed ?? text, isKept: isKept)
      return SaboteurStatement(statement, text: changed ?? text, on: self)
    } catch {
      if let told = sabotage.told(error) { throw told }
      let nothing = try connection.server.dialect.rebind("SELECT 1")
      return SaboteurStatement(
        try await connection.prepare(nothing, isKept: false), text: nothing, on: self)
    }
  }

  /// Whether a late interruption waits for the next statement.
  private let strayInterrupt = Atomic<Bool>(false)

  /// Throws if an interruption of an earlier statement has waited for this one.
  func meetStrayInterrupt() throws(DatabaseError) {
    guard strayInterrupt.exchange(false, ordering: .relaxed) else { return }
    throw DatabaseError(.cancelled, "the statement was interrupted")
  }

  private let began = Mutex(ContinuousClock.now)

  func statementBegins() {
    began.withLock { $0 = .now }
    connection.statementBegins()
  }

  func interrupt() {
    if sabotage.interruptsNever { return }
    if sabotage.interruptsNotAtOnce {
      if began.withLock({ ContinuousClock.now - $0 }) < .milliseconds(100) { return }
    }
    if sabotage.interruptsNext { strayInterrupt.store(true, ordering: .relaxed) }
    guard isDeaf else { return connection.interrupt() }
    // Long after the limit, so that the suite notices, but not for ever.
    let queue = DispatchQueue(label: "dovetail.saboteur.late")
    queue.asyncAfter(deadline: .now() + .milliseconds(2500)) { [connection] in
      connection.interrupt()
    }
  }

  func abandon() {
    if !sabotage.abandonsNever { connection.abandon() }
  }

  var endpoint: String? { sabotage.hidesEndpoint ? nil : connection.endpoint }

  var hasEnded: Bool { !sabotage.seesNoEnd && connection.hasEnded }

  func ping() async throws(DatabaseError) { try await connection.ping() }

  func leavesState(_ text: StatementText) -> Bool {
    !sabotage.seesNoTraces && connection.leavesState(text)
  }

  var keptStatementsHoldTables: Bool { connection.keptStatementsHoldTables }

  func reset() async throws(DatabaseError) {
    if sabotage.skipsReset { return }
    try await connection.reset()
    if let greeting = sabotage.greeting { try await run(greeting) }
  }

  func close() async {
    if sabotage.hangsOnClose { await Task { _ = try? await Task.sleep(for: .seconds(8)) }.value }
    await connection.close()
  }

  func acquireMigrationLock() async throws(DatabaseError) -> Bool {
    if let hook = sabotage.migrationLock { return try await hook(self, true) }
    return try await connection.acquireMigrationLock()
  }

  func releaseMigrationLock() async throws(DatabaseError) {
    if let hook = sabotage.migrationLock {
      _ = try await hook(self, false)
    } else {
      try await connection.releaseMigrationLock()
    }
  }

  func bulkInsert(
    into table: String, columns: [String], rows: [[Value]]
  ) async throws(DatabaseError) -> Int {
    do {
      let rows = sabotage.bulk?(rows) ?? rows
      let count = try await connection.bulkInsert(into: table, columns: columns, rows: rows)
      return sabotage.bulkCount?(count) ?? count
    } catch {
      if let told = sabotage.told(error) { throw told }
      return rows.count
    }
  }

  func execBatch(
    _ batch: [(text: StatementText, parameters: [Value])]
  ) async throws(DatabaseError) -> [ExecResult] {
    if let sabotaged = sabotage.batch { return try await sabotaged(self, batch) }
    do { return try await connection.execBatch(batch) } catch {
      if let told = sabotage.told(error) { throw told }
      return batch.map { _ in ExecResult(rowCount: 0) }
    }
  }

  func nextNotification() async throws(DatabaseError) -> DatabaseNotification {
    while true {
      let honest = try await connection.nextNotification()
      guard let hook = sabotage.notification else { return honest }
      if let changed = hook(honest) { return changed }
    }
  }

  /// Runs a statement of the saboteur's own on the honest connection.
  @discardableResult
  func run(_ sql: String, _ parameters: [Value] = []) async throws(DatabaseError) -> ExecResult {
    let text = try connection.server.dialect.rebind(sql)
    let statement = try await connection.prepare(text, isKept: false)
    defer { statement.finalize() }
    return try await statement.exec(parameters)
  }

  /// The first row of a query of the saboteur's own.
  func firstRow(_ sql: String) async throws(DatabaseError) -> [Value]? {
    let text = try connection.server.dialect.rebind(sql)
    let statement = try await connection.prepare(text, isKept: false)
    defer { statement.finalize() }
    let rows = try await statement.query([])
    defer { rows.close() }
    return try await LentValues.readAll(rows, limit: 2).first
  }
}
