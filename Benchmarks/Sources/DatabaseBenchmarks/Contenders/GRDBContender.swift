import GRDB
import Synchronization

/// GRDB as its documentation says it is fastest: cached statements, cursors, columns by index.
final class GRDBContender: Contender {
  let name: String
  private let makeWriter: @Sendable (String, Configuration) throws -> any DatabaseWriter
  private let writers = Mutex<[Store: any DatabaseWriter]>([:])

  /// One serial connection for everything.
  static func queue() -> GRDBContender {
    GRDBContender(name: "grdb-queue") { try DatabaseQueue(path: $0, configuration: $1) }
  }

  /// One writer beside several readers.
  static func pool() -> GRDBContender {
    GRDBContender(name: "grdb-pool") { try DatabasePool(path: $0, configuration: $1) }
  }

  private init(
    name: String,
    makeWriter: @escaping @Sendable (String, Configuration) throws -> any DatabaseWriter
  ) {
    self.name = name
    self.makeWriter = makeWriter
  }

  func measure(_ work: Work, count: Int, on store: Store) async throws -> Outcome {
    let writer = try writer(for: store)
    switch work {
    case .pointSelect, .pointSelectLimited:
      return try pointSelect(writer, count: count, rows: store.rows)
    case .streamBorrowed, .streamOwned: return try stream(writer)
    case .insertTransaction: return try insert(writer, count: count)
    case .insertAutocommitFull, .insertAutocommitNormal:
      return try await autocommit(writer, count: count)
    case .pointSelect64:
      return try await pointSelectByTasks(writer, count: count, rows: store.rows)
    case .openClose: return try openAndClose(count: count, store)
    }
  }

  func synchronousLevel(on store: Store) throws -> Int64 {
    try writer(for: store).writeWithoutTransaction { database in
      try Int64.fetchOne(database, sql: "PRAGMA synchronous") ?? -1
    }
  }

  func close(_ store: Store) throws {
    try writers.withLock { $0.removeValue(forKey: store) }?.close()
  }

  private func writer(for store: Store) throws -> any DatabaseWriter {
    try writers.withLock { open in
      if let writer = open[store] { return writer }
      let writer = try self.open(store)
      open[store] = writer
      return writer
    }
  }

  private func open(_ store: Store) throws -> any DatabaseWriter {
    var configuration = Configuration()
    configuration.prepareDatabase { database in try database.execute(sql: store.pragmas) }
    let writer = try makeWriter(store.path, configuration)
    // Opening in WAL mode sets NORMAL after the configuration was applied.
    try writer.writeWithoutTransaction { try $0.execute(sql: store.pragmas) }
    return writer
  }

  private func openAndClose(count: Int, _ store: Store) throws -> Outcome {
    var checksum = Checksum()
    let stopwatch = Stopwatch()
    for _ in 0..<count {
      let writer = try open(store)
      checksum.add(try pointSelect(writer, count: 1, rows: store.rows).checksum ?? Checksum())
      try writer.close()
    }
    return Outcome(operations: count, elapsed: stopwatch.elapsed(), checksum: checksum)
  }

  private func pointSelect(_ writer: any DatabaseWriter, count: Int, rows: Int64) throws
    -> Outcome
  {
    var ids = IDSequence(seed: Runner.seed, rows: rows)
    var checksum = Checksum()
    let stopwatch = Stopwatch()
    for _ in 0..<count {
      let id = ids.next()
      let found: FixtureRow? = try writer.read { database in
        let select = try database.cachedStatement(
          sql: "SELECT id, name, score, note FROM t WHERE id = ?")
        return try Row.fetchOne(select, arguments: [id]).map { FixtureRow($0) }
      }
      guard let found else { throw BenchmarkError("GRDB found no row \(id).") }
      checksum.add(found)
    }
    return Outcome(operations: count, elapsed: stopwatch.elapsed(), checksum: checksum)
  }

  private func pointSelectByTasks(
    _ writer: any DatabaseWriter, count: Int, rows: Int64
  ) async throws -> Outcome {
    let turn = Turn(count)
    let stopwatch = Stopwatch()
    let checksum = try await withThrowingTaskGroup(of: Checksum.self) { group in
      for _ in 0..<Work.readerCount {
        group.addTask {
          var checksum = Checksum()
          while let index = turn.next() {
            let id = IDSequence.id(at: index, seed: Runner.seed, rows: rows)
            let found: FixtureRow? = try await writer.read { database in
              let select = try database.cachedStatement(
                sql: "SELECT id, name, score, note FROM t WHERE id = ?")
              return try Row.fetchOne(select, arguments: [id]).map { FixtureRow($0) }
            }
            guard let found else { throw BenchmarkError("GRDB found no row \(id).") }
            checksum.add(found)
          }
          return checksum
        }
      }
      return try await group.reduce(into: Checksum()) { $0.add($1) }
    }
    return Outcome(operations: count, elapsed: stopwatch.elapsed(), checksum: checksum)
  }

  private func stream(_ writer: any DatabaseWriter) throws -> Outcome {
    var checksum = Checksum()
    var operations = 0
    let stopwatch = Stopwatch()
    try writer.read { database in
      let select = try database.cachedStatement(sql: "SELECT id, name, score, note FROM t")
      let cursor = try Row.fetchCursor(select)
      while let row = try cursor.next() {
        checksum.add(FixtureRow(row))
        operations += 1
      }
    }
    return Outcome(operations: operations, elapsed: stopwatch.elapsed(), checksum: checksum)
  }

  private func insert(_ writer: any DatabaseWriter, count: Int) throws -> Outcome {
    let name = NewRow.name(Int64(count))
    let stopwatch = Stopwatch()
    try writer.write { database in
      for index in 0..<count { try NewRow(index: index, name: name).insert(into: database) }
    }
    return Outcome(operations: count, elapsed: stopwatch.elapsed(), checksum: nil)
  }

  private func autocommit(_ writer: any DatabaseWriter, count: Int) async throws -> Outcome {
    let rows = NewRowSeries(count: count)
    let stopwatch = Stopwatch()
    try await withThrowingTaskGroup { group in
      for _ in 0..<Work.writerCount {
        group.addTask {
          while let row = rows.next() {
            try await writer.writeWithoutTransaction { try row.insert(into: $0) }
          }
        }
      }
      try await group.waitForAll()
    }
    return Outcome(operations: count, elapsed: stopwatch.elapsed(), checksum: nil)
  }
}

extension FixtureRow {
  /// Decodes by column index, the documented way for performance.
  fileprivate init(_ row: Row) {
    self.init(id: row[0], name: row[1], score: row[2], note: row[3])
  }
}

extension NewRow {
  fileprivate func insert(into database: Database) throws {
    let insert = try database.cachedStatement(sql: NewRow.sql)
    insert.setUncheckedArguments([name, score, note])
    try insert.execute()
  }
}
