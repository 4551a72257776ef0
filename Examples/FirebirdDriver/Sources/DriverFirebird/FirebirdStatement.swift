import CFirebird
import DriverAPI
import Glibc

/// A prepared statement, and the rows of its execution.
final class FirebirdStatement: BlockingStatement {
  let session: FirebirdSession
  let parameters = FirebirdArea()
  let outputs = FirebirdArea()
  let memory = ParameterMemory()
  /// The parameters as the server describes them; binding changes that.
  private(set) var described: [XSQLVAR] = []
  private var handle: isc_stmt_handle = 0
  private var type: Int32 = 0
  private let changesRows: Bool
  /// What stands in the blobs of the only row of a statement that is no query.
  private var onlyRow: [[UInt8]]?
  /// Whether rows can be fetched.
  private var isOpen = false

  var parameterCount: Int? { parameters.variables.count }

  init(_ text: StatementText, on session: FirebirdSession) throws(DatabaseError) {
    (self.session, changesRows) = (session, text.changesRows)
    try session.inTransaction { () throws(DatabaseError) in
      do throws(DatabaseError) { try prepare(text.text) } catch {
        free()
        throw error
      }
    }
  }

  private func prepare(_ text: String) throws(DatabaseError) {
    let version = UInt16(SQLDA_VERSION1)
    try FirebirdStatus.check { isc_dsql_allocate_statement($0, &session.database, &handle) }
    let code = try session.calls.interruptible(cancel: session.cancel) {
      FirebirdStatus.result { status in
        isc_dsql_prepare(
          status, &session.transaction, &handle, 0, text, UInt16(SQL_DIALECT_V6), outputs.raw)
      }
    }
    _ = try code.get()
    if outputs.grow() {
      try FirebirdStatus.check { isc_dsql_describe($0, &handle, version, outputs.raw) }
    }
    try describeParameters()
    if parameters.grow() { try describeParameters() }
    described = Array(parameters.variables)
    outputs.makeRoom()
    type = try information(isc_info_sql_stmt_type).first ?? 0
    if isc_info_sql_stmt_start_trans...isc_info_sql_stmt_rollback ~= type {
      throw .unsupported("transactions of Firebird begin and end by calls; use Database.transaction")
    }
  }

  private func describeParameters() throws(DatabaseError) {
    try FirebirdStatus.check {
      isc_dsql_describe_bind($0, &handle, UInt16(SQLDA_VERSION1), parameters.raw)
    }
  }

  func execute(_ values: [Value]) throws(DatabaseError) {
    let start = ContinuousClock.now
    // Of two that stand in each other's way one has to give up first.
    let patience = Duration.milliseconds(Int.random(in: 50...250))
    while true {
      do throws(DatabaseError) { return try executeOnce(values) } catch {
        let waited = ContinuousClock.now - start
        switch (session.options, error.details.nativeCode) {
        // The row was changed while the statement waited for it: it is undone, and can be repeated where a
        // transaction sees what others have committed meanwhile. After a second it may be a deadlock.
        case (nil, Int(isc_deadlock)): continue
        case (let options?, Int(isc_deadlock)) where options.isolation.isStatementwise:
          if waited > .milliseconds(900) { throw error.with(kind: .deadlock) }
        case (let options?, Int(isc_lock_conflict)) where options.isolation == .serializable:
          if waited > patience { throw error.with(kind: .deadlock) }
          usleep(5000)
        default: throw error
        }
      }
    }
  }

  private func executeOnce(_ values: [Value]) throws(DatabaseError) {
    try session.beginForStatement()
    do throws(DatabaseError) {
      try bind(values)
      try run()
      if isOpen { return }
      // What the row lends from the transaction is read before that ends.
      if type == isc_info_sql_stmt_exec_procedure { onlyRow = try readBlobs() }
    } catch {
      try? session.endForStatement(committing: false)
      throw error
    }
    try session.endForStatement(committing: true)
  }

