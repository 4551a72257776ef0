import DriverConformance
import Testing

@Suite("Drivers broken on purpose are caught")
struct SaboteurTests {
  @Test("no saboteur survives, and every check was seen to fail")
  func everySaboteurIsCaught() async {
    let broken = await failuresOfTheHonest()
    #expect(broken.isEmpty, "the honest driver itself fails \(broken.sorted())")
    var reports = await Self.reports(besides: broken)
    // Two checks look at memory: what the process keeps, and what freed bytes become. Beside other
    // tests either can miss its saboteur once; a check that is worth nothing misses it always.
    for _ in 0..<2 where !Self.unseen(reports, besides: broken).isEmpty {
      reports += await Self.reports(besides: broken)
    }
    let byName = Dictionary(grouping: reports, by: \.sabotage.name)
    for (name, reports) in byName.sorted(by: { $0.key < $1.key }) {
      let ids = Set(reports.flatMap { $0.caughtBy.map(\.id) }).sorted()
      print("saboteur that \(name): caught by \(ids.joined(separator: ", "))")
      #expect(!ids.isEmpty, "the saboteur that \(name) survived")
    }
    expectEveryCheckFailed(reports, besides: broken)
  }

  private static func reports(besides broken: Set<String>) async -> [SabotageReport] {
    await withTaskGroup(of: SabotageReport.self) { group in
      for sabotage in Sabotage.all {
        group.addTask { await SabotageReport.run(sabotage, besides: broken) }
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

  /// A check that never fails is worth nothing: each catches a saboteur, or failed by hand.
  private func expectEveryCheckFailed(_ reports: [SabotageReport], besides broken: Set<String>) {
    var catches: [String: [String]] = [:]
    for report in reports {
      for clause in report.caughtBy {
        catches[clause.description, default: []].append(report.sabotage.name)
      }
    }
    for clause in ConformanceSuite.clauses where !broken.contains(clause.description) {
      let saboteurs = catches[clause.description] ?? []
      print("\(clause) catches \(saboteurs.count): \(saboteurs.joined(separator: "; "))")
      #expect(
        !saboteurs.isEmpty || ByHand.mutations[clause.description] != nil,
        "\(clause) was never seen to fail")
    }
    let known = Set(ConformanceSuite.clauses.map(\.description))
    #expect(known.isSuperset(of: ByHand.mutations.keys), "a mutation by hand names no check")
  }

  /// What an honest driver fails behind the same wrapper.
  private func failuresOfTheHonest() async -> Set<String> {
    let honest = SaboteurHarness(Sabotage("does nothing wrong", []) { _ in })
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
