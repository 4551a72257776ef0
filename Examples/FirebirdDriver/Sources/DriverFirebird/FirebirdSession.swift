import CFirebird
import DriverAPI

/// One attachment to a database.
final class FirebirdSession: BlockingSession {
  let calls: BlockingCalls
  let server: ServerFacts
  var database: isc_db_handle
  /// The transaction of the application, or that of a single statement; 0 if there is none.
  var transaction: isc_tr_handle = 0
  /// What the application began; nil outside of its transactions.
  private(set) var options: TransactionOptions?
  /// Holds the lock of migrations, beside the other.
  private var lock: isc_tr_handle = 0

  /// Attaches, and makes the database first if the URL says so.
  init(_ target: FirebirdTarget, _ calls: BlockingCalls) throws(DatabaseError) {
    self.calls = calls
    do throws(DatabaseError) { database = try Self.attach(target) } catch {
      throw error.with(
        kind: error.kind == .authenticationFailed ? nil : .cannotConnect, connection: .spent,
        execution: .notSent, message: "no session with \(target.host)")
    }
    server = try Self.facts(&database, target)
    do throws(DatabaseError) { try checkClock(target) } catch {
      close()
      throw error
    }
  }

  var habits: SessionHabits {
    var habits = SessionHabits()
    habits.hasTransactionCalls = true
    // A kept statement keeps its tables from being changed by anybody.
    habits.keptStatementsHoldTables = true
    habits.leavesState = { !Self.stateless.contains($0.leadingKeyword) }
    return habits
  }

  private static let stateless: Set = [
    "ALTER", "COMMENT", "CREATE", "DROP", "GRANT", "RECREATE", "REVOKE",
  ]

  var transactionStatus: TransactionStatus? { options == nil ? TransactionStatus.none : .active }

  func prepare(_ text: StatementText) throws(DatabaseError) -> FirebirdStatement {
    try FirebirdStatement(text, on: self)
  }

  func carryOut(_ step: TransactionStep) throws(DatabaseError) {
    switch step {
    case .begin(let options):
      transaction = try begin(Self.parameters(options))
      self.options = options
    case .commit:
      options = nil
      try end(committing: true)
    case .rollback:
      options = nil
      try end(committing: false)
    }
  }

  /// Stops what runs, from another thread.
  var cancel: BlockingCalls.Cancel {
    { [database] in
      // There is nobody to tell that there was nothing to stop.
      var handle = database
      FirebirdStatus.attempt { fb_cancel_operation($0, &handle, UInt16(fb_cancel_raise)) }
    }
  }

  func ping() throws(DatabaseError) {
    try FirebirdStatus.check { fb_ping($0, &database) }
  }

  /// A request to stop travels beside the statements. Whatever comes next is hit by it. [CANCEL-2]
  func settle() {
    // It fails for that reason, or for one that the next statement meets too.
    try? inTransaction { () throws(DatabaseError) in try run("SELECT 1 FROM RDB$DATABASE") }
  }

  /// Tables are locked by a row of the catalogue that nobody else sees: a sequence of that name, which is
  /// never committed. [MIG-1]
  func acquireMigrationLock() throws(DatabaseError) -> Bool {
    let own = transaction
    defer { transaction = own }
    transaction = try begin([isc_tpb_concurrency, isc_tpb_nowait, isc_tpb_write])
    do throws(DatabaseError) {
      try run("CREATE SEQUENCE DOVETAIL_MIGRATIONS_LOCK")
      lock = transaction
      return true
    } catch {
      try end(committing: false)
      let isTaken: Set<DatabaseError.Kind> = [
        .uniqueViolation, .deadlock, .serializationFailure, .lockTimeout,
      ]
      guard isTaken.contains(error.kind) else { throw error }
      return false
    }
  }

  func releaseMigrationLock() throws(DatabaseError) {
    if lock != 0 { try FirebirdStatus.check { isc_rollback_transaction($0, &lock) } }
  }

  func close() {
    // What cannot be ended any more ends with the attachment.
    if lock != 0 { FirebirdStatus.attempt { isc_rollback_transaction($0, &lock) } }
    try? end(committing: false)
    FirebirdStatus.attempt { isc_detach_database($0, &database) }
  }
}

extension FirebirdSession {
  /// Sees to it that there is a transaction; one that was begun here ends with the statement.
  func beginForStatement() throws(DatabaseError) {
    if transaction == 0 { transaction = try begin(Self.parameters(TransactionOptions())) }
  }

  /// Ends a transaction that ``beginForStatement()`` began.
  func endForStatement(committing: Bool) throws(DatabaseError) {
    if options == nil { try end(committing: committing) }
  }

  /// Does something in the transaction of the application, or in one of its own.
  func inTransaction<R>(_ body: () throws(DatabaseError) -> R) throws(DatabaseError) -> R {
    try beginForStatement()
    let result: R
    do throws(DatabaseError) { result = try body() } catch {
      try? endForStatement(committing: false)
      throw error
    }
    try endForStatement(committing: true)
    return result
  }

