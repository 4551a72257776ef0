import CRawMariaDB
import CRawWork
import DriverAPI
import Glibc
import Synchronization

/// The C loops over libmariadb: what the library itself can do.
final class RawMariaDBContender: ServerContender {
  let name = CaseReport.baseline
  private let address: ServerAddress
  private let connections = Mutex<[Handle]>([])

  /// A connection may move between threads as long as one uses it at a time, which `measure`
  /// being called for one round at a time guarantees.
  private struct Handle: @unchecked Sendable {
    let pointer: OpaquePointer
  }

  private static let insert = """
    INSERT INTO \(ServerFixture.write)(id, name, score, note) VALUES (?, ?, ?, ?)
    """

  init(_ address: ServerAddress) { self.address = address }

  func takesPart(in work: ServerWork) -> Bool { true }

  func measure(_ work: ServerWork, count: Int, rows: Int64) throws -> Outcome {
    let first = try connection(0)
    let pool = try (0..<(work == .pointSelect64 ? ServerAddress.poolSize : 0)).map {
      try connection($0) as OpaquePointer?
    }
    let newRows = work.writes ? raw_make_rows(Int64(count)) : nil
    defer { free(newRows) }
    var outcome = raw_outcome()
    let count = Int64(count)
    let stopwatch = Stopwatch()
    let isRight =
      switch work {
      case .pointSelectLeased:
        raw_my_point_select(first, count, rows, Runner.seed, &outcome)
      case .pointSelect64:
        raw_my_threads(pool, Int32(pool.count), count, rows, Runner.seed, &outcome)
      case .streamBorrowed: raw_my_stream(first, ServerFixture.selectAll, false, &outcome)
      case .streamOwned: raw_my_stream(first, ServerFixture.selectAll, true, &outcome)
      // The library has no batch but the binding of arrays.
      case .bulk, .batch, .batchInTransaction:
        raw_my_insert(first, Self.insert, newRows, count, &outcome)
      case .connect: try connect(count, rows, &outcome)
      }
    let elapsed = stopwatch.elapsed()
    guard isRight else { throw failure(of: [first] + pool.compactMap(\.self)) }
    return Outcome(outcome, elapsed, writes: work.writes)
  }

  func close() {
    connections.withLock { open in
      for handle in open { raw_my_close(handle.pointer) }
      open = []
    }
  }

  private func connect(
    _ count: Int64, _ rows: Int64, _ outcome: inout raw_outcome
  ) throws -> Bool {
    var sum = raw_outcome()
    for _ in 0..<count {
      let opened = try connect()
      defer { raw_my_close(opened) }
      guard raw_my_point_select(opened, 1, rows, Runner.seed, &outcome) else { return false }
      sum.add(outcome)
    }
    outcome = sum
    return true
  }

  private func connection(_ number: Int) throws -> OpaquePointer {
    try connections.withLock { open in
      while open.count <= number { open.append(Handle(pointer: try connect())) }
      return open[number]
    }.pointer
  }

  private func connect() throws -> OpaquePointer {
    let url = address.url
    let host = url.hosts.first
    let isSocket = host?.isSocket == true
    let texts = [
      isSocket ? nil : host?.name ?? "127.0.0.1", isSocket ? host?.name : nil, url.user,
      url.password, url.database,
    ].map { text in text.flatMap { strdup($0) } }
    defer { for text in texts { free(text) } }
    var target = raw_my_address(
      host: texts[0], port: UInt32(host?.port ?? 3306), socket: texts[1], user: texts[2],
      password: texts[3], database: texts[4])
    let opened = raw_my_open(&target, ServerFixture.selectOne)
    guard let opened else { throw BenchmarkError("No memory.") }
    guard raw_my_is_open(opened) else {
      defer { raw_my_close(opened) }
      throw failure(of: [opened])
    }
    return opened
  }

  private func failure(of connections: [OpaquePointer]) -> BenchmarkError {
    let messages = connections.map { String(cString: raw_my_message($0)) }
    return BenchmarkError("raw-c on libmariadb failed: \(messages.joined(separator: " "))")
  }
}
