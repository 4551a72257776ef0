import Synchronization

/// One pooled connection with its statement cache: where every statement of the library runs.
///
/// `@unchecked Sendable`: it travels between tasks with the lease, which the pool gives to one
/// holder at a time; `isBusy` turns an application's attempt to share a leased connection between
/// tasks into `misuse`. Only `interruption`, `holder` and ``retire()`` are used from outside the lease; the
/// first has a lock, the others are atomic.
final class Session: @unchecked Sendable {
  let driver: any DriverConnection
  let role: ConnectionRole
  let slot: Int
  let interruption: Interruption
  let holder = HolderNote()
  let instruments: Instruments
  private let endpoints: EndpointWatch
  let statementTimeout: Duration?
  /// How long what the library itself asks of the session may take.
  let controlTimeout: Duration
  let mayRunPlain: Bool
  /// How long a plain statement may take, in nanoseconds; 0 for as long as it wants.
  let plainLimit: Int64
  /// Whether somebody looks at plain statements: a limit, metrics, the log of slow ones.
  let isPlainWatched: Bool
  /// Whether the driver has a call of its own by which it asks the server whether it is there.
  let pingsByCall: Bool
  let cache: StatementCache
  var cells: UnsafeMutableBufferPointer<Cell>
  /// Statements that were not worth keeping, waiting for their rows to be closed.
  var transients: [any DriverStatement] = []
  /// Room for the parameters of a statement, kept to be used again: empty between two statements.
  var room: [Value] = []
  var rowsAreOpen = false
  /// Rows that were left before their end, of a statement that may write: it is completed before the
  /// session does anything else. [QUERY-7]
  var unfinished: (any DriverRows)?
  /// Whose open rows there are that end with the lease; not retained, because it takes itself out.
  var borrower: Unmanaged<RowCursor>?
  /// The kind of the error that came last.
  var lastFailure: DatabaseError.Kind?
  /// What the session sends of its own accord, once it has: caches know a text by identity.
  var rollbackText: StatementText?
  var probeText: StatementText?
  /// The columns of the rows that are open, or were last.
  var columns = ColumnList([])
  /// A statement ran that may have changed settings of the session.
  var needsReset = false
  /// An error said that the session cannot be used again.
  var isSpent = false
  private let isBusy = Atomic<Bool>(false)
  private let mustRetire = Atomic<Bool>(false)

  init(
    driver: any DriverConnection, role: ConnectionRole, slot: Int,
    configuration: DatabaseConfiguration, instruments: Instruments, endpoints: EndpointWatch
  ) {
    self.driver = driver
    self.endpoints = endpoints
    self.role = role
    self.slot = slot
    self.instruments = instruments
    interruption = Interruption(driver, patience: configuration.controlTimeout)
    controlTimeout = configuration.controlTimeout
    mayRunPlain = driver.noticesCancellation && !instruments.tracesSpans
    statementTimeout = configuration.statementTimeout
    plainLimit = statementTimeout.map { max(1, $0.inNanoseconds) } ?? 0
    isPlainWatched = plainLimit > 0 || instruments.observes
    pingsByCall = driver.server.capabilities.nativePing
    cache = StatementCache(
      capacity: driver.keptStatementsHoldTables ? 0 : configuration.statementCacheCapacity)
    cells = .allocate(capacity: 16)
    cells.initialize(repeating: .null)
  }

  deinit {
    cells.deallocate()
  }

  /// Runs a statement for its effect.
  func exec(
    _ text: StatementText, _ values: [Value]
  ) async throws(DatabaseError) -> ExecResult {
    if let result = try execNow(text, values) { return result }
    if unfinished != nil { try await completeUnfinished() }
    try enter(text, values)
    defer { leave() }
    return try await running(text) { statement throws(DatabaseError) in
      try await statement.exec(values)
    }
  }

  /// Runs a statement up to its first row.
  ///
  /// Until ``close(_:)`` the session takes no other statement. [QUERY-5]
  func query(
    _ text: StatementText, _ values: [Value]
  ) async throws(DatabaseError) -> any DriverRows {
    if let rows = try queryNow(text, values) { return rows }
    if unfinished != nil { try await completeUnfinished() }
    try enter(text, values)
    defer { leave() }
    let rows = try await running(text) { statement throws(DatabaseError) in
      try await statement.query(values)
    }
    opened(rows)
    return rows
  }

