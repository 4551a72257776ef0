import DriverConformance
import Testing

/// Every sabotage that can happen on one engine, and what the suite said of it.
struct SabotageTrial {
  let backend: String
  /// What the honest driver fails behind the same wrapper: it proves nothing.
  let broken: Set<String>
  let reports: [SabotageReport]

  static func run(on base: any ConformanceHarness, dialect: String) async -> SabotageTrial {
    let broken = await failuresOfTheHonest(on: base)
    let sabotages = Sabotage.all.filter { $0.applies(to: dialect) }
    var reports = await reports(of: sabotages, on: base, besides: broken)
    // Some checks look at time, or at memory: what the process keeps, and what freed bytes become.
    // Beside other tests such a check can miss its saboteur once; one that is worth nothing misses
    // it always.
    for _ in 0..<2 {
      let left = sabotages.filter { sabotage in
        !reports.contains { $0.sabotage.name == sabotage.name && !$0.caughtBy.isEmpty }
      }
      let unseen = unseen(reports, besides: broken)
      let again = dialect == "sqlite" && !unseen.isEmpty ? sabotages : left
      reports += await Self.reports(of: again, on: base, besides: broken)
    }
    return SabotageTrial(backend: base.name, broken: broken, reports: reports)
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

  /// A check that never fails is worth nothing: each catches a saboteur, or failed by hand.
  func expectEveryCheckFailed() {
    var catches: [String: [String]] = [:]
    for report in reports {
      for clause in report.caughtBy {
        catches[clause.description, default: []].append(report.sabotage.name)
      }
    }
    for clause in ConformanceSuite.clauses where !broken.contains(clause.description) {
      let saboteurs = Set(catches[clause.description] ?? [])
      print("\(clause) catches \(saboteurs.count): \(saboteurs.sorted().joined(separator: "; "))")
      #expect(
        !saboteurs.isEmpty || ByHand.mutations[clause.description] != nil,
        "\(clause) was never seen to fail")
    }
    let known = Set(ConformanceSuite.clauses.map(\.description))
    #expect(known.isSuperset(of: ByHand.mutations.keys), "a mutation by hand names no check")
  }

  private static func reports(
    of sabotages: [Sabotage], on base: any ConformanceHarness, besides broken: Set<String>
  ) async -> [SabotageReport] {
    await withTaskGroup(of: SabotageReport.self) { group in
      for sabotage in sabotages {
        group.addTask { await SabotageReport.run(sabotage, on: base, besides: broken) }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
  }

  /// The checks that have caught nobody yet.
  private static func unseen(
    _ reports: [SabotageReport], besides broken: Set<String>
  ) -> [Clause] {
    let seen = Set(reports.flatMap { $0.caughtBy.map(\.description) })
    return ConformanceSuite.clauses.filter { clause in
      !broken.contains(clause.description) && !seen.contains(clause.description)
        && ByHand.mutations[clause.description] == nil
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
