import DriverConformance
import Testing

@Suite("What the suite covers")
struct CoverageTests {
  /// The clauses without a check, and why.
  private static let reasons = [
    "STMT-2": "needs a pooling proxy",
    "DURABLE-6":
      "needs a process to kill: the server's tests do it, SQLiteSessionTests copies files",
  ]

  @Test("a clause without a check is known, with its reason")
  func uncoveredClausesAreKnown() {
    #expect(Set(ConformanceSuite.uncovered) == Set(Self.reasons.keys))
  }

  @Test("checks name clauses of the contract, each check once")
  func checksNameClauses() {
    let contract = Set(ConformanceSuite.contract)
    var seen: Set<String> = []
    for clause in ConformanceSuite.clauses {
      #expect(contract.contains(clause.id), "\(clause) is not in the contract")
      #expect(seen.insert(clause.description).inserted, "\(clause) stands there twice")
    }
    print("seed of this run's generated inputs: DOVETAIL_SEED=\(ConformanceSuite.seed)")
  }
}
