import CPostgres
import DriverAPI

extension PostgresConnection {
  /// Makes a fresh session what every session of this driver is, where its start could not. [CONN-7]
  func setUp() async throws(DatabaseError) {
    if !options.cachesStatements { try await run(options.startupScript) }
  }

  /// Goes back to the settings of the session's start, which include the driver's own; removes
  /// temporary tables, locks, cursors, prepared statements and listening. [POOL-4]
  func reset() async throws(DatabaseError) {
    try await begin()
    try await run("DISCARD ALL")
    discarded.removeAll()
    if !options.cachesStatements { try await run(options.startupScript) }
  }

  /// Runs statements of the driver's own without parameters, and discards rows.
  func run(_ sql: String) async throws(DatabaseError) {
    guard PQsendQuery(link.handle, sql) != 0 else { throw link.lost(.notSent) }
    var failure: DatabaseError?
    while let result = try await link.nextResult() {
      if PQresultStatus(result) == PGRES_FATAL_ERROR {
        failure = failure ?? link.error(in: result)
      }
      PQclear(result)
      if let failure, failure.connection == .spent { throw failure }
    }
    try await finish()
    if let failure { throw failure }
  }
}