  /// Runs a statement and hands its first row to `body`; false if there is none. [QUERY-6]
  func firstRow(
    _ text: StatementText, _ values: [Value],
    _ body: (borrowing Row) throws(DatabaseError) -> Void
  ) async throws(DatabaseError) -> Bool {
    if let found = try firstRowNow(text, values, body) { return found }
    let rows = try await query(text, values)
    defer { close(rows) }
    do throws(DatabaseError) {
      while true {
        switch try rows.step(into: cells) {
        case .row:
          if text.isReadOnly {
            try body(currentRow)
          } else {
            try await complete(rows, body)
          }
          return true
        case .done: return false
        case .wait: try await awaitRow(of: rows)
        }
      }
    } catch {
      note(error)
      throw error
    }
  }

  func opened(_ rows: any DriverRows) {
    let list = rows.columns
    // The same statement has the same list: comparing is cheaper than retaining and releasing.
    if list !== columns { columns = list }
    reserveCells(columns.count)
    rowsAreOpen = true
  }

  /// Runs work of the driver that is more than one statement, as if it were `text`.
  func exclusively<R>(
    _ text: StatementText, _ values: [Value], _ body: () async throws(DatabaseError) -> R
  ) async throws(DatabaseError) -> R {
    if unfinished != nil { try await completeUnfinished() }
    try enter(text, values)
    defer { leave() }
    do throws(DatabaseError) { return try await interruptible(text, body) } catch {
      note(error)
      throw error
    }
  }

  /// The row that the last step put into the cells.
  var currentRow: Row {
    @_lifetime(borrow self)
    get {
      let row = Row(
        unsafeCells: UnsafePointer(cells.baseAddress.unsafelyUnwrapped),
        count: columns.count, columns: .passUnretained(columns))
      return _overrideLifetime(row, borrowing: self)
    }
  }

  /// Ends the rows that are open.
  func close(_ rows: any DriverRows) {
    rows.close()
    rowsAreOpen = false
  }

  /// Remembers what an error says about the session.
  func note(_ error: DatabaseError) {
    lastFailure = error.kind
    if error.connection == .spent { isSpent = true }
    if error.kind == .notPrimary { leaveServer(error) }
  }

  private func leaveServer(_ error: DatabaseError) {
    isSpent = true
    instruments.reportWarning("the server is not the one that was asked for any more", error)
    if let endpoint = driver.endpoint { endpoints.leave(endpoint) }
  }

  /// Whether the session ends with its lease, since its server is not the one asked for.
  var isRetired: Bool { mustRetire.load(ordering: .relaxed) }

  /// Has it end with its lease; from any thread, under the pool's lock.
  func retire() { mustRetire.store(true, ordering: .relaxed) }

  private func reserveCells(_ count: Int) {
    guard count > cells.count else { return }
    cells.deallocate()
    cells = .allocate(capacity: count)
    cells.initialize(repeating: .null)
  }

  func enter(_ text: StatementText, _ values: [Value]) throws(DatabaseError) {
    guard !isBusy.exchange(true, ordering: .acquiring) else { throw sharedConnection() }
    if rowsAreOpen || values.count != text.parameterCount || text.statementCount != 1 {
      isBusy.store(false, ordering: .releasing)
      throw refusal(text, values)
    }
    if text.mayChangeSession, driver.leavesState(text) { needsReset = true }
  }

  /// Takes the session for a statement; false if another task uses it.
  @inline(__always)
  func enterUnchecked() -> Bool { !isBusy.exchange(true, ordering: .acquiring) }

  func leave() {
    isBusy.store(false, ordering: .releasing)
  }

  private func sharedConnection() -> DatabaseError {
    .misuse(
      "two tasks used one connection at the same time; give each its own, or await the first call")
  }

  private func refusal(_ text: StatementText, _ values: [Value]) -> DatabaseError {
    if rowsAreOpen {
      return .misuse(
        "the connection still has rows open; read them to the end, leave their scope, or use "
          + "another connection")
    }
    if text.statementCount == 0 {
      return .misuse("the text holds no statement, only white space or comments")
    }
    if text.statementCount != 1 {
      return .misuse(
        "the text holds \(text.statementCount) statements; run scripts with execScript")
    }
    return .misuse(
      "the statement has \(text.parameterCount) parameters and got \(values.count) values")
  }
}
