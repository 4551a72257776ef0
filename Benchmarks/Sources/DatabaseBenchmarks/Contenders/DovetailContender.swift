import DriverAPI
import DriverSQLite
import Synchronization

extension FixtureRow: RowDecodable {
  init(row: borrowing Row) throws(DatabaseError) {
    self.init(
      id: try row.decode(0), name: try row.decode(1), score: try row.decode(2),
      note: try row.decode(3))
  }
}

/// Dovetail as an application would use it: by URL, with the default configuration.
final class DovetailContender: Contender {
  let name = CaseReport.subject
  private let databases = Mutex<[Store: Database]>([:])
  /// Those whose statements have limits.
  private let limited = Mutex<[Store: Database]>([:])

  func measure(_ work: Work, count: Int, on store: Store) async throws -> Outcome {
    let database = try await database(for: store)
    switch work {
    case .pointSelect: return try await pointSelect(database, count: count, rows: store.rows)
    case .pointSelectLimited:
      let limited = try await limitedDatabase(for: store)
      return try await pointSelect(limited, count: count, rows: store.rows)
    case .pointSelect64:
      return try await pointSelectByTasks(database, count: count, rows: store.rows)
    case .streamBorrowed: return try await streamBorrowed(database)
    case .streamOwned: return try await streamOwned(database)
    case .insertTransaction: return try await insert(database, count: count)
    case .insertAutocommitFull, .insertAutocommitNormal:
      return try await autocommit(database, count: count)
    case .openClose: return try await openAndClose(count: count, store)
    }
  }

  func synchronousLevel(on store: Store) async throws -> Int64 {
    try await database(for: store).withConnection { connection in
      try await connection.queryRow("PRAGMA synchronous", as: Int64.self) ?? -1
    }
  }

  func close(_ store: Store) async throws {
    await databases.withLock { $0.removeValue(forKey: store) }?.close()
    await limited.withLock { $0.removeValue(forKey: store) }?.close()
  }

  private func database(for store: Store) async throws -> Database {
    if let open = databases.withLock({ $0[store] }) { return open }
    let opened = try await open(store)
    databases.withLock { $0[store] = opened }
    return opened
  }

  private func limitedDatabase(for store: Store) async throws -> Database {
    if let open = limited.withLock({ $0[store] }) { return open }
    var configuration = DatabaseConfiguration()
    configuration.statementTimeout = .seconds(30)
    configuration.slowStatementThreshold = .seconds(1)
    let opened = try await open(store, configuration)
    _ = try await streamBorrowed(opened)
    limited.withLock { $0[store] = opened }
    return opened
  }

  private func open(
    _ store: Store, _ configuration: DatabaseConfiguration = DatabaseConfiguration()
  ) async throws -> Database {
    let url = """
      sqlite:\(store.path)?synchronous=\(store.synchronous.lowercased())\
      &cache_size=\(store.cacheKiB)&mmap_size=0&busy_timeout=5s&foreign_keys=on
      """
    return try await Database.open(
      url, configuration: configuration, registry: DriverRegistry(SQLiteDriver()))
  }

  private func openAndClose(count: Int, _ store: Store) async throws -> Outcome {
    var checksum = Checksum()
    let stopwatch = Stopwatch()
    for _ in 0..<count {
      let database = try await open(store)
      checksum.add(
        try await pointSelect(database, count: 1, rows: store.rows).checksum ?? Checksum())
      await database.close()
    }
    return Outcome(operations: count, elapsed: stopwatch.elapsed(), checksum: checksum)
  }

  private func pointSelect(_ database: Database, count: Int, rows: Int64) async throws -> Outcome {
    var ids = IDSequence(seed: Runner.seed, rows: rows)
    var checksum = Checksum()
    let stopwatch = Stopwatch()
    for _ in 0..<count {
      let id = ids.next()
      let found = try await database.queryRow(
        "SELECT id, name, score, note FROM t WHERE id = ?", id, as: FixtureRow.self)
      guard let found else { throw BenchmarkError("Dovetail found no row \(id).") }
      checksum.add(found)
    }
    return Outcome(operations: count, elapsed: stopwatch.elapsed(), checksum: checksum)
  }

  private func pointSelectByTasks(
    _ database: Database, count: Int, rows: Int64
  ) async throws -> Outcome {
    let turn = Turn(count)
    let stopwatch = Stopwatch()
    let checksum = try await withThrowingTaskGroup(of: Checksum.self) { group in
      for _ in 0..<Work.readerCount {
        group.addTask {
          var checksum = Checksum()
          while let index = turn.next() {
            let id = IDSequence.id(at: index, seed: Runner.seed, rows: rows)
            let found = try await database.queryRow(
              "SELECT id, name, score, note FROM t WHERE id = ?", id, as: FixtureRow.self)
            guard let found else { throw BenchmarkError("Dovetail found no row \(id).") }
            checksum.add(found)
          }
          return checksum
        }
      }
      return try await group.reduce(into: Checksum()) { $0.add($1) }
    }
    return Outcome(operations: count, elapsed: stopwatch.elapsed(), checksum: checksum)
  }

  private func streamBorrowed(_ database: Database) async throws -> Outcome {
    var checksum = Checksum()
    var operations = 0
    let stopwatch = Stopwatch()
    let rows = try await database.query("SELECT id, name, score, note FROM t")
    try await rows.forEach { row in
      checksum.integers &+= try row.decode(0, as: Int64.self)
      checksum.doubles += try row.decode(2, as: Double.self)
      checksum.add(try row.utf8(1))
      if try !row.isNull(3) { checksum.add(try row.utf8(3)) }
      operations += 1
    }
    return Outcome(operations: operations, elapsed: stopwatch.elapsed(), checksum: checksum)
  }

  private func streamOwned(_ database: Database) async throws -> Outcome {
    var checksum = Checksum()
    var operations = 0
    let stopwatch = Stopwatch()
    let rows = try await database.query("SELECT id, name, score, note FROM t")
    try await rows.forEach { row in
      checksum.add(try FixtureRow(row: row))
      operations += 1
    }
    return Outcome(operations: operations, elapsed: stopwatch.elapsed(), checksum: checksum)
  }

  private func insert(_ database: Database, count: Int) async throws -> Outcome {
    let name = NewRow.name(Int64(count))
    let stopwatch = Stopwatch()
    try await database.transaction { transaction in
      for index in 0..<count {
        let row = NewRow(index: index, name: name)
        try await transaction.exec(
          "INSERT INTO w(name, score, note) VALUES (?, ?, ?)", row.name, row.score, row.note)
      }
    }
    return Outcome(operations: count, elapsed: stopwatch.elapsed(), checksum: nil)
  }

  private func autocommit(_ database: Database, count: Int) async throws -> Outcome {
    let rows = NewRowSeries(count: count)
    let stopwatch = Stopwatch()
    try await withThrowingTaskGroup { group in
      for _ in 0..<Work.writerCount {
        group.addTask {
          while let row = rows.next() {
            try await database.exec(
              "INSERT INTO w(name, score, note) VALUES (?, ?, ?)", row.name, row.score, row.note)
          }
        }
      }
      try await group.waitForAll()
    }
    return Outcome(operations: count, elapsed: stopwatch.elapsed(), checksum: nil)
  }
}
