/// Runs the work on one server in interleaved rounds, as ``Runner`` does on SQLite.
struct ServerRunner {
  let engine: Engine
  let contenders: [any ServerContender]
  let rounds: Int
  let fixture: ServerFixture

  /// Measures `work` with `count` operations a round and prints nothing.
  func run(_ work: ServerWork, count: Int) async throws -> CaseReport {
    let contenders = contenders.filter { $0.takesPart(in: work) }
    let names = contenders.map(\.name)
    var report = CaseReport(title: "\(engine.rawValue) \(work.rawValue)", names: names)
    for contender in contenders { _ = try await measure(contender, work, count: count / 10) }
    for _ in 0..<rounds {
      var round: [Outcome] = []
      for contender in contenders {
        round.append(try await measure(contender, work, count: count))
      }
      try Outcome.compare(round, of: names, in: report.title)
      report.add(round)
    }
    return report
  }

  private func measure(
    _ contender: any ServerContender, _ work: ServerWork, count: Int
  ) async throws -> Outcome {
    guard work.writes else {
      return try await contender.measure(work, count: count, rows: fixture.rows)
    }
    try await fixture.clear()
    var outcome = try await contender.measure(work, count: count, rows: fixture.rows)
    outcome.checksum = try await fixture.written()
    return outcome
  }
}
