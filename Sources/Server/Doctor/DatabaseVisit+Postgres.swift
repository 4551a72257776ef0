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
    case .journal, .integrity, .sqlMode, .schema, .servers, .rows, .write: nil
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
      (SELECT COUNT(*) FROM pg_stat_activity WHERE backend_type = 'client backend'), \
      (SELECT rolconnlimit FROM pg_roles WHERE rolname = current_user)::int8, \
      (SELECT COUNT(*) FROM pg_stat_activity WHERE usename = current_user), \
      (SELECT datconnlimit FROM pg_database WHERE datname = current_database())::int8, \
      (SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database())
      """, as: (Int, Int, Int, Int, Int, Int).self)
    guard let (all, inUse, ofRole, byRole, ofDatabase, inDatabase) = found else {
      return findings.pool(limit: 0, inUse: 0)
    }
    let limits = [
      (all, inUse, "raise max_connections"),
      (ofRole, byRole, "raise the role's limit (ALTER ROLE … CONNECTION LIMIT)"),
      (ofDatabase, inDatabase, "raise the database's limit (ALTER DATABASE … CONNECTION LIMIT)"),
    ].filter { $0.0 >= 0 }
    let (limit, count, remedy) = limits.min { $0.0 - $0.1 < $1.0 - $1.1 } ?? (all, inUse, "")
    return findings.pool(limit: limit, inUse: count, remedy: remedy)
  }

  private func postgresEncoding(_ database: Database) async throws -> DoctorCheck {
    let found = try await database.queryRow(
      """
      SELECT current_setting('server_encoding'), datctype::text, quote_ident(datname) \
      FROM pg_database WHERE datname = current_database()
      """, as: (String, String, String).self)
    let (encoding, letters, name) = found ?? ("unknown", "unknown", "its name")
    return findings.encoding(
      "\(encoding), letters by \(letters)", isUnicode: encoding == "UTF8",
      remedy: "an encoding is for life: dump what is in it, drop it, and "
        + "CREATE DATABASE \(name) ENCODING 'UTF8' TEMPLATE template0 LC_COLLATE 'C' "
        + "LC_CTYPE 'C.UTF-8'")
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