  private func run() throws(DatabaseError) {
    let version = UInt16(SQLDA_VERSION1)
    let isProcedure = type == isc_info_sql_stmt_exec_procedure
    let result = try session.calls.interruptible(cancel: session.cancel) {
      FirebirdStatus.result { status in
        isc_dsql_execute2(
          status, &session.transaction, &handle, version, parameters.raw,
          isProcedure ? outputs.raw : nil)
      }
    }
    _ = try result.get()
    isOpen = type == isc_info_sql_stmt_select || type == isc_info_sql_stmt_select_for_upd
  }

  func result() throws(DatabaseError) -> ExecResult {
    // A query ends when all its rows have been made: only then is it known to have succeeded.
    while isOpen, try fetch() {}
    return ExecResult(rowCount: changesRows ? try changedRows() : 0)
  }

  func columns() throws(DatabaseError) -> ColumnList {
    ColumnList(outputs.variables.map { Column(name: $0.name) }, folding: .upper)
  }

  func fetchRow(into page: RowPage) throws(DatabaseError) -> Bool {
    if isOpen {
      guard try fetch() else { return false }
      try append(to: page, blobs: try readBlobs())
      return true
    }
    guard let blobs = onlyRow else { return false }
    onlyRow = nil
    // Where nothing was changed there is a row all the same, of NULLs.
    if changesRows, try changedRows() == 0 { return false }
    try append(to: page, blobs: blobs)
    return true
  }

  private func fetch() throws(DatabaseError) -> Bool {
    let result = try session.calls.interruptible(cancel: session.cancel) {
      FirebirdStatus.result(passing: [100]) { status in
        isc_dsql_fetch(status, &handle, UInt16(SQLDA_VERSION1), outputs.raw)
      }
    }
    return try result.get() == 0
  }

  func closeRows() {
    memory.removeAll()
    onlyRow = nil
    guard isOpen else { return }
    isOpen = false
    // A cursor that its transaction has closed is closed.
    FirebirdStatus.attempt { isc_dsql_free_statement($0, &handle, UInt16(DSQL_close)) }
    try? session.endForStatement(committing: true)
  }

  func free() {
    guard handle != 0 else { return }
    FirebirdStatus.attempt { isc_dsql_free_statement($0, &handle, UInt16(DSQL_drop)) }
    handle = 0
  }
}

extension IsolationLevel? {
  /// Whether each statement sees what was committed before it.
  fileprivate var isStatementwise: Bool {
    self == nil || self == .readUncommitted || self == .readCommitted
  }
}

extension FirebirdStatement {
  /// How many rows the execution inserted, changed and deleted.
  private func changedRows() throws(DatabaseError) -> Int {
    let counters = [isc_info_req_insert_count, isc_info_req_update_count, isc_info_req_delete_count]
    let bytes = try answer(isc_info_sql_records)
    var (count, index) = (0, 3)
    while index + 3 <= bytes.count, bytes[index] != UInt8(isc_info_end) {
      let length = Int(bytes[index + 1]) | Int(bytes[index + 2]) << 8
      if counters.contains(Int32(bytes[index])) {
        count += Self.number(bytes.dropFirst(index + 3).prefix(length))
      }
      index += 3 + length
    }
    return count
  }

  private func information(_ item: Int32) throws(DatabaseError) -> [Int32] {
    let bytes = try answer(item)
    guard bytes.count > 3, bytes[0] == UInt8(item) else { return [] }
    return [Int32(Self.number(bytes.dropFirst(3).prefix(Int(bytes[1]))))]
  }

  /// The item, the length in two bytes, and what there is to say.
  private func answer(_ item: Int32) throws(DatabaseError) -> [UInt8] {
    let items = [CChar(bitPattern: UInt8(item))]
    var answer = [CChar](repeating: 0, count: 128)
    try FirebirdStatus.check {
      isc_dsql_sql_info($0, &handle, 1, items, Int16(answer.count), &answer)
    }
    return answer.map { UInt8(bitPattern: $0) }
  }

  private static func number(_ bytes: ArraySlice<UInt8>) -> Int {
    bytes.reversed().reduce(0) { $0 << 8 | Int($1) }
  }
}
