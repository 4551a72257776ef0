import CODBC
import DriverAPI

/// One session with a database, through the driver manager.
final class ODBCSession: BlockingSession {
  let handle: ODBCHandle
  let calls: BlockingCalls
  let product: ODBCProduct
  let server: ServerFacts
  private var usualIsolation: UInt = 0
  private var isolation: UInt

  /// Connects and makes the session what every session of this driver is. [CONN-7]
  init(
    _ connectionString: String, _ dialects: [String: Dialect], _ calls: BlockingCalls
  ) throws(DatabaseError) {
    self.calls = calls
    handle = try ODBCHandle(connectingBy: connectionString)
    let name = handle.text(SQL_DBMS_NAME)
    product = ODBCProduct(named: name, dialect: dialects[name])
    server = ServerFacts(
      product: name, version: handle.text(SQL_DBMS_VER), dialect: product.dialect,
      capabilities: product.capabilities)
    SQLGetConnectAttrW(handle.raw, SQL_ATTR_TXN_ISOLATION, &usualIsolation, 0, nil)
    isolation = usualIsolation
    do throws(DatabaseError) { for sql in product.setUp { try run(sql) } } catch {
      close()
      throw error
    }
  }

  var habits: SessionHabits { product.habits }
  var isLost: Bool { handle.isLost }

  func prepare(_ text: StatementText) throws(DatabaseError) -> ODBCStatement {
    try ODBCStatement(text, on: self)
  }

  func carryOut(_ step: TransactionStep) throws(DatabaseError) {
    switch step {
    case .begin(let options):
      let wanted = options.isolation?.odbcBit ?? usualIsolation
      if wanted != isolation { try handle.set(SQL_ATTR_TXN_ISOLATION, wanted) }
      isolation = wanted
      try handle.set(SQL_ATTR_AUTOCOMMIT, UInt(SQL_AUTOCOMMIT_OFF))
    case .commit: try end(SQL_COMMIT)
    case .rollback: try end(SQL_ROLLBACK)
    }
  }

  private func end(_ completion: Int32) throws(DatabaseError) {
    let kind = SQLSMALLINT(SQL_HANDLE_DBC)
    let ended = SQLEndTran(kind, handle.raw, SQLSMALLINT(completion))
    do throws(DatabaseError) { try handle.check(ended) } catch {
      // What could not be committed is not left open; on a lost session nothing is.
      SQLEndTran(kind, handle.raw, SQLSMALLINT(SQL_ROLLBACK))
      try? handle.set(SQL_ATTR_AUTOCOMMIT, UInt(SQL_AUTOCOMMIT_ON))
      throw error
    }
    try handle.set(SQL_ATTR_AUTOCOMMIT, UInt(SQL_AUTOCOMMIT_ON))
  }

  /// `SQLCancel` can return before its request has reached the server. What it then hits is this,
  /// which fails for that reason and no other that matters. [CANCEL-2]
  func settle() {
    if product.capabilities.networkSession { try? run("SELECT 1") }
  }

  func close() {
    // Within a transaction nobody is let go.
    SQLEndTran(SQLSMALLINT(SQL_HANDLE_DBC), handle.raw, SQLSMALLINT(SQL_ROLLBACK))
    SQLDisconnect(handle.raw)
    handle.free()
  }

  /// Runs a statement of the driver's own.
  func run(_ sql: String) throws(DatabaseError) {
    let statement = try ODBCHandle(SQL_HANDLE_STMT, of: handle, product.kind)
    defer { statement.free() }
    var text = sql.units()
    try statement.check(SQLExecDirectW(statement.raw, &text, SQL_NTS))
  }
}

extension IsolationLevel {
  /// ODBC has a bit for each, in the same order.
  fileprivate var odbcBit: UInt {
    UInt(SQL_TXN_READ_UNCOMMITTED) << UInt(Self.allCases.firstIndex(of: self) ?? 0)
  }
}
