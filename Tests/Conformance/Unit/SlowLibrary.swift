import DriverAPI
import Foundation
import struct Synchronization.Atomic

/// A client library whose calls block, as small as one can be: it does what the statement says, and
/// takes down what it was asked for.
final class SlowLibrary: Sendable {
  private let entries = Mutex<[String]>([])
  /// Lets a `SLEEP` end.
  let wake = DispatchSemaphore(value: 0)
  /// Counts the `SLEEP`s that have begun.
  let asleep = DispatchSemaphore(value: 0)
  let habits: SessionHabits
  let isLost = Atomic(false)

  /// Whether its sessions tell where they stand.
  let tellsStatus: Bool
  /// What a session says of its server.
  let server: ServerFacts
  /// The row that answers a statement, nil for none; without it, numbers do.
  let answer: (@Sendable (String) -> [Value]?)?

  init(
    _ habits: SessionHabits = SessionHabits(), tellsStatus: Bool = false,
    _ change: (inout ServerFacts) -> Void = { _ in },
    answer: (@Sendable (String) -> [Value]?)? = nil
  ) {
    (self.habits, self.tellsStatus, self.answer) = (habits, tellsStatus, answer)
    var dialect = Dialect(name: "slow")
    dialect.lastInsertID = "COUNT 1"
    var server = ServerFacts(
      product: "Slow", version: "1", dialect: dialect, capabilities: Capabilities())
    change(&server)
    self.server = server
  }

  /// What was asked for since the last time this was.
  func takeLog() -> [String] {
    entries.withLock { entries in
      defer { entries = [] }
      return entries
    }
  }

  func log(_ entry: String) { entries.withLock { $0.append(entry) } }

  func connect() async throws(DatabaseError) -> BlockingConnection<SlowSession> {
    try await BlockingConnection.open(label: "slow") { calls throws(DatabaseError) in
      SlowSession(self, calls)
    }
  }

  /// Opens it as an application does.
  func open(
    _ change: (inout DatabaseConfiguration) -> Void = { _ in }
  ) async throws -> Database {
    var configuration = DatabaseConfiguration()
    configuration.maxConnections = 1
    change(&configuration)
    return try await Database.open(
      DatabaseURL("slow:library"), with: SlowDriver(library: self), configuration: configuration)
  }
}

private struct SlowDriver: Driver {
  let library: SlowLibrary
  let schemes = ["slow"]

  func plan(for url: DatabaseURL) throws(DatabaseError) -> ConnectionPlan { ConnectionPlan() }

  func connect(
    to url: DatabaseURL, as role: ConnectionRole
  ) async throws(DatabaseError) -> any DriverConnection { try await library.connect() }
}

final class SlowSession: BlockingSession {
  let library: SlowLibrary
  let calls: BlockingCalls
  private var isInTransaction = false

  init(_ library: SlowLibrary, _ calls: BlockingCalls) {
    (self.library, self.calls) = (library, calls)
    library.log("open")
  }

  var server: ServerFacts { library.server }
  var habits: SessionHabits { library.habits }
  var isLost: Bool { library.isLost.load(ordering: .sequentiallyConsistent) }

  func prepare(_ text: StatementText) throws(DatabaseError) -> SlowStatement {
    library.log("prepare \(text.text)")
    return SlowStatement(text, self)
  }

  func prepare(_ text: StatementText, isKept: Bool) throws(DatabaseError) -> SlowStatement {
    if !isKept { library.log("once") }
    return try prepare(text)
  }

  var transactionStatus: TransactionStatus? {
    guard library.tellsStatus else { return nil }
    return isInTransaction ? .active : TransactionStatus.none
  }

  func carryOut(_ step: TransactionStep) throws(DatabaseError) {
    library.log("\(step)")
    if case .begin = step { isInTransaction = true } else { isInTransaction = false }
  }

  func ping() throws(DatabaseError) {
    try check(\.nativePing)
    library.log("ping")
    if isLost { throw DatabaseError(.other, "nobody answers") }
  }

