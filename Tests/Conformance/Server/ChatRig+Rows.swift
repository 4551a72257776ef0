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
}
