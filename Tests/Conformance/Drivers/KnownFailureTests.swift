import DriverAPI
import DriverConformance
import Testing

@Suite("A failure that is known") struct KnownFailureTests {
  private func outcome(
    of check: @escaping Clause.Check, on harness: any ConformanceHarness = SQLiteMemory()
  ) async throws -> ConformanceCase.Outcome {
    var promise = ConformanceCase(Clause("X-1", "A promise.", check), on: harness)
    promise.knownFailure = "a defect below the driver"
    return try await promise.run()
  }

  @Test func `is no failure of the run`() async throws {
    let outcome = try await outcome { _ in throw ClauseFailure("broken") }
    #expect(outcome == .failedAsKnown)
  }

  @Test func `has to fail`() async throws {
    let failure = await #expect(throws: ClauseFailure.self) { try await outcome { _ in } }
    #expect(failure?.message.contains("take it off that list") == true)
  }

  @Test func `is not that there was no database`() async throws {
    await #expect(throws: DatabaseError.self) {
      try await outcome(of: { _ in throw ClauseFailure("broken") }, on: NoDatabase())
    }
  }

  @Test func `is named as the suite names its checks`() {
    let name = "QUERY-2 One million rows stream in bounded memory."
    let cases = ConformanceSuite.cases(SQLiteMemory(), except: [name: "a reason"])
    #expect(cases.filter { $0.knownFailure != nil }.map(\.clause.description) == [name])
  }

  @Test func `is never run where it would end the process`() async throws {
    let name = "QUERY-2 One million rows stream in bounded memory."
    let cases = ConformanceSuite.cases(NoDatabase(), withoutRunning: [name: "it would crash"])
    let fatal = cases.filter { $0.fatality != nil }
    #expect(fatal.map(\.clause.description) == [name])
    // Without a database it could not run.
    for promise in fatal { #expect(try await promise.run() == .notSaid) }
  }
}

private struct NoDatabase: ConformanceHarness {
  let name = "nothing"
  let driver: any Driver = SQLiteMemory().driver

  func makeDatabase() async throws -> String { throw DatabaseError(.cannotConnect, "none") }
  func removeDatabase(_ url: String) async {}
}
