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

  func secondServer(for url: String) async throws -> SecondServer? {
    try await base.secondServer(for: url)
  }
}

/// The checks that have caught a saboteur, on whatever engine.
///
/// A check that is among them, against a saboteur that is caught, would prove nothing new.
final class SeenChecks: Sendable {
  private let names = Mutex<Set<String>>([])

  func contains(_ clause: Clause) -> Bool { names.withLock { $0.contains(clause.description) } }

  func insert(_ clause: Clause) { names.withLock { _ = $0.insert(clause.description) } }
}

/// What became of one sabotage.
struct SabotageReport: Sendable {
  let sabotage: Sabotage
  /// The checks that failed, as they should.
  var caughtBy: [Clause] = []
  /// How they failed.
  var failures: [String] = []

  /// Runs the clauses that are expected to catch it, the quick ones first, and if none did and
  /// `byAnyClause` is set all the others. What the honest driver fails proves nothing and is left
  /// out.
  static func run(
    _ sabotage: Sabotage, on base: any ConformanceHarness, besides broken: Set<String> = [],
    seen: SeenChecks = SeenChecks(), byAnyClause: Bool = false
  ) async -> SabotageReport {
    var report = SabotageReport(sabotage: sabotage)
    let harness = SaboteurHarness(sabotage, on: base)
    let clauses = ConformanceSuite.clauses.filter { !broken.contains($0.description) }
    // Those first that have caught nobody yet.
    let named = clauses.filter { sabotage.clauses.contains($0.id) }
    let expected = named.filter { !seen.contains($0) } + named.filter { seen.contains($0) }
    for clause in expected where clause.weight == .light {
      await report.check(clause, harness, seen)
    }
    for clause in expected
    where clause.weight != .light && (sabotage.meetsAll || report.caughtBy.isEmpty) {
      await report.check(clause, harness, seen)
    }
    for clause in clauses
    where byAnyClause && report.caughtBy.isEmpty && !sabotage.clauses.contains(clause.id) {
      await report.check(clause, harness, seen)
    }
    return report
  }

  private mutating func check(
    _ clause: Clause, _ harness: SaboteurHarness, _ seen: SeenChecks
  ) async {
    if !caughtBy.isEmpty, seen.contains(clause) { return }
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
      seen.insert(clause)
      failures.append("\(error)")
    }
  }
}
