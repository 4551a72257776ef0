import CMariaDB
import DriverAPI

extension MySQLStatement {
  /// Leaves unread rows to a task of their own.
  ///
  /// Not to the next statement: until then the half-read query would keep its locks. Everything else
  /// on the connection waits for that task. What may write is read to its end, because a kill would
  /// undo what the caller believes to be done. [QUERY-3]
  func leaveRest(suspended wanted: Int32, hasFailed: Bool = false) {
    progress = .closed
    let before = connection.transactionStatus
    connection.leftover = Task { [self] in
      let kill = hasFailed ? nil : await readOff(suspended: wanted, kill: nil)
      var error = await endOfLeftover(kill)
      connection.noteAnswer()
      if kill != nil, error?.details.nativeCode == MySQLCode.interrupted { error = nil }
      guard let error = error ?? strayed(from: before) else { return }
      // What was to come after it in the transaction must not run outside of it.
      let isLost = before == .active && connection.transactionStatus == .none
      if error.connection == .spent || isLost || !text.isReadOnly {
        connection.leftoverFailure = error
      }
    }
  }

  /// Ends a statement whose caller was cancelled while it waited for a row; answers with the error.
  ///
  /// What may write is waited for: whether the kill or the statement came first, only its end tells.
  func stopped(suspended wanted: Int32) async -> DatabaseError {
    guard !text.isReadOnly else {
      return DatabaseError(.cancelled, "the task was cancelled while it waited for a row")
    }
    let kill = await readOff(suspended: wanted, kill: MySQLKill.start(connection.target))
    let error = await endOfLeftover(kill)
    progress = .closed
    connection.noteAnswer()
    if let error, error.details.nativeCode != MySQLCode.interrupted { return error }
    return DatabaseError(
      .cancelled, "the task was cancelled while it waited for a row",
      execution: error == nil ? .unknown : .rejected)
  }

  /// A procedure can begin or end a transaction behind its rows, and nobody was told.
  private func strayed(from before: TransactionStatus) -> DatabaseError? {
    if text.isReadOnly || before == connection.transactionStatus { return nil }
    return DatabaseError(
      .transactionAborted,
      "the statement whose rows were left early began or ended a transaction; read its rows to the "
        + "end", connection: .spent)
  }

  /// Reads rows off; if there are many, the server is told to stop sending them.
  private func readOff(suspended: Int32, kill started: MySQLKill?) async -> MySQLKill? {
    guard let handle else { return started }
    var kill = started
    let mayKill = text.isReadOnly
    let patience = ContinuousClock.now + .milliseconds(3)
    var rowCount = 0
    connection.tls?.forgetErrors()
    var wanted =
      suspended != 0 ? suspended : mysql_stmt_fetch_start(connection.result, handle)
    while true {
      while wanted != 0 {
        if kill == nil, mayKill, await !connection.isReady(for: wanted, until: patience) {
          kill = MySQLKill.start(connection.target)
        } else {
          let ready = await connection.ready(for: wanted)
          connection.tls?.forgetErrors()
          wanted = mysql_stmt_fetch_cont(connection.result, handle, ready)
        }
      }
      if connection.result.pointee != 0 { return kill }
      rowCount += 1
      if kill == nil, mayKill, rowCount % 1024 == 0, ContinuousClock.now > patience {
        kill = MySQLKill.start(connection.target)
      }
      wanted = mysql_stmt_fetch_start(connection.result, handle)
    }
  }

  /// Reads what stands behind the rows, once they are read off; answers with what went wrong.
  private func endOfLeftover(_ kill: MySQLKill?) async -> DatabaseError? {
    var error: DatabaseError?
    if connection.result.pointee != Self.noData {
      error = failure()
    } else if hasTrailingResults {
      error = await dropRows().failure
    }
    if let kill { await connection.bury(kill) }
    if let error, error.connection == .usable { await connection.askStatus() }
    return error
  }
}
