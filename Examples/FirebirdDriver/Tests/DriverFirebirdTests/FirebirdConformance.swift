import DriverConformance
import Testing

@Suite("Firebird in this process keeps the contract")
struct FileConformance {
  @Test(arguments: ConformanceSuite.cases(FirebirdFile()))
  func holds(_ promise: ConformanceCase) async throws { try await promise.run() }
}

@Suite("A server of Firebird keeps the contract")
struct ServerConformance {
  @Test(arguments: ConformanceSuite.cases(FirebirdServer()))
  func holds(_ promise: ConformanceCase) async throws { try await promise.run() }
}
