import DriverAPI

@testable import Server

extension ChatRig {
  /// Writes a row of the ban history.
  func ban(
    _ name: String, since: WireTime, until expiry: WireTime? = nil, lifted: WireTime? = nil
  ) async throws {
    try await database.exec(
      """
      INSERT INTO ban_history (username, banned_at, unbanned_at, banned_by, expires_at) \
      VALUES (?, ?, ?, ?, ?)
      """, UserName(name).key, since, lifted, "root", expiry)
  }

  /// The number that a query gives.
  func count(_ sql: SQL) async throws -> Int {
    try await database.queryRow(sql, as: (Int).self) ?? 0
  }

  /// Ends every session of this database but that of `killer`, as an administrator would.
  func killSessions(by killer: Database) async throws {
    if killer.dialect.name == "postgres" {
      _ = try await killer.query(
        """
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
        WHERE datname = current_database() AND pid <> pg_backend_pid()
        """, as: (Bool).self
      ).collect()
      return
    }
    try await killer.withConnection { connection in
      let ids = try await connection.query(
        """
        SELECT id FROM information_schema.processlist WHERE db = DATABASE() \
        AND id <> CONNECTION_ID()
        """, as: (Int64).self
      ).collect()
      for id in ids {
        do {
          try await connection.exec(SQL(raw: "KILL \(id)"))
        } catch let error as DatabaseError where error.details.nativeCode == 1094 {
          // It has ended by itself meanwhile.
        }
      }
    }
  }
}
