import CODBC
import DriverAPI

/// A handle of the driver manager.
///
/// `@unchecked Sendable`: used on its connection's thread, and by `SQLCancel`, which ODBC allows from
/// any other.
struct ODBCHandle: @unchecked Sendable {
  let raw: SQLHANDLE
  private let type: SQLSMALLINT
  private let kind: ODBCProduct.Reading

  // The one of the process, which lives as long. Unsafe: ODBC lets all threads use it.
  nonisolated(unsafe) private static let environment: SQLHANDLE? = {
    var raw: SQLHANDLE?
    SQLAllocHandle(SQLSMALLINT(SQL_HANDLE_ENV), nil, &raw)
    SQLSetEnvAttr(raw, SQL_ATTR_ODBC_VERSION, SQLPOINTER(bitPattern: UInt(SQL_OV_ODBC3)), 0)
    return raw
  }()

  /// A handle of a type: a connection, or a statement of one.
  init(
    _ type: Int32, of parent: ODBCHandle?, _ kind: @escaping ODBCProduct.Reading
  ) throws(DatabaseError) {
    var raw: SQLHANDLE?
    let code = SQLAllocHandle(SQLSMALLINT(type), parent?.raw ?? Self.environment, &raw)
    try parent?.check(code)
    guard let raw else { throw DatabaseError(.resourceExhausted, "unixODBC gives no handle") }
    (self.raw, self.type, self.kind) = (raw, SQLSMALLINT(type), kind)
  }

  func free() { SQLFreeHandle(type, raw) }

  /// Throws what the driver reports, unless the call succeeded.
  func check(_ code: SQLRETURN) throws(DatabaseError) {
    if code == SQL_SUCCESS || code == SQL_SUCCESS_WITH_INFO || code == SQL_NO_DATA { return }
    throw reported
  }

  /// Throws what is told beside a success, if the product means an error by it.
  func checkDetails(of product: ODBCProduct) throws(DatabaseError) {
    let error = reported
    if product.isError(error) { throw error }
  }

  private var reported: DatabaseError {
    var state = [SQLWCHAR](repeating: 0, count: 6)
    var text = [SQLWCHAR](repeating: 0, count: 1024)
    var code: SQLINTEGER = 0
    // The first record is the one that explains the failure.
    SQLGetDiagRecW(type, raw, 1, &state, &code, &text, SQLSMALLINT(text.count), nil)
    let words = String(units: text)
    return .reported(
      sqlState: String(units: state), nativeCode: Int(code), serverMessage: words,
      kind: kind(Int(code), words))
  }
}

/// What can be done with the handle of a connection.
extension ODBCHandle {
  init(connectingBy connectionString: String) throws(DatabaseError) {
    try self.init(SQL_HANDLE_DBC, of: nil) { _, _ in nil }
    var text = connectionString.units()
    let silently = SQLUSMALLINT(SQL_DRIVER_NOPROMPT)
    do throws(DatabaseError) {
      try check(SQLDriverConnectW(raw, nil, &text, SQLSMALLINT(SQL_NTS), nil, 0, nil, silently))
    } catch {
      free()
      throw error.with(
        kind: error.kind == .authenticationFailed ? nil : .cannotConnect, connection: .spent,
        execution: .notSent,
        message: "no session through ODBC; check the DSN or driver (odbcinst -q) and the server")
    }
  }

  func text(_ information: Int32) -> String {
    var text = [SQLWCHAR](repeating: 0, count: 256)
    SQLGetInfoW(raw, SQLUSMALLINT(information), &text, SQLSMALLINT(2 * text.count), nil)
    return String(units: text)
  }

  func set(_ attribute: Int32, _ value: UInt) throws(DatabaseError) {
    try check(SQLSetConnectAttrW(raw, attribute, SQLPOINTER(bitPattern: value), 0))
  }

  /// Whether the ODBC driver knows that the server is gone. [CONN-5]
  var isLost: Bool {
    var answer = UInt(SQL_CD_FALSE)
    SQLGetConnectAttrW(raw, SQL_ATTR_CONNECTION_DEAD, &answer, 0, nil)
    return answer & 0xffff_ffff == UInt(SQL_CD_TRUE)
  }
}

extension String {
  /// What an ODBC driver wrote, up to the first NUL.
  init(units: [SQLWCHAR]) { self = String(decoding: units.prefix { $0 != 0 }, as: UTF16.self) }

  /// As an ODBC driver reads it, with a NUL behind it.
  func units() -> [SQLWCHAR] { Array(utf16) + [0] }
}
