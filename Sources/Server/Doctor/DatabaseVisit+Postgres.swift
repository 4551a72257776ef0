import DriverAPI

extension DatabaseVisit {
  /// What operators of PostgreSQL ask first.
  func postgres(_ question: Question, of database: Database) async throws -> DoctorCheck? {
    switch question {
    case .tls: try await postgresTLS(database)
    case .pool: try await postgresPool(database)
    case .encoding: try await postgresEncoding(database)
    case .timeZone: try await postgresTimeZone(database)
    case .durability: try await postgresDurability(database)
    case .journal, .integrity, .sqlMode, .schema, .rows, .write: nil
    }
  }

  private func postgresTLS(_ database: Database) async throws -> DoctorCheck {
    let found = try await database.queryRow(
      "SELECT version, cipher FROM pg_stat_ssl WHERE pid = pg_backend_pid() AND ssl",
      as: (String?, String?).self)
    return findings.tls(found?.0, cipher: found?.1)
  }

  private func postgresPool(_ database: Database) async throws -> DoctorCheck {
    let found = try await database.queryRow(
      """
      SELECT current_setting('max_connections')::int8 - \
      current_setting('superuser_reserved_connections')::int8, \
      (SELECT COUNT(*) FROM pg_stat_activity WHERE backend_type = 'client backend')
      """, as: (Int, Int).self)
    return findings.pool(limit: found?.0 ?? 0, inUse: found?.1 ?? 0)
  }

  private func postgresEncoding(_ database: Database) async throws -> DoctorCheck {
    let found = try await database.queryRow(
      """
      SELECT current_setting('server_encoding'), datctype::text FROM pg_database \
      WHERE datname = current_database()
      """, as: (String, String).self)
    let (encoding, letters) = found ?? ("unknown", "unknown")
    return findings.encoding(
      "\(encoding), letters by \(letters)", isUnicode: encoding == "UTF8",
      remedy: "create the database with ENCODING 'UTF8'")
  }

  private func postgresTimeZone(_ database: Database) async throws -> DoctorCheck {
    let found = try await database.queryRow(
      """
      SELECT current_setting('TimeZone'), COALESCE((SELECT boot_val FROM pg_settings \
      WHERE name = 'TimeZone'), 'unknown'), clock_timestamp()
      """, as: (String, String, Timestamp).self)
    return findings.timeZone(
      session: found?.0 ?? "unknown", server: found?.1 ?? "unknown", now: found?.2 ?? .now)
  }

  private func postgresDurability(_ database: Database) async throws -> DoctorCheck {
    let found = try await database.query(
      """
      SELECT name, setting FROM pg_settings \
      WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit') ORDER BY name
      """, as: (String, String).self
    ).collect()
    return findings.durability(
      found.map { "\($0.0) = \($0.1)" },
      weak: found.filter { $0.1 == "off" }.map { "\($0.0) = on" })
  }
}
