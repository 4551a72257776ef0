import CFirebird
import DriverAPI
import Glibc

/// A prepared statement, and the rows of its execution.
final class FirebirdStatement: BlockingStatement {
  let session: FirebirdSession
  let parameters = FirebirdArea()
  /// The parameters as the server describes them; binding changes that.
  private(set) var described: [XSQLVAR] = []
  let memory = ParameterMemory()
  private let outputs = FirebirdArea()
  private var handle: isc_stmt_handle = 0
  private var type = 0
  private let changesRows: Bool
  private var hasCursor = false
  /// Whether the columns hold the only row of a statement that is no query.
  private var hasRow = false

  var parameterCount: Int? { described.count }

  init(_ text: StatementText, on session: FirebirdSession) throws(DatabaseError) {
    (self.session, changesRows) = (session, text.changesRows)
    try session.beginForStatement()
    do throws(DatabaseError) { try prepare(text.text) } catch {
      free()
      try? session.endForStatement(committing: false)
      throw error
    }
  }

  private func prepare(_ text: String) throws(DatabaseError) {
    let version = UInt16(SQLDA_VERSION1)
    try FirebirdStatus.check { isc_dsql_allocate_statement($0, &session.database, &handle) }
    try interruptible {
      isc_dsql_prepare(
        $0, &session.transaction, &handle, 0, text, UInt16(SQL_DIALECT_V6), outputs.raw)
    }
    try outputs.describe { isc_dsql_describe($0, &handle, version, $1) }
    try parameters.describe { isc_dsql_describe_bind($0, &handle, version, $1) }
    described = Array(parameters.variables)
    outputs.makeRoom()
    type = try number(isc_info_sql_stmt_type)
    if Int(isc_info_sql_stmt_start_trans)...Int(isc_info_sql_stmt_rollback) ~= type {
      throw .unsupported(
        "transactions of Firebird begin and end by calls; use Database.transaction")
    }
  }

  /// Where each statement sees what was committed before it.
  private static let weakLevels: [IsolationLevel?] = [nil, .readUncommitted, .readCommitted]

  func execute(_ values: [Value]) throws(DatabaseError) {
    let start = ContinuousClock.now
    // Of two that stand in each other's way one has to give up first.
    let patience = Duration.milliseconds(Int.random(in: 50...250))
    while true {
      do throws(DatabaseError) { return try executeOnce(values) } catch {
        let waited = ContinuousClock.now - start
        switch (session.options, error.details.nativeCode) {
        // The row was changed while the statement waited for it. It is undone, and can be repeated where a
        // transaction sees what others have committed meanwhile. After a second it may be a deadlock.
        case (nil, isc_deadlock): continue
        case (let options?, isc_deadlock) where Self.weakLevels.contains(options.isolation):
          if waited > .milliseconds(900) { throw error.with(kind: .deadlock) }
        case (let options?, isc_lock_conflict) where options.isolation == .serializable:
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
      for (index, value) in values.enumerated() { try bind(value, index) }
      let answersAtOnce = type == isc_info_sql_stmt_exec_procedure
      try interruptible {
        isc_dsql_execute2(
          $0, &session.transaction, &handle, UInt16(SQLDA_VERSION1), parameters.raw,
          answersAtOnce ? outputs.raw : nil)
      }
      hasCursor = type == isc_info_sql_stmt_select || type == isc_info_sql_stmt_select_for_upd
      // Where nothing was changed there is a row all the same, of NULLs.
      if answersAtOnce { hasRow = changesRows ? try number(isc_info_sql_records) > 0 : true }
    } catch {
      try? session.endForStatement(committing: false)
      throw error
    }
    if !hasCursor, !hasRow { try session.endForStatement(committing: true) }
  }

  func result() throws(DatabaseError) -> ExecResult {
    let count = changesRows ? try number(isc_info_sql_records) : 0
    // A query ends when all its rows have been made: only then is it known to have succeeded.
    while try fetch() {}
    return ExecResult(rowCount: count)
  }

  func columns() throws(DatabaseError) -> ColumnList {
    ColumnList(outputs.variables.map { Column(name: $0.name) }, folding: .upper)
  }

  func fetchRow(into page: RowPage) throws(DatabaseError) -> Bool {
    guard try fetch() else { return false }
    for column in outputs.variables { try append(column, to: page) }
    return true
  }

  /// What the rows lend from the transaction has been read when there are no more of them, so that it ends
  /// before anybody is told of success.
  private func fetch() throws(DatabaseError) -> Bool {
    if hasCursor {
      let isOver = try interruptible(end: 100) {
        isc_dsql_fetch($0, &handle, UInt16(SQLDA_VERSION1), outputs.raw)
      }
      guard isOver else { return true }
      closeCursor()
    } else if hasRow {
      hasRow = false
      return true
    }
    try session.endForStatement(committing: true)
    return false
  }

  private func closeCursor() {
    guard hasCursor else { return }
    FirebirdStatus.attempt { isc_dsql_free_statement($0, &handle, UInt16(DSQL_close)) }
    hasCursor = false
  }

  func closeRows() {
    memory.removeAll()
    closeCursor()
    hasRow = false
    try? session.endForStatement(committing: true)
  }

  func free() {
    guard handle != 0 else { return }
    FirebirdStatus.attempt { isc_dsql_free_statement($0, &handle, UInt16(DSQL_drop)) }
    handle = 0
  }

  @discardableResult
  private func interruptible(
    end: ISC_STATUS? = nil, _ call: FirebirdStatus.Call
  ) throws(DatabaseError) -> Bool {
    try session.calls.interruptible(cancel: session.cancel) { () throws(DatabaseError) in
      try FirebirdStatus.check(end: end, call)
    }
  }

  private func number(_ item: Int32) throws(DatabaseError) -> Int {
    var number = 0
    try FirebirdStatus.check { dovetail_number($0, &handle, CChar(item), &number) }
    return number
  }
}