  /// Ends the transaction, if there is one. One that cannot be committed is rolled back.
  private func end(committing: Bool) throws(DatabaseError) {
    guard transaction != 0 else { return }
    defer { transaction = 0 }
    guard committing else {
      try FirebirdStatus.check { isc_rollback_transaction($0, &transaction) }
      return
    }
    do throws(DatabaseError) {
      try FirebirdStatus.check { isc_commit_transaction($0, &transaction) }
    } catch {
      FirebirdStatus.attempt { isc_rollback_transaction($0, &transaction) }
      throw error
    }
  }

  private func begin(_ items: [Int32]) throws(DatabaseError) -> isc_tr_handle {
    var handle: isc_tr_handle = 0
    let parameters = [UInt8(isc_tpb_version3)] + items.map { UInt8($0) }
    try FirebirdStatus.check { status in
      parameters.withUnsafeBufferPointer { parameters in
        withUnsafeMutablePointer(to: &database) { database in
          var block = dovetail_teb(
            database: database, length: ISC_LONG(parameters.count),
            parameters: parameters.baseAddress)
          return isc_start_multiple(status, &handle, 1, &block)
        }
      }
    }
    return handle
  }

  /// A level is as strong as its name, or stronger: nobody sees what is not committed. A serializable
  /// transaction locks tables, and the engine finds a deadlock of those only after a second: it does not
  /// wait, and ``FirebirdStatement`` asks again.
  private static func parameters(_ options: TransactionOptions) -> [Int32] {
    let level =
      switch options.isolation {
      case nil, .readUncommitted, .readCommitted: [isc_tpb_read_committed, isc_tpb_rec_version]
      case .repeatableRead: [isc_tpb_concurrency]
      case .serializable: [isc_tpb_consistency]
      }
    let waiting = options.isolation == .serializable ? isc_tpb_nowait : isc_tpb_wait
    return level + [waiting, options.isReadOnly ? isc_tpb_read : isc_tpb_write]
  }

  /// Runs a statement of the driver's own in the transaction that is there.
  private func run(_ sql: String) throws(DatabaseError) {
    try FirebirdStatus.check {
      isc_dsql_execute_immediate(
        $0, &database, &transaction, 0, sql, UInt16(SQL_DIALECT_V6), nil)
    }
  }
}

extension FirebirdSession {
  private static func attach(_ target: FirebirdTarget) throws(DatabaseError) -> isc_db_handle {
    var handle: isc_db_handle = 0
    do throws(DatabaseError) {
      try call(target.parameters) { isc_attach_database($0, 0, target.name, &handle, $1, $2) }
    } catch {
      guard target.creates, error.details.nativeCode == isc_io_error else { throw error }
      try call(target.creationParameters) {
        isc_create_database($0, 0, target.name, &handle, $1, $2, 0)
      }
    }
    return handle
  }

  private static func call(
    _ parameters: [UInt8],
    _ body: (UnsafeMutablePointer<ISC_STATUS>, Int16, UnsafePointer<CChar>?) -> ISC_STATUS
  ) throws(DatabaseError) {
    let parameters = parameters.map { CChar(bitPattern: $0) }
    try FirebirdStatus.check { body($0, Int16(parameters.count), parameters) }
  }

  private static func facts(
    _ database: inout isc_db_handle, _ target: FirebirdTarget
  ) throws(DatabaseError) -> ServerFacts {
    let item = [CChar(bitPattern: UInt8(isc_info_firebird_version.rawValue))]
    var answer = [CChar](repeating: 0, count: 1024)
    try FirebirdStatus.check { isc_database_info($0, &database, 1, item, 1024, &answer) }
    // The item, the length in two bytes, how many texts there are, and the first with its length.
    let bytes = answer.map { UInt8(bitPattern: $0) }
    let version = String(decoding: bytes[5..<(5 + Int(bytes[4]))], as: UTF8.self)
    return ServerFacts(
      product: "Firebird", version: version, dialect: .firebird,
      capabilities: .firebird(isServer: target.isServer))
  }

  /// Firebird 3 knows no time zones: its clock shows the time of the place where the engine runs. [CONN-7]
  private func checkClock(_ target: FirebirdTarget) throws(DatabaseError) {
    let text = try server.dialect.rebind("SELECT CURRENT_TIMESTAMP FROM RDB$DATABASE")
    let moment = try inTransaction { () throws(DatabaseError) -> Timestamp? in
      let statement = try prepare(text)
      defer { statement.free() }
      try statement.execute([])
      defer { statement.closeRows() }
      let page = RowPage(columnCount: try statement.columns().count)
      guard try statement.fetchRow(into: page) else { return nil }
      var cell = Cell.null
      withUnsafeMutablePointer(to: &cell) {
        _ = page.takeRow(into: UnsafeMutableBufferPointer(start: $0, count: 1))
      }
      return Timestamp(microseconds: Int64(bitPattern: cell.bits))
    }
    guard let moment, abs(moment.microseconds - Timestamp.now.microseconds) < 450_000_000 else {
      throw DatabaseError(
        .cannotConnect, "the clock of the engine at \(target.host) does not show UTC; have it, or this "
          + "program if it opens a file, run with TZ=UTC", connection: .spent, execution: .notSent)
    }
  }
}
