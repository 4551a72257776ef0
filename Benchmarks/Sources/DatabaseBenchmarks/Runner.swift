/// Runs one kind of work in interleaved rounds: every contender once, then all of them again.
///
/// Neighbours on the machine disturb a round as a whole, so the ratios of each round are taken
/// first and their median is reported.
struct Runner {
  /// Where the random ids of every contender start.
  static let seed: UInt64 = 12345

  let contenders: [any Contender]
  let rounds: Int
  let directory: Directory
  /// The table that reads share.
  let shared: Store

  /// Measures `work` with `count` operations a round and prints nothing.
  func run(_ work: Work, count: Int) async throws -> CaseReport {
    if !work.writes { try await warm(work, count: count) }
    var report = CaseReport(title: "sqlite \(work.rawValue)", names: contenders.map(\.name))
    for _ in 0..<rounds {
      var round: [Outcome] = []
      for contender in contenders {
        round.append(try await measure(contender, work, count: count))
      }
      try Outcome.compare(round, of: contenders.map(\.name), in: work.rawValue)
      report.add(round)
    }
    return report
  }

  /// Fills the page cache of each connection, so that all are measured from memory.
  private func warm(_ work: Work, count: Int) async throws {
    for contender in contenders {
      _ = try await contender.measure(.streamBorrowed, count: 0, on: shared)
      _ = try await contender.measure(work, count: count / 10, on: shared)
    }
  }

  private func measure(_ contender: any Contender, _ work: Work, count: Int) async throws
    -> Outcome
  {
    guard work.writes else {
      return try await contender.measure(work, count: count, on: shared)
    }
    let store = try directory.makeStore(rows: 0, synchronous: work.synchronous)
    defer { store.delete() }
    let level = try await contender.synchronousLevel(on: store)
    guard level == work.synchronousLevel else {
      throw BenchmarkError(
        "\(contender.name) writes with synchronous=\(level), not \(work.synchronousLevel).")
    }
    var outcome = try await contender.measure(work, count: count, on: store)
    try await contender.close(store)
    outcome.checksum = try store.written()
    return outcome
  }
}
