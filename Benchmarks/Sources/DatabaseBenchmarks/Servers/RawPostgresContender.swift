import CRawPostgres
import CRawWork
import Glibc
import Synchronization

/// The C loops over libpq: what the library itself can do.
final class RawPostgresContender: ServerContender {
  let name = CaseReport.baseline
  private let url: String
  private let pipelineCount: Int
  private let connections = Mutex<[Handle]>([])

  /// A connection may move between threads as long as one uses it at a time, which `measure`
  /// being called for one round at a time guarantees.
  private struct Handle: @unchecked Sendable {
    let pointer: OpaquePointer
  }

  private static let copy = """
    COPY \(ServerFixture.write) (id, name, score, note) FROM STDIN (FORMAT binary)
    """

  private static let insert = """
    INSERT INTO \(ServerFixture.write) (id, name, score, note) VALUES ($1, $2, $3, $4)
    """

  init(_ address: ServerAddress, pipelineCount: Int) {
    url = address.text
    self.pipelineCount = max(1, pipelineCount)
  }

  func takesPart(in work: ServerWork) -> Bool { true }

  func measure(_ work: ServerWork, count: Int, rows: Int64) throws -> Outcome {
    let first = try connection(0)
    let pipelines = try (0..<(work == .pointSelect64 ? pipelineCount : 0)).map {
      try connection($0 + 1) as OpaquePointer?
    }
    let newRows = work.writes ? raw_make_rows(Int64(count)) : nil
    defer { free(newRows) }
    var outcome = raw_outcome()
    let count = Int64(count)
    let stopwatch = Stopwatch()
    let isRight =
      switch work {
      case .pointSelectLeased:
        raw_pg_point_select(first, count, rows, Runner.seed, &outcome)
      case .pointSelect64:
        raw_pg_pipeline(
          pipelines, Int32(pipelineCount), Int32(ServerWork.taskCount), count, rows, Runner.seed,
          &outcome)
      case .streamBorrowed: raw_pg_stream(first, ServerFixture.selectAll, false, &outcome)
      case .streamOwned: raw_pg_stream(first, ServerFixture.selectAll, true, &outcome)
      case .bulk: raw_pg_copy(first, Self.copy, newRows, count, &outcome)
      case .connect: try connect(count, rows, &outcome)
      case .batch, .batchInTransaction:
        raw_pg_batches(
          first, Self.insert, newRows, count, Int64(ServerWork.batchSize),
          work == .batchInTransaction, &outcome)
      }
    let elapsed = stopwatch.elapsed()
    guard isRight else { throw failure(of: [first] + pipelines.compactMap(\.self)) }
    return Outcome(outcome, elapsed, writes: work.writes)
  }

  func close() {
    connections.withLock { open in
      for handle in open { raw_pg_close(handle.pointer) }
      open = []
    }
  }

  private func connect(
    _ count: Int64, _ rows: Int64, _ outcome: inout raw_outcome
  ) throws -> Bool {
    var sum = raw_outcome()
    for _ in 0..<count {
      let opened = try open()
      defer { raw_pg_close(opened) }
      guard raw_pg_point_select(opened, 1, rows, Runner.seed, &outcome) else { return false }
      sum.add(outcome)
    }
    outcome = sum
    return true
  }

  private func open() throws -> OpaquePointer {
    let select = ServerFixture.selectAll + " WHERE id = $1"
    guard let opened = raw_pg_open(url, select) else { throw BenchmarkError("No memory.") }
    guard raw_pg_is_open(opened) else {
      defer { raw_pg_close(opened) }
      throw failure(of: [opened])
    }
    return opened
  }

  /// The connection of that number; the first is for everything but pipelines.
  private func connection(_ number: Int) throws -> OpaquePointer {
    try connections.withLock { open in
      while open.count <= number { open.append(Handle(pointer: try self.open())) }
      return open[number]
    }.pointer
  }

  private func failure(of connections: [OpaquePointer]) -> BenchmarkError {
    let messages = connections.map { String(cString: raw_pg_message($0)) }
    return BenchmarkError("raw-c on libpq failed: \(messages.joined(separator: " "))")
  }
}
