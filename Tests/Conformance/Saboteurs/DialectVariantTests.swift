import DriverAPI
import DriverConformance
import DriverMySQL
import DriverPostgres
import DriverSQLite
import Foundation
import Testing

@Suite("Dialects that say the same in other words keep the contract")
struct DialectVariantTests {
  @Test(arguments: DialectVariant.all)
  func keepsTheContract(_ variant: DialectVariant) async throws {
    for (dialect, base) in try SaboteurTests.backends() where variant.engines.contains(dialect) {
      let cases = variant.cases(on: base)
      #expect(!cases.isEmpty)
      for promise in cases {
        do { try await promise.run() } catch { Issue.record("\(error)") }
      }
      #expect(await base.close().isEmpty)
    }
  }
}
