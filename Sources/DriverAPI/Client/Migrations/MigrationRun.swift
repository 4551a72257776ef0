/// One run of a ``Migrator`` on one connection.
struct MigrationRun {
  let migrator: Migrator
  let connection: Connection

  private struct Record {
    var checksum: String?
    var stepCount: Int
    var isDone: Bool
  }

  /// Runs what is missing, in order.
  func all() async throws -> [Int] {
    if connection.dialect.migrationLock.isOfTransaction, connection.capabilities.transactionalDDL {
      try await locked { transaction in try await createTable(transaction) }
    } else {
      try await createTable(connection)
    }
    var done: [Int] = []
    for migration in migrator.migrations {
      let ran = isWhole(migration) ? try await whole(migration) : try await stepwise(migration)
      if ran { done.append(migration.version) }
    }
    return done
  }

  private func isWhole(_ migration: Migration) -> Bool {
    connection.capabilities.wholeMigrations && migration.mode != .outsideTransaction
  }

  /// In a transaction of its own that locks out other processes, so that it happens whole or not at all.
  private func whole(_ migration: Migration) async throws -> Bool {
    try await withReferences(asAskedBy: migration) { arePutAside in
      try await locked { transaction in
        guard try await isMissing(migration, transaction) else { return false }
        try checkSettings(of: migration, transaction.dialect)
        // What was done of it before it was given this mode stays.
        let known = try await records(transaction)[migration.version]
        let statements = migration.statements(transaction.dialect)
        for statement in statements.dropFirst(known?.stepCount ?? 0) {
          try await run(statement, of: migration, transaction)
        }
        if known == nil { try await record(migration, stepCount: nil, transaction) }
        if known != nil { try await setSteps(migration, nil, transaction) }
        if arePutAside { try await checkReferences(after: migration, transaction) }
        return true
      }
    }
  }

  /// Statement by statement, where the engine commits DDL by itself or the migration asks for it: the
  /// number of statements done is recorded after each, so that a run which was interrupted goes on behind
  /// the last.
  private func stepwise(_ migration: Migration) async throws -> Bool {
    guard try await isMissing(migration, connection) else { return false }
    let known = try await records(connection)[migration.version]
    let statements = migration.statements(connection.dialect)
    let first = known?.stepCount ?? 0
    if known == nil { try await record(migration, stepCount: 0, connection) }
    for index in first..<max(first, statements.count) {
      try await step(index + 1, statements[index], of: migration)
    }
    try await setSteps(migration, nil, connection)
    return true
  }

  /// Runs a statement and takes the note that it is done: for one that changes rows both happen or neither.
  /// What the engine commits by itself is noted in a task that nobody cancels.
  private func step(_ number: Int, _ statement: String, of migration: Migration) async throws {
    let use = (try? connection.dialect.rebind(statement))?.use
    if use == .data, migration.mode != .outsideTransaction {
      try await connection.transaction { transaction in
        try await run(statement, of: migration, transaction)
        try await setSteps(migration, number, transaction)
      }
      return
    }
    try await run(statement, of: migration, connection)
    try await Task { try await setSteps(migration, number, connection) }.value
  }

  private func locked<R>(_ body: (Transaction) async throws -> R) async throws -> R {
    try await connection.transaction { transaction in
      if case .inTransaction(let lock) = transaction.dialect.migrationLock {
        _ = try await transaction.query(SQL(raw: lock), as: Value.self).collect()
      }
      return try await body(transaction)
    }
  }

  private func isMissing(
    _ migration: Migration, _ executor: some StatementExecutor
  ) async throws(DatabaseError) -> Bool {
    let known = try await records(executor)
    if let newest = known.keys.max(), newest > migrator.targetVersion {
      throw .misuse(
        "the schema has version \(newest) and this program knows \(migrator.targetVersion); "
          + "run a newer program")
    }
    guard let record = known[migration.version] else { return true }
    // A record without a checksum was made by an older program than this library.
    // Of one that failed half-way only what was done must stay: the rest may be repaired.
    let done = record.isDone ? nil : record.stepCount
    if let checksum = record.checksum,
      checksum != migration.checksum(executor.dialect, first: done)
    {
      throw .misuse(
        "migration \(migration.version) \"\(migration.name)\" was changed after it had run; restore "
          + "it and put the change into a new one")
    }
    return !record.isDone
  }

  private func createTable(_ executor: some StatementExecutor) async throws(DatabaseError) {
    if try await executor.tableNames().containsBytes(of: migrator.table) { return }
    let dialect = executor.dialect
    try await executor.exec(
      """
      CREATE TABLE \(raw: dialect.quoted(migrator.table)) (
        version \(raw: dialect.typeName(.int)) NOT NULL PRIMARY KEY,
        applied_at \(raw: dialect.typeName(.timestamp)) NOT NULL,
        name \(raw: dialect.typeName(.text)),
        checksum \(raw: dialect.typeName(.key(maxLength: 16))),
        steps \(raw: dialect.typeName(.int))
      )
      """)
  }

  private func records(
    _ executor: some StatementExecutor
  ) async throws(DatabaseError) -> [Int: Record] {
    let rows = try await executor.query(
      "SELECT version, checksum, steps FROM \(raw: executor.dialect.quoted(migrator.table))",
      as: (Int, String?, Int?).self
    ).collect()
    var records: [Int: Record] = [:]
    for (version, checksum, steps) in rows {
      records[version] = Record(checksum: checksum, stepCount: steps ?? 0, isDone: steps == nil)
    }
    return records
  }

  private func record(
    _ migration: Migration, stepCount: Int?, _ executor: some StatementExecutor
  ) async throws(DatabaseError) {
    let dialect = executor.dialect
    try await executor.exec(
      """
      INSERT INTO \(raw: dialect.quoted(migrator.table)) (version, applied_at, name, checksum, steps)
      VALUES (\(migration.version), \(Timestamp.now), \(migration.name),
        \(migration.checksum(dialect, first: stepCount)), \(stepCount))
      """)
  }

  private func setSteps(
    _ migration: Migration, _ count: Int?, _ executor: some StatementExecutor
  ) async throws(DatabaseError) {
    let dialect = executor.dialect
    try await executor.exec(
      """
      UPDATE \(raw: dialect.quoted(migrator.table))
      SET steps = \(count), checksum = \(migration.checksum(dialect, first: count))
      WHERE version = \(migration.version)
      """)
  }

  private func run(
    _ statement: String, of migration: Migration, _ executor: some StatementExecutor
  ) async throws(DatabaseError) {
    try await checkDrop(statement, of: migration, executor)
    do throws(DatabaseError) {
      try await executor.exec(SQL(raw: statement))
    } catch {
      throw error.with(
        message: "migration \(migration.version) \"\(migration.name)\": \(error.message)")
    }
  }
}
