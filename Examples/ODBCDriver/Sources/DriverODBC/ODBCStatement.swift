import CODBC
import DriverAPI

/// A prepared statement, and the rows of its execution.
final class ODBCStatement: BlockingStatement {
  let handle: ODBCHandle
  let session: ODBCSession
  let memory = ParameterMemory()
  /// As what each column of the rows is fetched.
  var kinds: [Cell.Kind] = []
  private(set) var parameterCount: Int?
  /// Whether nothing was found to change: then there is no result to fetch from, not even an empty one.
  private(set) var hasNoRows = false
  private let text: StatementText
  /// Whether it runs what can answer several times. Others are not asked: not every library takes a call from
  /// another thread, to stop it, as well as it takes one to a statement that is busy.
  var mayHaveSeveralResults: Bool {
    ["CALL", "DO", "EXEC", "EXECUTE"].contains(text.leadingKeyword)
  }

  init(_ text: StatementText, on session: ODBCSession) throws(DatabaseError) {
    if let reason = session.product.refusal(text) { throw .unsupported(reason) }
    handle = try ODBCHandle(SQL_HANDLE_STMT, of: session.handle, session.product.kind)
    (self.session, self.text) = (session, text)
    do throws(DatabaseError) { parameterCount = try prepare() } catch {
      free()
      throw error
    }
  }

  private func prepare() throws(DatabaseError) -> Int {
    var (units, bytes) = (text.text.units(), Array(text.text.utf8) + [0])
    var count = SQLSMALLINT(0)
    do throws(DatabaseError) {
      _ = try interruptible {
        session.product.isWide
          ? SQLPrepareW(handle.raw, &units, SQL_NTS) : SQLPrepare(handle.raw, &bytes, SQL_NTS)
      }
    } catch  where error.kind == .misuse {
      throw error.with(execution: .notSent)
    }
    try handle.check(SQLNumParams(handle.raw, &count))
    return Int(UInt16(bitPattern: count))
  }

  func execute(_ parameters: [Value]) throws(DatabaseError) {
    for (index, value) in parameters.enumerated() { try bind(value, SQLUSMALLINT(index + 1)) }
    do throws(DatabaseError) {
      try run()
    } catch {
      guard let stale = session.product.staleSchema, stale.isTold(error) else { throw error }
      // Nothing has run: it failed when it was read.
      try session.run(stale.remedy)
      try run()
    }
  }

  private func run() throws(DatabaseError) {
    let code = try interruptible { SQLExecute(handle.raw) }
    hasNoRows = code == SQL_NO_DATA
    // MariaDB's errors of the class of warnings are errors all the same: nothing was stored.
    if code == SQL_SUCCESS_WITH_INFO { try handle.checkDetails(of: session.product) }
  }

  func result() throws(DatabaseError) -> ExecResult {
    var rowCount = 0
    if text.changesRows { try handle.check(SQLRowCount(handle.raw, &rowCount)) }
    if !hasNoRows { try passOtherResults() }
    return ExecResult(rowCount: max(0, rowCount))
  }

  func closeRows() {
    SQLFreeStmt(handle.raw, SQLUSMALLINT(SQL_CLOSE))
    SQLFreeStmt(handle.raw, SQLUSMALLINT(SQL_RESET_PARAMS))
    memory.removeAll()
  }

  func free() { handle.free() }

  /// Makes a call that an interruption can stop.
  func interruptible(_ call: () -> SQLRETURN) throws(DatabaseError) -> SQLRETURN {
    let code = try session.calls.interruptible(cancel: { [handle] in SQLCancel(handle.raw) }, call)
    try handle.check(code)
    return code
  }
}

extension ODBCStatement {
  /// Copies a value and binds the copy. [BIND-1]
  func bind(_ value: Value, _ number: SQLUSMALLINT) throws(DatabaseError) {
    switch value {
    case .null: try bind([UInt8](), SQL_C_CHAR, SQL_VARCHAR, length: SQL_NULL_DATA, number)
    case .bool(let truth): try bind([UInt8(truth ? 1 : 0)], SQL_C_BIT, SQL_BIT, number)
    case .int(let integer): try bind([integer], SQL_C_SBIGINT, SQL_BIGINT, number)
    case .double(let double): try bind([double], SQL_C_DOUBLE, SQL_DOUBLE, number)
    case .bytes(let bytes):
      let type = bytes.count > Self.maxShort ? SQL_LONGVARBINARY : SQL_VARBINARY
      try bind(bytes, SQL_C_BINARY, type, size: bytes.count, number)
    // Moments and decimals too: drivers cut what they are given in types of C.
    case .text, .json, .uint, .uuid, .timestamp, .date, .decimal:
      try bind(value.text ?? "", number)
    }
  }

  // Longer values have a type of their own in ODBC.
  private static let maxShort = 4000

  private func bind(_ text: String, _ number: SQLUSMALLINT) throws(DatabaseError) {
    let count = text.utf16.count
    guard session.product.hasWideValues else {
      let type = count > Self.maxShort ? SQL_LONGVARCHAR : SQL_VARCHAR
      return try bind(Array(text.utf8), SQL_C_CHAR, type, size: count, number)
    }
    let type = count > Self.maxShort ? SQL_WLONGVARCHAR : SQL_WVARCHAR
    try bind(Array(text.utf16), SQL_C_WCHAR, type, size: count, number)
  }

  private func bind<T: BitwiseCopyable>(
    _ values: [T], _ cType: Int32, _ type: Int32, size: Int = 0, length: Int32? = nil,
    _ number: SQLUSMALLINT
  ) throws(DatabaseError) {
    let byteCount = values.count * MemoryLayout<T>.stride
    let lengths = memory.copy([length.map(SQLLEN.init) ?? byteCount])
    // Some drivers refuse the size 0, also for an empty text.
    try handle.check(
      SQLBindParameter(
        handle.raw, number, SQLSMALLINT(SQL_PARAM_INPUT), SQLSMALLINT(cType), SQLSMALLINT(type),
        SQLULEN(max(1, size)), 0, memory.copy(values), byteCount,
        lengths.assumingMemoryBound(to: SQLLEN.self)))
  }
}
