import DriverAPI
import DriverConformance
import Testing

/// Every sabotage that can happen on one engine, and what the suite said of it.
struct SabotageTrial {
  let backend: String
  /// What the honest driver fails behind the same wrapper: it proves nothing.
  let broken: Set<String>
  private(set) var reports: [SabotageReport]
  /// What the engine can do; a check of something else proves only that it cannot.
  let capabilities: Capabilities
  private let sabotages: [Sabotage]
  private let seen: SeenChecks

  static func run(
    on base: any ConformanceHarness, dialect: String, seen: SeenChecks
  ) async -> SabotageTrial {
    let broken = await failuresOfTheHonest(on: base)
    let capabilities = await capabilities(of: base)
    let sabotages = Sabotage.all.filter { $0.applies(to: dialect) && $0.changes(capabilities) }
    var reports = await reports(of: sabotages, on: base, besides: broken, seen: seen)
    for _ in 0..<lookAgainCount {
      let caught = Set(reports.filter { !$0.caughtBy.isEmpty }.map(\.sabotage.name))
      let left = sabotages.filter { !caught.contains($0.name) }
      print("\(base.name): looking again for \(left.map(\.name).sorted())")
      reports += await Self.reports(
        of: left, on: base, besides: broken, seen: seen, byAnyClause: true)
    }
    return SabotageTrial(
      backend: base.name, broken: broken, reports: reports,
      capabilities: capabilities, sabotages: sabotages, seen: seen)
  }

  // Some checks look at time, or at memory: what the process keeps, and what freed bytes become.
  // Beside other tests such a check can miss its saboteur once; one that is worth nothing misses
  // it always.
  static let lookAgainCount = 2

  /// Tries those saboteurs again that checks of these clauses should catch.
  mutating func lookAgain(for ids: Set<String>, on base: any ConformanceHarness) async {
    let left = sabotages.filter { sabotage in sabotage.clauses.contains { ids.contains($0) } }
    reports += await Self.reports(of: left, on: base, besides: broken, seen: seen)
  }

  func expectNoSurvivors() {
    #expect(broken.isEmpty, "the honest driver on \(backend) fails \(broken.sorted())")
    let byName = Dictionary(grouping: reports, by: \.sabotage.name)
    var caughtCount = 0
    for (name, reports) in byName.sorted(by: { $0.key < $1.key }) {
      let ids = Set(reports.flatMap { $0.caughtBy.map(\.id) }).sorted()
      print("\(backend) | \(name) | \(ids.isEmpty ? "SURVIVED" : ids.joined(separator: ", "))")
      #expect(!ids.isEmpty, "on \(backend) the saboteur that \(name) survived")
      if !ids.isEmpty { caughtCount += 1 }
    }
    print("saboteurs on \(backend): \(caughtCount) of \(byName.count) caught")
  }

  /// A check that never fails is worth nothing: on some engine that makes the promise each catches a
  /// saboteur, or it failed by hand.
  static func expectEveryCheckFailed(in trials: [SabotageTrial]) {
    var catches: [String: Set<String>] = [:]
    for report in trials.flatMap(\.reports) {
      for clause in report.caughtBy {
        catches[clause.description, default: []].insert(report.sabotage.name)
      }
    }
    for clause in ConformanceSuite.clauses where trials.contains(where: { $0.promises(clause) }) {
      let saboteurs = catches[clause.description] ?? []
      print("\(clause) catches \(saboteurs.count): \(saboteurs.sorted().joined(separator: "; "))")
      #expect(
        !saboteurs.isEmpty || ByHand.mutations[clause.description] != nil,
        "\(clause) was never seen to fail")
    }
    let known = Set(ConformanceSuite.clauses.map(\.description))
    #expect(known.isSuperset(of: ByHand.mutations.keys), "a mutation by hand names no check")
  }

  /// The clauses of which some check has caught nobody on any engine yet.
  static func quietIDs(in trials: [SabotageTrial]) -> Set<String> {
    let seen = Set(trials.flatMap(\.reports).flatMap { $0.caughtBy.map(\.description) })
    let quiet = ConformanceSuite.clauses.filter { clause in
      trials.contains { $0.promises(clause) } && !seen.contains(clause.description)
        && ByHand.mutations[clause.description] == nil
    }
    return Set(quiet.map(\.id))
  }

  private func promises(_ clause: Clause) -> Bool {
    !broken.contains(clause.description)
      && clause.requirement.map { capabilities[keyPath: $0] } ?? true
  }

  private static func capabilities(of base: any ConformanceHarness) async -> Capabilities {
    do {
      let url = try await base.makeDatabase()
      let db = try await Database.open(DatabaseURL(url), with: base.driver)
      await db.close()
      await base.removeDatabase(url)
      return db.server.capabilities
    } catch {
      Issue.record("\(base.name) cannot be opened: \(error)")
      return Capabilities()
    }
  }

  private static func reports(
    of sabotages: [Sabotage], on base: any ConformanceHarness, besides broken: Set<String>,
    seen: SeenChecks, byAnyClause: Bool = false
  ) async -> [SabotageReport] {
    await withTaskGroup(of: SabotageReport.self) { group in
      for sabotage in sabotages {
        group.addTask {
          await SabotageReport.run(
            sabotage, on: base, besides: broken, seen: seen, byAnyClause: byAnyClause)
        }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
  }

  private static func failuresOfTheHonest(on base: any ConformanceHarness) async -> Set<String> {
    let honest = SaboteurHarness(Sabotage("does nothing wrong", []) { _ in }, on: base)
    return await withTaskGroup(of: String?.self) { group in
      for promise in ConformanceSuite.cases(honest) {
        group.addTask {
          do {
            try await promise.run()
            return nil
          } catch {
            print("the honest driver fails: \(error)")
            return promise.clause.description
          }
        }
      }
      return await group.reduce(into: []) { if let name = $1 { $0.insert(name) } }
    }
  }
}
