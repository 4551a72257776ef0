import DriverConformance
import Testing

@Suite("SQLite as a file keeps the contract")
struct SQLiteFileConformance {
  @Test(arguments: ConformanceSuite.cases(SQLiteFile()))
  func holds(_ promise: ConformanceCase) async throws { try await promise.run() }
}

@Suite("SQLite in memory keeps the contract")
struct SQLiteMemoryConformance {
  @Test(arguments: ConformanceSuite.cases(SQLiteMemory()))
  func holds(_ promise: ConformanceCase) async throws { try await promise.run() }
}
