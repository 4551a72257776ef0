import DriverAPI
import DriverConformance

/// A saboteur in front of an honest backend.
struct SaboteurHarness: ConformanceHarness {
  let name: String
  let driver: any Driver
  private let base: any ConformanceHarness

  init(_ sabotage: Sabotage, on base: any ConformanceHarness) {
    name = "\(base.name), which \(sabotage.name)"
    driver = Saboteur(driver: base.driver, sabotage: sabotage)
    self.base = base
  }

  func makeDatabase() async throws -> String { try await base.makeDatabase() }

  func removeDatabase(_ url: String) async { await base.removeDatabase(url) }
}

/// What became of one sabotage.
struct SabotageReport: Sendable {
  let sabotage: Sabotage
  /// The checks that failed, as they should.
  var caughtBy: [Clause] = []
  /// How they failed.
  var failures: [String] = []

  /// Runs the clauses that are expected to catch it, the quick ones first, and all the others if
  /// none did. What the honest driver fails proves nothing and is left out.
  static func run(
    _ sabotage: Sabotage, on base: any ConformanceHarness, besides broken: Set<String> = []
  ) async -> SabotageReport {
    var report = SabotageReport(sabotage: sabotage)
    let harness = SaboteurHarness(sabotage, on: base)
    let clauses = ConformanceSuite.clauses.filter { !broken.contains($0.description) }
    let expected = clauses.filter { sabotage.clauses.contains($0.id) }
    for clause in expected where clause.weight == .light { await report.check(clause, harness) }
    for clause in expected
    where clause.weight != .light && (sabotage.meetsAll || report.caughtBy.isEmpty) {
      await report.check(clause, harness)
    }
    for clause in clauses where report.caughtBy.isEmpty && !sabotage.clauses.contains(clause.id) {
      await report.check(clause, harness)
    }
    return report
  }

  private mutating func check(_ clause: Clause, _ harness: SaboteurHarness) async {
    var promise = ConformanceCase(clause, on: harness)
    // What an honest driver needs for it as well is no sign of a saboteur.
    promise.limit =
      switch clause.weight {
      case .light: .seconds(5)
      case .heavy: .seconds(10)
      case .waiting: .seconds(60)
      }
    do {
      try await promise.run()
    } catch {
      caughtBy.append(clause)
      failures.append("\(error)")
    }
  }
}
