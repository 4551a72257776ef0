/// The driver contract as checks that any driver can be held to.
///
/// ```swift
/// @Test(arguments: ConformanceSuite.cases(MyHarness()))
/// func holds(_ promise: ConformanceCase) async throws { try await promise.run() }
/// ```
public enum ConformanceSuite {
  /// Every check, in the contract's order.
  public static let clauses: [Clause] =
    registryClauses + urlClauses + connectingClauses + execClauses + queryClauses + rowClauses
    + numberClauses + textClauses + exactValueClauses + generatedValueClauses + bindClauses
    + rebindClauses + upsertClauses
    + transactionClauses + isolationClauses + errorClauses + cancelClauses + poolClauses
    + poolSessionClauses + statementClauses + pipelineClauses + wireFaultClauses
    + callFaultClauses + migrationClauses + durableClauses

  /// Every check on one backend.
  public static func cases(_ harness: any ConformanceHarness) -> [ConformanceCase] {
    clauses.map { ConformanceCase($0, on: harness) }
  }

  /// The clauses of the contract that have no check here.
  public static var uncovered: [String] {
    let covered = Set(clauses.map(\.id))
    return contract.filter { !covered.contains($0) }
  }
}
