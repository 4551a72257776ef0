import CMariaDB
import DriverAPI

extension MySQLConnection {
  /// The error of a call on the connection itself.
  func failure() -> DatabaseError {
    error(handle.code, handle.sqlState, handle.serverMessage, [:])
  }

  /// The error of a statement that ran by its text.
  func failure(of statement: MySQLStatement) -> DatabaseError { failure() }

  /// An error from what the library tells.
  func error(
    _ code: Int, _ sqlState: String, _ told: String, _ known: [String: DatabaseError.Details]
  ) -> DatabaseError {
    let state = MySQLCode.state(after: code)
    var details = DatabaseError.Details()
    details.sqlState = sqlState
    details.nativeCode = code
    if state == .spent { details.host = MySQLOpenFailure.shown(host) }
    return DatabaseError(
      MySQLCode.kind(code), MySQLCode.message(code), connection: state,
      execution: state == .spent ? .unknown : .rejected, details: details, serverMessage: told)
  }
}

extension MySQLStatement {
  /// The error of the last call on the statement.
  func failure() -> DatabaseError {
    // An error in the middle of rows stands with the connection alone.
    guard let handle, mysql_stmt_errno(handle) != 0 else { return connection.failure() }
    return connection.error(
      Int(mysql_stmt_errno(handle)), String(cString: mysql_stmt_sqlstate(handle)),
      String(cString: mysql_stmt_error(handle)), knownViolations)
  }
}
