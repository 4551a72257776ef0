/// Brings a database's schema to the version a program was written for.
///
/// Migrations run once, in order, under a lock that processes share. [MIG-1] A changed one is refused
/// [MIG-2], a failed one leaves the schema as it was or is resumed where it stopped [MIG-3], and a
/// schema newer than the program is refused [MIG-4]. What was done stands in a table of the database. How
/// the statements of one run is its ``MigrationMode``.
public struct Migrator: Sendable {
  /// The table that records what was done.
  public let table: String
  /// The steps, by version.
  public let migrations: [Migration]

  /// A migrator.
  ///
  /// - Throws: `misuse` if two steps have the same version, or one a version below 1.
  public init(
    _ migrations: [Migration], table: String = "schema_version"
  ) throws(DatabaseError) {
    self.table = table
    self.migrations = migrations.sorted { $0.version < $1.version }
    if let first = self.migrations.first, first.version < 1 {
      throw .misuse("migration \"\(first.name)\" has version \(first.version); versions begin at 1")
    }
    for (one, next) in zip(self.migrations, self.migrations.dropFirst())
    where one.version == next.version {
      throw .misuse(
        "migrations \"\(one.name)\" and \"\(next.name)\" have the same version \(one.version)")
    }
  }

  /// The version a database is brought to; 0 without migrations.
  public var targetVersion: Int { migrations.last?.version ?? 0 }

  /// Runs what is missing.
  ///
  /// - Returns: the versions that were run, in order.
  /// - Throws: `misuse` for a changed migration, a schema that is newer, or a setting that would have no
  ///   effect; `lockTimeout` if another process keeps the lock for a minute; what a statement threw.
  @discardableResult
  public func migrate(
    _ database: Database, file: StaticString = #fileID, line: UInt = #line
  ) async throws -> [Int] {
    try await database.withConnection(file: file, line: line) { connection in
      let run = MigrationRun(migrator: self, connection: connection)
      if connection.dialect.migrationLock.isOfTransaction { return try await run.all() }
      return try await run.underLock()
    }
  }

  /// The version a database has; 0 if it was never migrated. A migration that stopped half-way does
  /// not count. [MIG-7]
  ///
  /// - Throws: ``DatabaseError``.
  public func version(
    of executor: some StatementExecutor, file: StaticString = #fileID, line: UInt = #line
  ) async throws(DatabaseError) -> Int {
    guard try await executor.tableNames(file: file, line: line).contains(table) else { return 0 }
    let name = try executor.dialect.quoted(table)
    let version = try await executor.queryRow(
      SQL(raw: "SELECT MAX(version) FROM \(name) WHERE steps IS NULL"), as: Int?.self,
      file: file, line: line)
    return (version ?? nil) ?? 0
  }
}
