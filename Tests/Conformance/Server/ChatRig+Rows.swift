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

  /// How many of our messages are not in a block of their channel.
  func unnotedCount() async throws -> Int {
    try await count(
      """
      SELECT COUNT(*) FROM messages m WHERE m.recipient_folded = '' \
      AND TRIM(COALESCE(m.recipient, '')) = '' AND NOT EXISTS (SELECT 1 FROM channel_blocks b \
      WHERE b.channel = m.channel AND m.id BETWEEN b.first_id AND b.first_id + 1023)
      """)
  }

  /// Leaves out ids, as many messages in between would.
  func skipIDs(_ count: Int64) async throws {
    let last = try await database.queryRow("SELECT MAX(id) FROM messages", as: (Int64).self) ?? 0
    guard database.dialect.name != "postgres" else {
      _ = try await database.queryRow(
        "SELECT setval(pg_get_serial_sequence('messages', 'id'), \(last + count))",
        as: (Int64).self)
      return
    }
    try await database.exec("INSERT INTO messages (id, content) VALUES (\(last + count), '')")
    try await database.exec("DELETE FROM messages WHERE id = \(last + count)")
  }

  /// Writes messages as another program does, which knows nothing of our columns.
  func writeElsewhere(_ texts: [String], channel: String) async throws {
    let rows = texts.map { text -> [Value] in
      [
        .text("Elsewhere"), .text(text), WireTime.now.databaseValue, .bool(false), .text(""),
        .text(channel),
      ]
    }
    try await database.bulkInsert(
      into: "messages",
      columns: ["sender", "content", "created_at", "is_encrypted", "recipient", "channel"], rows)
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
