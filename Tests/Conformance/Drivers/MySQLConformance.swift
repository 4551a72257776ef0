import DriverConformance
import Foundation
import Testing

@Suite(
  "MariaDB over TCP keeps the contract",
  .enabled(if: MySQLServer.Way.tcp.url != nil, "no server: start one with make databases"))
struct MySQLConformance {
  @Test(arguments: ConformanceSuite.cases(MySQLServer(way: .tcp)))
  func holds(_ promise: ConformanceCase) async throws { try await promise.run() }
}

@Suite(
  "MariaDB over TCP with TLS keeps the contract",
  .enabled(if: MySQLServer.Way.tls.url != nil, "no server: start one with make databases"))
struct MySQLTLSConformance {
  @Test(arguments: ConformanceSuite.cases(MySQLServer(way: .tls)))
  func holds(_ promise: ConformanceCase) async throws { try await promise.run() }
}

@Suite(
  "MariaDB over a Unix socket keeps the contract",
  .enabled(if: MySQLServer.Way.socket.url != nil, "no server: start one with make databases"))
struct MySQLSocketConformance {
  @Test(arguments: ConformanceSuite.cases(MySQLServer(way: .socket)))
  func holds(_ promise: ConformanceCase) async throws { try await promise.run() }
}

@Suite("MariaDB is there where it must be")
struct MySQLPresence {
  @Test(
    "continuous integration does not skip MariaDB",
    .enabled(if: ProcessInfo.processInfo.environment["DOVETAIL_SERVERS"] != nil, "not in CI"))
  func serverIsThere() {
    for way in MySQLServer.Way.allCases { #expect(way.url != nil, "\(way.rawValue) is not set") }
  }
}
