import ArgumentParser
import DriverAPI
import DriverConformance

/// Runs the clauses on every database and tells what became of them.
struct ClauseRun {
  let options: DovetailConformance

  /// - Throws: `ExitCode(1)` if a promise was broken.
  func run() async throws {
    let clauses = try ConformanceSuite.clauses(matching: options.only)
    let harnesses = try ToolDrivers.harnesses(for: options.url, besides: options.second)
    var reports: [ConformanceReport] = []
    for harness in harnesses { reports.append(try await report(on: harness, clauses)) }
    try write(reports)
    summarise(reports)
    guard reports.allSatisfy(\.hasPassed) else { throw ExitCode(1) }
  }

  private func report(
    on harness: URLHarness, _ clauses: [Clause]
  ) async throws -> ConformanceReport {
    Console.note("\(harness.name): \(clauses.count) checks, seed \(ConformanceSuite.seed)")
    do {
      let report = try await ConformanceSuite.report(on: harness, clauses: clauses) {
        check, done, total in
        Console.note("[\(done)/\(total)] \(check.outcome.word) \(check.clause) \(check.title)")
      }
      await Leftovers.close(harness)
      return report
    } catch {
      await Leftovers.close(harness)
      throw ToolFailure("\(harness.name): nothing was checked: \(error)")
    }
  }

  private func write(_ reports: [ConformanceReport]) throws {
    if let file = options.report { try Console.write(JUnitDocument(reports).xml, to: file) }
    if let file = options.markdown { try Console.write(reports.markdown, to: file) }
    if let directory = options.document {
      let pages = ConformancePages(reports)
      try Console.write(pages.conformance, to: directory + "/Conformance.md")
      try Console.write(pages.differences, to: directory + "/Differences.md")
    }
    if options.json { try Console.printJSON(reports) }
  }

  private func summarise(_ reports: [ConformanceReport]) {
    for report in reports {
      var lines = report.failures.map { "FAILED \($0.failure ?? $0.title)" }
      lines.append(
        "\(report.backend) (\(report.product) \(report.version)): \(report.count(.held)) held, "
          + "\(report.count(.provenOff)) proven off, \(report.count(.notSaid)) not said, "
          + "\(report.failures.count) failed")
      Console.summarise(lines.joined(separator: "\n"), besideJSON: options.json)
    }
  }
}

extension ConformanceReport.Outcome {
  fileprivate var word: String {
    switch self {
    case .held: "held"
    case .provenOff: "proven off"
    case .failedAsKnown: "fails, as known"
    case .notSaid: "not said"
    case .failed: "FAILED"
    }
  }
}

/// What a run could not remove.
enum Leftovers {
  /// Ends a harness and names what stayed.
  static func close(_ harness: URLHarness) async {
    let left = await harness.close()
    if left.isEmpty { return }
    Console.note(
      "\(harness.name): still there: \(left.joined(separator: ", ")); the next run tries again")
  }
}
