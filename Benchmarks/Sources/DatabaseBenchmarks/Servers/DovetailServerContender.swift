import DriverAPI
import Synchronization

/// Dovetail as an application would use it: by URL, with the default configuration, many tasks on the
/// database's own executor.
final class DovetailServerContender: ServerContender {
  /// One task on the database's executor, where the subject's runs on Swift's pool.
  static let onExecutor = "executor"

  let name: String
  private let database: Database
  private let address: ServerAddress
  /// Where the tasks run that work at the same time; nil leaves it to Swift's pool of threads.
  private let executor: (any TaskExecutor)?

  init(
    _ name: String, _ database: Database, at address: ServerAddress,
    on executor: (any TaskExecutor)?
  ) {
    self.name = name
    self.address = address
    self.database = database
    self.executor = executor
  }

  /// A variant of the subject exists for what only it does differently.
  func takesPart(in work: ServerWork) -> Bool {
    if name == Self.onExecutor { return work == .pointSelectLeased }
    return name == CaseReport.subject || work == .pointSelect64
  }

  func measure(_ work: ServerWork, count: Int, rows: Int64) async throws -> Outcome {
    switch work {
    case .pointSelectLeased where name == Self.onExecutor:
      try await withTaskExecutorPreference(executor) {
        try await pointSelect(count: count, rows: rows)
      }
    case .pointSelectLeased: try await pointSelect(count: count, rows: rows)
    case .pointSelect64: try await pointSelectByTasks(count: count, rows: rows)
    case .streamBorrowed: try await streamBorrowed()
    case .streamOwned: try await streamOwned()
    case .bulk: try await bulk(count: count)
    case .connect: try await connect(count: count, rows: rows)
    case .batch: try await batches(count: count)
    case .batchInTransaction: try await batchesInTransaction(count: count)
    }
  }

  func close() async { await database.close() }

  private func pointSelect(count: Int, rows: Int64) async throws -> Outcome {
    let stopwatch = Stopwatch()
    let checksum = try await database.withConnection { connection in
      var ids = IDSequence(seed: Runner.seed, rows: rows)
      var checksum = Checksum()
      for _ in 0..<count {
        let id = ids.next()
        let found = try await connection.queryRow(
          "SELECT id, name, score, note FROM dovetail_benchmark_read WHERE id = ?", id,
          as: FixtureRow.self)
        guard let found else { throw BenchmarkError("Dovetail found no row \(id).") }
        checksum.add(found)
      }
      return checksum
    }
    return Outcome(operations: count, elapsed: stopwatch.elapsed(), checksum: checksum)
  }

  private func pointSelectByTasks(count: Int, rows: Int64) async throws -> Outcome {
    let turn = Turn(count)
    let database = database
    let stopwatch = Stopwatch()
    let checksum = try await withThrowingTaskGroup(of: Checksum.self) { group in
      for _ in 0..<ServerWork.taskCount {
        group.addTask(executorPreference: executor) {
          try await Self.takeTurns(turn, database, rows: rows)
        }
      }
      return try await group.reduce(into: Checksum()) { $0.add($1) }
    }
    return Outcome(operations: count, elapsed: stopwatch.elapsed(), checksum: checksum)
  }

  private static func takeTurns(
    _ turn: Turn, _ database: Database, rows: Int64
  ) async throws -> Checksum {
    var checksum = Checksum()
    while let index = turn.next() {
      let id = IDSequence.id(at: index, seed: Runner.seed, rows: rows)
      let found = try await database.queryRow(
        "SELECT id, name, score, note FROM dovetail_benchmark_read WHERE id = ?", id,
        as: FixtureRow.self)
      guard let found else { throw BenchmarkError("Dovetail found no row \(id).") }
      checksum.add(found)
    }
    return checksum
  }

  private func streamBorrowed() async throws -> Outcome {
    var checksum = Checksum()
    var operations = 0
    let stopwatch = Stopwatch()
    let rows = try await database.query(SQL(raw: ServerFixture.selectAll))
    try await rows.forEach { row in
      checksum.integers &+= try row.decode(0, as: Int64.self)
      checksum.doubles += try row.decode(2, as: Double.self)
      checksum.add(try row.utf8(1))
      if try !row.isNull(3) { checksum.add(try row.utf8(3)) }
      operations += 1
    }
    return Outcome(operations: operations, elapsed: stopwatch.elapsed(), checksum: checksum)
  }

  private func streamOwned() async throws -> Outcome {
    var checksum = Checksum()
    var operations = 0
    let stopwatch = Stopwatch()
    let rows = try await database.query(SQL(raw: ServerFixture.selectAll))
    try await rows.forEach { row in
      checksum.add(try FixtureRow(row: row))
      operations += 1
    }
    return Outcome(operations: operations, elapsed: stopwatch.elapsed(), checksum: checksum)
  }

  private func bulk(count: Int) async throws -> Outcome {
    let rows = (0..<count).map { index -> [Value] in
      let row = NewRow(index: index, name: NewRow.name(Int64(index)))
      return [
        .int(Int64(index) + 1), .text(row.name), .double(row.score),
        row.note.map { .text($0) } ?? .null,
      ]
    }
    let stopwatch = Stopwatch()
    let inserted = try await database.bulkInsert(
      into: ServerFixture.write, columns: ServerFixture.columns, rows)
    return Outcome(operations: inserted, elapsed: stopwatch.elapsed(), checksum: nil)
  }

  private func connect(count: Int, rows: Int64) async throws -> Outcome {
    var checksum = Checksum()
    let stopwatch = Stopwatch()
    for _ in 0..<count {
      let database = try await address.open()
      var ids = IDSequence(seed: Runner.seed, rows: rows)
      let found = try await database.queryRow(
        "SELECT id, name, score, note FROM dovetail_benchmark_read WHERE id = ?", ids.next(),
        as: FixtureRow.self)
      guard let found else { throw BenchmarkError("Dovetail found no row.") }
      checksum.add(found)
      await database.close()
    }
    return Outcome(operations: count, elapsed: stopwatch.elapsed(), checksum: checksum)
  }

  private func batches(count: Int) async throws -> Outcome {
    let batches = Self.insertBatches(count: count)
    let stopwatch = Stopwatch()
    for batch in batches { try await database.batch(batch) }
    return Outcome(operations: count, elapsed: stopwatch.elapsed(), checksum: nil)
  }

  private func batchesInTransaction(count: Int) async throws -> Outcome {
    let batches = Self.insertBatches(count: count)
    let stopwatch = Stopwatch()
    try await database.transaction { transaction in
      for batch in batches { try await transaction.batch(batch) }
    }
    return Outcome(operations: count, elapsed: stopwatch.elapsed(), checksum: nil)
  }

  private static func insertBatches(count: Int) -> [[SQL]] {
    stride(from: 0, to: count, by: ServerWork.batchSize).map { first in
      (first..<min(first + ServerWork.batchSize, count)).map { index in
        let row = NewRow(index: index, name: NewRow.name(Int64(index)))
        return """
          INSERT INTO dovetail_benchmark_write(id, name, score, note) \
          VALUES (\(index + 1), \(row.name), \(row.score), \(row.note))
          """
      }
    }
  }
}
