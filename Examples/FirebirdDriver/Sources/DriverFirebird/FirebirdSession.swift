import CFirebird
import DriverAPI

/// One attachment to a database.
final class FirebirdSession: BlockingSession {
  let calls: BlockingCalls
  private(set) var server: ServerFacts
  var database: isc_db_handle = 0
  /// The transaction of the application, or that of a single statement; 0 if there is none.
  var transaction: isc_tr_handle = 0
  /// What the application began; nil outside of its transactions.
  private(set) var options: TransactionOptions?
  /// Holds the lock of migrations, beside the other.
  private var lock: isc_tr_handle = 0

  /// Attaches, makes the database if the URL says so, and asks for version and clock. Firebird 3 knows no
  /// time zones: its clock shows the time of the place where the engine runs. [CONN-7]
  init(_ target: FirebirdTarget, _ calls: BlockingCalls) throws(DatabaseError) {
    self.calls = calls
    server = ServerFacts(
      product: "Firebird", version: "", dialect: .firebird,
      capabilities: .firebird(isServer: target.isServer))
    do throws(DatabaseError) {
      try attach(target)
      guard abs(try clock().microseconds - Timestamp.now.microseconds) < 450_000_000 else {
        throw DatabaseError(
          .cannotConnect,
          "its clock does not show UTC; run the engine, or this program on a file, with TZ=UTC")
      }
    } catch {
      close()
      throw error.with(
        kind: error.kind == .authenticationFailed ? nil : .cannotConnect, connection: .spent,
        execution: .notSent, message: "no session with \(target.host): \(error.message)")
    }
  }

  private func attach(_ target: FirebirdTarget) throws(DatabaseError) {
    do throws(DatabaseError) { try attach(target.name, target.parameters, creates: 0) } catch {
      guard target.creates, error.details.nativeCode == isc_io_error else { throw error }
      try attach(target.name, target.creationParameters, creates: 1)
    }
  }

  private func attach(_ name: String, _ items: [UInt8], creates: Int32) throws(DatabaseError) {
    try FirebirdStatus.check {
      dovetail_attach($0, &database, name, items, Int32(items.count), creates)
    }
  }

  private func clock() throws(DatabaseError) -> Timestamp {
    let area = FirebirdArea(count: 2)
    area.variables[0].become(SQL_TIMESTAMP, 8)
    area.variables[1].become(SQL_VARYING, 64)
    area.makeRoom()
    try beginForStatement()
    let sql =
      "SELECT CURRENT_TIMESTAMP, RDB$GET_CONTEXT('SYSTEM', 'ENGINE_VERSION') FROM RDB$DATABASE"
    try FirebirdStatus.check {
      isc_dsql_exec_immed2(
        $0, &database, &transaction, 0, sql, UInt16(SQL_DIALECT_V6), nil, area.raw)
    }
    try endForStatement(committing: true)
    server.version = String(decoding: area.variables[1].characters, as: UTF8.self)
    return Timestamp(area.variables[0].value(ISC_TIMESTAMP.self)) ?? .now
  }

  var habits: SessionHabits {
    var habits = SessionHabits()
    habits.hasTransactionCalls = true
    // While a statement is prepared nobody can change its tables.
    habits.stalePlans = .unnoticed
    // What changes the schema does not; a function may set variables of the session.
    habits.leavesState = { !["ALTER", "CREATE", "DROP", "RECREATE"].contains($0.leadingKeyword) }
    return habits
  }

  var transactionStatus: TransactionStatus? { options == nil ? TransactionStatus.none : .active }

  func prepare(_ text: StatementText) throws(DatabaseError) -> FirebirdStatement {
    try FirebirdStatement(text, on: self)
  }

  func carryOut(_ step: TransactionStep) throws(DatabaseError) {
    options = nil
    switch step {
    case .begin(let options):
      transaction = try begin(Self.parameters(options))
      self.options = options
    case .commit: try end(committing: true)
    case .rollback: try end(committing: false)
    }
  }

  /// Stops what runs, from another thread. That there was nothing to stop is nobody's concern.
  private(set) lazy var cancel: BlockingCalls.Cancel = { [database] in
    var handle = database
    FirebirdStatus.attempt { fb_cancel_operation($0, &handle, UInt16(fb_cancel_raise)) }
  }

  func ping() throws(DatabaseError) { try FirebirdStatus.check { fb_ping($0, &database) } }

