import CMariaDB
import DriverAPI

extension MySQLConnection {
  /// The error of a call on the connection itself.
  func failure() -> DatabaseError {
    error(handle.code, handle.sqlState, handle.serverMessage)
  }

  /// An error from what the library tells.
  func error(_ code: Int, _ sqlState: String, _ told: String) -> DatabaseError {
    let state = MySQLCode.state(after: code)
    let kind = MySQLCode.kind(code)
    // Others can kill a statement too.
    if kind == .cancelled, !interruption.isRequested {
      return DatabaseError(
        .other, "the statement was stopped from outside, by KILL QUERY",
        details: .init(sqlState: sqlState, nativeCode: code),
        serverMessage: told)
    }
    var details = DatabaseError.Details(sqlState: sqlState, nativeCode: code)
    if state == .spent { details.host = MySQLOpenFailure.shown(host) }
    // On Galera the others may have the commit all the same, where this node has lost them.
    let isUnknown = state == .spent || code == MySQLCode.duringCommit
    return DatabaseError(
      kind, MySQLCode.message(code), connection: state, execution: isUnknown ? .unknown : .rejected,
      details: details, serverMessage: told)
  }
}

extension MySQLStatement {
  /// The error of the last call on the statement.
  func failure() -> DatabaseError {
    // An error in the middle of rows stands with the connection alone.
    guard let handle, mysql_stmt_errno(handle) != 0 else { return connection.failure() }
    return connection.error(
      Int(mysql_stmt_errno(handle)), String(cString: mysql_stmt_sqlstate(handle)),
      String(cString: mysql_stmt_error(handle)))
  }

  /// The error with what the catalogue knows about it, once it is known where it left the session.
  ///
  /// Called when the server is done with the statement.
  func explained(_ error: DatabaseError) async -> DatabaseError {
    guard let violation = MySQLViolation(error) else {
      return await connection.refreshed(error, after: text)
    }
    var found = knownViolations[violation.subject]
    if found == nil {
      found = await violation.details(in: connection, of: text.text)
      knownViolations[violation.subject] = found
    }
    // A violation ends no transaction, but a procedure may have begun one before.
    if connection.mayHaveBegun(text) { await connection.askStatus() }
    connection.noteStatus()
    guard var details = found else { return await connection.refreshed(error, after: text) }
    details.sqlState = error.details.sqlState
    details.nativeCode = error.details.nativeCode
    return DatabaseError(
      error.kind, error.message, execution: error.execution, details: details,
      serverMessage: error.serverMessage)
  }
}
