import CMariaDB
import DriverAPI

extension MySQLConnection {
  var isInTransaction: Bool {
    handle.pointer.pointee.server_status & UInt32(SERVER_STATUS_IN_TRANS) != 0
  }

  private var isAutocommitting: Bool {
    handle.pointer.pointee.server_status & UInt32(SERVER_STATUS_AUTOCOMMIT) != 0
  }

  /// Takes over where the server said last that the session stands.
  func noteStatus() {
    transactionStatus = isInTransaction ? .active : .none
  }

  /// Takes over all that an answer says about the session.
  func noteAnswer() {
    noteStatus()
    if hasChangedSession { noteChanges() }
  }

  /// Has the server say where the session stands: its answer to an error does not tell.
  func askStatus() async {
    await drive {
      mysql_real_query_start(result, handle.pointer, "DO 0", 4)
    } resume: {
      mysql_real_query_cont(result, handle.pointer, $0)
    }
  }

  /// The error, once it is known where it left the session. [TX-4]
  ///
  /// A transaction may have ended with it: by a deadlock, a lock that was waited for too long, or the
  /// commit before a change of the schema. And one may have begun: in a procedure that failed later.
  func refreshed(
    _ error: DatabaseError, after text: StatementText? = nil
  ) async -> DatabaseError {
    guard error.connection == .usable else { return error }
    if let code = error.details.nativeCode, await isUnmet(code) { return notPrimary(error) }
    if transactionStatus != .none || mayHaveBegun(text) {
      await askStatus()
      noteStatus()
    }
    return error
  }

  /// Whether an error of that number tells that the server is not the one that was asked for: it is asked, since
  /// none of the numbers says only that. [HA-2, HA-3]
  private func isUnmet(_ code: Int) async -> Bool {
    if code == MySQLCode.notReady {
      let rows = await texts(MySQLNode.galeraQuery)
      return rows.map { MySQLNode(onlyReads: nil, galera: $0).isReady != nil } ?? false
    }
    guard options.target.takesWrites, MySQLCode.readOnly.contains(code) else { return false }
    return await texts(MySQLNode.readOnlyQuery)?.first?[0] == "1"
  }

  private func notPrimary(_ error: DatabaseError) -> DatabaseError {
    let place = MySQLOpenFailure.shown(host)
    var details = error.details
    details.host = place
    let words =
      details.nativeCode == MySQLCode.notReady
      ? "is not part of its cluster any more" : "takes no writes any more"
    return DatabaseError(
      .notPrimary, "the server at \(place) \(words); repeat the whole transaction",
      connection: .spent, execution: .rejected, details: details,
      serverMessage: error.serverMessage)
  }

  /// Whether a statement that failed may have left a transaction behind.
  func mayHaveBegun(_ text: StatementText?) -> Bool {
    guard isAutocommitting else { return true }
    switch text?.leadingKeyword {
    case nil, "SELECT", "INSERT", "UPDATE", "DELETE", "REPLACE", "WITH", "VALUES", "TABLE":
      return false
    default: return true
    }
  }
}
