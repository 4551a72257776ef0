import CPostgres
import DriverAPI

extension PostgresConnection {
  /// Makes a fresh session what every session of this driver is, where its start could not. [CONN-7]
  func setUp() async throws(DatabaseError) {
    try await correctSettings()
  }

  private func correctSettings() async throws(DatabaseError) {
    if !options.cachesStatements { return try await run(options.startupScript) }
    let corrections = options.corrections(link.reported)
    if !corrections.isEmpty { try await run(corrections.joined(separator: "; ")) }
  }

  /// Refuses to go on where the session was told to speak otherwise than the driver does: text would be
  /// misread, and what is a string to the lexer be none to the server.
  ///
  /// - Parameter hasBackslash: whether the statement holds one, which a string could end differently by.
  @inline(__always)
  func checkSettings(hasBackslash: Bool) throws(DatabaseError) {
    if PQclientEncoding(link.handle) == link.encoding, !hasBackslash { return }
    try checkReported()
  }

  private func checkReported() throws(DatabaseError) {
    for (name, value) in [("client_encoding", "UTF8"), ("standard_conforming_strings", "on")] {
      guard let found = link.reported(name), found != value else { continue }
      throw DatabaseError(
        .misuse,
        "the session's \(name) was changed, and the driver needs it to be \(value); leave it, or put "
          + "it back within the same transaction", connection: .spent, execution: .notSent)
    }
  }

  /// Goes back to the settings of the session's start, which include the driver's own; removes
  /// temporary tables, locks, cursors, prepared statements and listening. [POOL-4]
  func reset() async throws(DatabaseError) {
    link.cancellation.begin()
    try await begin()
    try await run("DISCARD ALL")
    link.demand?.noteReset()
    discarded.removeAll()
    try await correctSettings()
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
