import CMariaDB
import DriverAPI

extension MySQLStatement {
  /// Leaves unread rows to a task of their own.
  ///
  /// Not to the next statement: until then the half-read query would keep its locks. Everything else
  /// on the connection waits for that task. [QUERY-3]
  func leaveRest(suspended wanted: Int32, hasFailed: Bool = false) {
    progress = .closed
    let wasInTransaction = connection.transactionStatus == .active
    connection.leftover = Task { [self] in
      let kill = hasFailed ? nil : await readOff(suspended: wanted)
      let error = await leftoverFailure(kill)
      // What was to come after it in the transaction must not run outside of it.
      if let error, error.connection == .spent || wasInTransaction && !connection.isInTransaction {
        connection.leftoverFailure = error
      }
    }
  }

  /// Reads rows off; if there are many, the server is told to stop sending them.
  private func readOff(suspended: Int32) async -> MySQLKill? {
    guard let handle else { return nil }
    var kill: MySQLKill?
    let patience = ContinuousClock.now + .milliseconds(3)
    var rowCount = 0
    connection.tls?.forgetErrors()
    var wanted =
      suspended != 0 ? suspended : mysql_stmt_fetch_start(connection.result, handle)
    while true {
      while wanted != 0 {
        if kill == nil, await !connection.isReady(for: wanted, until: patience) {
          kill = MySQLKill.start(connection.target)
        } else {
          let ready = await connection.ready(for: wanted)
          connection.tls?.forgetErrors()
          wanted = mysql_stmt_fetch_cont(connection.result, handle, ready)
        }
      }
      if connection.result.pointee != 0 { return kill }
      rowCount += 1
      if kill == nil, rowCount % 1024 == 0, ContinuousClock.now > patience {
        kill = MySQLKill.start(connection.target)
      }
      wanted = mysql_stmt_fetch_start(connection.result, handle)
    }
  }

  private func leftoverFailure(_ kill: MySQLKill?) async -> DatabaseError? {
    var error: DatabaseError?
    if connection.result.pointee != Self.noData {
      error = failure()
    } else if hasTrailingResults {
      error = await dropRows().failure
    }
    if let kill { await connection.bury(kill) }
    if let error, error.connection == .usable { await connection.askStatus() }
    return error?.kind == .cancelled ? nil : error
  }
}
