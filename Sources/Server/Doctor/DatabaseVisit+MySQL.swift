import DriverAPI

extension DatabaseVisit {
  /// What operators of MySQL and MariaDB ask first.
  func mysql(_ question: Question, of database: Database) async throws -> DoctorCheck? {
    switch question {
    case .tls: try await mysqlTLS(database)
    case .pool: try await mysqlPool(database)
    case .encoding: try await mysqlEncoding(database)
    case .timeZone: try await mysqlTimeZone(database)
    case .sqlMode: try await mysqlMode(database)
    case .durability: try await mysqlDurability(database)
    case .journal, .integrity, .schema, .servers, .rows, .write: nil
    }
  }

  private func mysqlTLS(_ database: Database) async throws -> DoctorCheck {
    let status = try await database.query(
      "SHOW SESSION STATUS LIKE 'Ssl_%'", as: (String, String).self
    ).collect()
    func value(_ name: String) -> String? {
      status.first { $0.0 == name && !$0.1.isEmpty }?.1
    }
    return findings.tls(value("Ssl_version"), cipher: value("Ssl_cipher"))
  }

  private func mysqlPool(_ database: Database) async throws -> DoctorCheck {
    let limits = try await database.queryRow(
      "SELECT @@GLOBAL.max_connections, @@SESSION.max_user_connections", as: (Int, Int).self)
    let used = try await database.queryRow(
      "SHOW GLOBAL STATUS LIKE 'Threads_connected'", as: (String, String).self)
    let limit = [limits?.0, limits?.1].compactMap { $0 }.filter { $0 > 0 }.min() ?? 0
    let isOfUser = limit != limits?.0
    return findings.pool(
      limit: limit, inUse: used.flatMap { Int($0.1) } ?? 0,
      remedy: isOfUser ? "raise the user's MAX_USER_CONNECTIONS" : "raise max_connections")
  }

  private func mysqlEncoding(_ database: Database) async throws -> DoctorCheck {
    let found = try await database.queryRow(
      "SELECT @@SESSION.character_set_connection, @@character_set_database",
      as: (String, String).self)
    let (session, database) = found ?? ("unknown", "unknown")
    return findings.encoding(
      "\(session) in the session, \(database) by default in the database (the chat's tables say "
        + "utf8mb4 themselves)",
      isUnicode: session == "utf8mb4", remedy: "take the character set out of MARCHAT_DB_PATH")
  }

  private func mysqlTimeZone(_ database: Database) async throws -> DoctorCheck {
    let found = try await database.queryRow(
      """
      SELECT @@SESSION.time_zone, CONCAT(@@GLOBAL.time_zone, ' (', @@system_time_zone, ')'), \
      UTC_TIMESTAMP(6)
      """, as: (String, String, Timestamp).self)
    return findings.timeZone(
      session: found?.0 ?? "unknown", server: found?.1 ?? "unknown", now: found?.2 ?? .now)
  }

  private func mysqlMode(_ database: Database) async throws -> DoctorCheck {
    let found = try await database.queryRow(
      "SELECT @@SESSION.sql_mode, @@GLOBAL.sql_mode", as: (String, String).self)
    let (session, server) = found ?? ("", "")
    let facts = "session \(session), server \(server)"
    // Without it a text that is too long would be cut, and nobody would hear of it.
    guard
      ["STRICT_TRANS_TABLES", "STRICT_ALL_TABLES", "TRADITIONAL"].contains(where: session.contains)
    else {
      return DoctorCheck(
        "db_sql_mode", .error, "\(facts): not strict; take sql_mode out of MARCHAT_DB_PATH")
    }
    return DoctorCheck("db_sql_mode", .ok, facts)
  }

  private func mysqlDurability(_ database: Database) async throws -> DoctorCheck {
    let found = try await database.queryRow(
      """
      SELECT @@GLOBAL.innodb_flush_log_at_trx_commit, @@GLOBAL.log_bin, @@GLOBAL.sync_binlog, \
      COALESCE((SELECT engine FROM information_schema.tables WHERE table_schema = DATABASE() \
      AND table_name = 'messages'), @@default_storage_engine)
      """, as: (Int, Int, Int, String).self)
    let (flush, hasLog, sync, engine) = found ?? (0, 0, 0, "unknown")
    guard engine == "InnoDB" else {
      return DoctorCheck(
        "db_durability", .error,
        "the storage engine \(engine) has no transactions; ALTER the tables to ENGINE=InnoDB and "
          + "set default_storage_engine")
    }
    var weak: [String] = []
    if flush != 1 { weak.append("innodb_flush_log_at_trx_commit = 1") }
    if hasLog == 1, sync != 1 { weak.append("sync_binlog = 1") }
    return findings.durability(
      [
        "engine \(engine)", "innodb_flush_log_at_trx_commit = \(flush)",
        hasLog == 1 ? "sync_binlog = \(sync)" : "no binary log",
      ], weak: weak)
  }
}