  func bulkInsert(
    into table: String, columns: [String], rows: [[Value]]
  ) throws(DatabaseError) -> Int {
    try check(\.nativeBulkInsert)
    library.log("\(rows.count) rows at once")
    return rows.count
  }

  func execBatch(
    _ batch: [(text: StatementText, parameters: [Value])]
  ) throws(DatabaseError) -> [ExecResult] {
    try check(\.nativeBatch)
    library.log("\(batch.count) at once")
    return batch.map { _ in ExecResult(rowCount: 1) }
  }

  func nextNotification() throws(DatabaseError) -> DatabaseNotification {
    try check(\.notifications)
    try sleep()
    return DatabaseNotification(channel: "news", payload: "slow")
  }

  /// Waits until it is woken or stopped.
  func sleep() throws(DatabaseError) {
    let library = library
    try calls.interruptible(cancel: { library.wake.signal() }) {
      library.asleep.signal()
      library.wake.wait()
    }
    if calls.wasInterrupted { throw DatabaseError(.other, "stopped") }
  }

  private func check(_ capability: KeyPath<Capabilities, Bool>) throws(DatabaseError) {
    if !server.capabilities[keyPath: capability] {
      throw .unsupported("the slow library cannot do that here")
    }
  }

  func settle() { library.log("settle") }
  func close() { library.log("close") }
}

final class SlowStatement: BlockingStatement {
  private let text: StatementText
  private let session: SlowSession
  private var executionCount = 0
  private var next = 0

  init(_ text: StatementText, _ session: SlowSession) {
    (self.text, self.session) = (text, session)
  }

  func execute(_ parameters: [Value]) throws(DatabaseError) {
    session.library.log(text.text)
    executionCount += 1
    next = 0
    switch text.leadingKeyword {
    case "SLEEP": try session.sleep()
    case "FAIL": throw DatabaseError(.other, "failed as told")
    case "DEADLOCK": throw DatabaseError(.deadlock, "failed as told")
    case "CHANGED" where executionCount > 1: throw DatabaseError(.invalidValue, "changed")
    default: break
    }
  }

  func result() throws(DatabaseError) -> ExecResult {
    ExecResult(rowCount: text.changesRows ? 1 : 0)
  }

  /// `COUNT 5` counts to five, `COUNT SLOWLY 5` sleeps before the last; a query gives one row.
  private var rowCount: Int {
    if session.library.answer != nil { return answered == nil ? 0 : 1 }
    if text.leadingKeyword == "SELECT" { return 1 }
    return text.text.split(separator: " ").last.flatMap { Int($0) } ?? 0
  }

  private var answered: [Value]? { session.library.answer?(text.text) }

  func columns() throws(DatabaseError) -> ColumnList {
    if session.library.answer != nil, text.returnsRows {
      return ColumnList((answered ?? [.null]).map { _ in Column(name: "n") })
    }
    return ColumnList(["COUNT", "SELECT"].contains(text.leadingKeyword) ? [Column(name: "n")] : [])
  }

  func fetchRow(into page: RowPage) throws(DatabaseError) -> Bool {
    guard next < rowCount else { return false }
    next += 1
    if text.text.contains(" SLOWLY "), next == rowCount { try session.sleep() }
    if let answered {
      for value in answered { page.append(value) }
      return true
    }
    page.append(Cell(kind: .int, bits: UInt64(next)))
    return true
  }

  func closeRows() {}
  func free() { session.library.log("free \(text.text)") }
}

extension RowPage {
  /// Appends the next column of a row: a number, a truth value, a text or NULL.
  fileprivate func append(_ value: Value) {
    switch value {
    case .int(let number): append(Cell(kind: .int, bits: UInt64(bitPattern: number)))
    case .bool(let isTrue): append(Cell(kind: .bool, bits: isTrue ? 1 : 0))
    case .text(let text): Array(text.utf8).withUnsafeBytes { append(.text, copying: $0) }
    default: append(Cell(kind: .null, bits: 0))
    }
  }
}
