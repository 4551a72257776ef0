/// The driver contract as checks that any driver can be held to.
///
/// ```swift
/// @Test(arguments: ConformanceSuite.cases(MyHarness()))
/// func holds(_ promise: ConformanceCase) async throws { try await promise.run() }
/// ```
public enum ConformanceSuite {
  /// Every check, in the contract's order.
  public static let clauses: [Clause] =
    registryClauses + urlClauses + urlSampleClauses + connectingClauses + hostClauses
    + failoverClauses
    + execClauses + failedStatementClauses + insertedRowClauses
    + queryClauses + answerClauses + rowClauses + numberClauses + textClauses + exactValueClauses
    + valueSettingClauses + strangeValueClauses + numberTextClauses
    + generatedValueClauses + bindClauses + valueFormClauses
    + rebindClauses + statementByteClauses + hiddenWriteClauses + upsertClauses + upsertKeyClauses
    + emptyListClauses + leftRowsClauses
    + transactionClauses + endedTransactionClauses + isolationClauses + lockClauses
    + errorClauses + missingNameClauses + instrumentClauses + cancelClauses + poolClauses
    + poolSessionClauses + poolLimitClauses + queueClauses + statementClauses + pipelineClauses
    + listenerClauses
    + sharedSessionClauses + sharedFaultClauses
    + wireFaultClauses
    + silenceClauses + farServerClauses + schemaChangeClauses + roundTripClauses + mixedCallClauses
    + endedStatementClauses + bulkClauses + copyClauses
    + otherWayClauses + callFaultClauses + dialectClauses + migrationClauses + migrationModeClauses
    + durableClauses

  /// Every check on one backend.
  ///
  /// - Parameters:
  ///   - knownFailures: the checks that cannot be kept for a reason outside the driver, such
  ///   as a defect of the client library, as ``Clause/description`` names them, each with its reason.
  ///   They run all the same, and have to fail: the reason is printed, and one that holds is a
  ///   failure. What a driver does not promise is no known failure but a capability that is off.
  ///   - fatalities: the checks that end the process or the server, by a defect of the engine. They do not
  ///   run; their reasons are printed.
  /// - Precondition: every name is that of a check.
  public static func cases(
    _ harness: any ConformanceHarness, except knownFailures: [String: String] = [:],
    withoutRunning fatalities: [String: String] = [:]
  ) -> [ConformanceCase] {
    let names = Set(clauses.map(\.description))
    for name in Array(knownFailures.keys) + fatalities.keys {
      precondition(names.contains(name), "no check: \(name)")
    }
    return clauses.map { clause in
      var promise = ConformanceCase(clause, on: harness)
      promise.knownFailure = knownFailures[clause.description]
      promise.fatality = fatalities[clause.description]
      return promise
    }
  }

  /// The clauses of the contract that have no check here.
  public static var uncovered: [String] {
    let covered = Set(clauses.map(\.id))
    return contract.filter { !covered.contains($0) }
  }
}
