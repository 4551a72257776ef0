import DriverConformance
import OneAtATime
import Testing

/// What ends the engine, of Firebird 3.0.11 on Debian: "Fatal lock manager error: invalid lock id".
private let fatalities = [
  "STMT-3 While the schema changes all the time no statement fails for it.":
    "Firebird ends itself when a table is altered again and again while other sessions prepare statements on it"
]

/// Rows go in one by one here, also a hundred thousand of them, and a busy machine takes its time.
private func check(_ promise: ConformanceCase) async throws {
  var patient = promise
  patient.limit = .seconds(240)
  try await patient.run()
}

@Suite("Firebird in this process keeps the contract", .oneAtATime)
struct FileConformance {
  @Test(arguments: ConformanceSuite.cases(FirebirdFile(), withoutRunning: fatalities))
  func holds(_ promise: ConformanceCase) async throws { try await check(promise) }
}

@Suite("A server of Firebird keeps the contract", .oneAtATime)
struct ServerConformance {
  @Test(arguments: ConformanceSuite.cases(FirebirdServer(), withoutRunning: fatalities))
  func holds(_ promise: ConformanceCase) async throws { try await check(promise) }
}
