import DriverAPI
import DriverConformance
import DriverFaults
import DriverODBC
import Foundation
import Testing

@Suite("PostgreSQL over ODBC keeps the contract", .enabled(if: ODBCServer.postgres != nil))
struct PostgresConformance {
  private static let reasons = [
    "QUERY-2 One million rows stream in bounded memory.":
      "psqlodbc loads the result; with UseDeclareFetch=1 savepoints break"
  ]

  @Test(arguments: ODBCServer.postgres.map { ConformanceSuite.cases($0, except: reasons) } ?? [])
  func holds(_ promise: ConformanceCase) async throws { try await promise.run() }
}

@Suite("MariaDB over ODBC keeps the contract", .enabled(if: ODBCServer.mariadb != nil))
struct MariaDBConformance {
  private static let reasons = [
    "QUERY-2 One million rows stream in bounded memory.":
      "MariaDB's ODBC driver (3.1) loads the result and has no option against it"
  ]

  @Test(arguments: ODBCServer.mariadb.map { ConformanceSuite.cases($0, except: reasons) } ?? [])
  func holds(_ promise: ConformanceCase) async throws { try await promise.run() }
}
