import DriverAPI

extension DatabaseVisit {
  /// Compares the schema's version with the one this server was written for.
  func schema(of database: Database) async throws -> DoctorCheck {
    let migrator = try Migrator(ChatSchema.migrations)
    let target = migrator.targetVersion
    let version = try await ChatSchema.version(of: database, migrator)
    if version > target {
      return DoctorCheck(
        "db_schema", .error,
        "schema version \(version) is newer than this server's \(target); run a newer server")
    }
    if version == target {
      return DoctorCheck("db_schema", .ok, "schema version \(version) is up to date")
    }
    if version > 0 {
      return DoctorCheck(
        "db_schema", .warn,
        "schema version \(version) will be migrated to \(target) at next start; back it up first")
    }
    return try await unversioned(database, target)
  }

  private func unversioned(_ database: Database, _ target: Int) async throws -> DoctorCheck {
    let tables = try await database.tableNames()
    guard tables.isEmpty || tables.contains("messages") else {
      return DoctorCheck(
        "db_schema", .warn,
        "no chat but other tables (\(tables.sorted().prefix(3).joined(separator: ", ")) …); "
          + "is MARCHAT_DB_PATH right? The chat's would be added at next start")
    }
    let what = tables.isEmpty ? "empty" : "without a schema version"
    return DoctorCheck(
      "db_schema", tables.isEmpty ? .ok : .warn,
      "database is \(what); schema version \(target) is set up at next start")
  }

  /// Writes, reads back and deletes a row in a transaction that is rolled back.
  func write(to database: Database) async throws -> DoctorCheck {
    if !database.capabilities.transactionalDDL,
      try await !database.tableNames().contains(Self.probeTable)
    {
      return try await writeUntried(database)
    }
    do {
      try await database.transaction { transaction in
        try await probe(transaction)
        throw ProbeIsOver()
      }
    } catch is ProbeIsOver {
      // The way in which it is meant to end.
    } catch let error as DatabaseError where error.kind == .lockTimeout {
      return DoctorCheck(
        "db_write", .warn,
        "not tried: another process holds the database's write lock; try again when it is done")
    }
    return DoctorCheck("db_write", .ok, "a row was written, read and deleted; rolled back")
  }

  private static let probeTable = "user_channels"

  /// There is no table to write to yet, and one that was made could not be rolled back.
  private func writeUntried(_ database: Database) async throws -> DoctorCheck {
    guard try await mysqlMayCreate(database) else {
      let grant = await mysqlGrant(database)
      return DoctorCheck(
        "db_write", .error,
        "the user may not make tables here" + (grant.map { "; \($0)" } ?? ""))
    }
    return DoctorCheck(
      "db_write", .ok, "not tried, for there are no tables yet; the user may make them")
  }

  private func probe(_ transaction: Transaction) async throws {
    let table = Self.probeTable
    if try await !transaction.tableNames().contains(table) {
      let text = transaction.dialect.typeName(.key(maxLength: 191))
      let time = transaction.dialect.typeName(.timestamp)
      try await transaction.exec(
        SQL(raw: "CREATE TABLE \(table) (username \(text), channel \(text), updated_at \(time))"))
    }
    // No user can have a name with a blank in it.
    let name = "doctor probe"
    try await transaction.exec(
      """
      INSERT INTO user_channels (username, channel, updated_at)
      VALUES (\(name), 'x', \(Timestamp.now))
      """)
    let found = try await transaction.queryRow(
      "SELECT channel FROM user_channels WHERE username = \(name)", as: (String).self)
    let deleted = try await transaction.exec(
      "DELETE FROM user_channels WHERE username = \(name)")
    guard found == "x", deleted.rowCount == 1 else {
      throw DatabaseError(.other, "a row that was written could not be read back or deleted")
    }
  }
}

/// Ends the transaction of the probe, and with it what the probe did.
private struct ProbeIsOver: Error {}