  /// A request to stop travels beside the statements. Whatever comes next is hit by it. [CANCEL-2]
  func settle() {
    try? beginForStatement()
    FirebirdStatus.attempt {
      isc_dsql_execute_immediate(
        $0, &database, &transaction, 0, "EXECUTE BLOCK AS BEGIN END", UInt16(SQL_DIALECT_V6), nil)
    }
    try? endForStatement(committing: false)
  }

  /// The lock is on a table of the driver's own, which whoever comes first makes: the engine locks none of
  /// the catalogue's. (What is made and never committed is no lock: now and then it is there for ever.) [MIG-1]
  func acquireMigrationLock() throws(DatabaseError) -> Bool {
    let table = "DOVETAIL_MIGRATION_LOCK"
    let locking = [isc_tpb_lock_write, Int32(table.utf8.count)] + table.utf8.map { Int32($0) }
    do throws(DatabaseError) {
      lock = try begin([isc_tpb_nowait, isc_tpb_write] + locking + [isc_tpb_exclusive])
      return true
    } catch let error where error.details.nativeCode == isc_lock_conflict {
      return false
    } catch let error where error.details.nativeCode == isc_bad_tpb_content {
      // There is no such table. The grammar is right: 42000 says that somebody else has just made it.
      do throws(DatabaseError) {
        let creation = try prepare(server.dialect.rebind("CREATE TABLE \(table) (N INTEGER)"))
        defer { creation.free() }
        try creation.execute([])
      } catch {
        if ![.uniqueViolation, .serializationFailure, .syntax].contains(error.kind) { throw error }
      }
      return false
    }
  }

  func releaseMigrationLock() throws(DatabaseError) {
    if lock != 0 { try FirebirdStatus.check { isc_rollback_transaction($0, &lock) } }
  }

  /// What cannot be ended any more ends with the attachment.
  func close() {
    if database == 0 { return }
    try? releaseMigrationLock()
    try? end(committing: false)
    FirebirdStatus.attempt { isc_detach_database($0, &database) }
  }

  /// One of its own sees what was committed before. (In one that sees what others commit meanwhile, a row
  /// that is changed all the time was not found now and then.)
  private static let alone = TransactionOptions(isolation: .repeatableRead)

  /// Sees to it that there is a transaction; one that is begun here ends with the statement.
  ///
  /// - Throws: `.notSent` if the session is lost by then, for nothing of the statement was sent.
  func beginForStatement() throws(DatabaseError) {
    guard transaction == 0 else { return }
    do throws(DatabaseError) { transaction = try begin(Self.parameters(Self.alone)) } catch {
      throw error.with(execution: .notSent)
    }
  }

  /// Ends a transaction that ``beginForStatement()`` began.
  func endForStatement(committing: Bool) throws(DatabaseError) {
    if options == nil { try end(committing: committing) }
  }

  /// Ends the transaction, if there is one. One that cannot be committed is rolled back.
  private func end(committing: Bool) throws(DatabaseError) {
    defer { transaction = 0 }
    guard transaction != 0 else { return }
    do throws(DatabaseError) {
      try FirebirdStatus.check {
        committing
          ? isc_commit_transaction($0, &transaction) : isc_rollback_transaction($0, &transaction)
      }
    } catch {
      FirebirdStatus.attempt { isc_rollback_transaction($0, &transaction) }
      throw error
    }
  }

  private func begin(_ items: [Int32]) throws(DatabaseError) -> isc_tr_handle {
    var handle: isc_tr_handle = 0
    let items = [UInt8(isc_tpb_version3)] + items.map { UInt8($0) }
    try FirebirdStatus.check { dovetail_begin($0, &handle, &database, items, Int32(items.count)) }
    return handle
  }

  /// A level is as strong as its name, or stronger: nobody sees what is not committed. A serializable
  /// transaction locks tables, and the engine finds a deadlock of those only after a second or more: it does
  /// not wait, and ``FirebirdStatement`` asks again.
  private static func parameters(_ options: TransactionOptions) -> [Int32] {
    let level =
      switch options.isolation {
      case nil, .readUncommitted, .readCommitted:
        [isc_tpb_read_committed, isc_tpb_rec_version, isc_tpb_wait]
      case .repeatableRead: [isc_tpb_concurrency, isc_tpb_wait]
      case .serializable: [isc_tpb_consistency, isc_tpb_nowait]
      }
    return level + [options.isReadOnly ? isc_tpb_read : isc_tpb_write]
  }
}
