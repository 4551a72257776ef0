import DriverConformance
import Foundation
import Testing

@Suite("PostgreSQL over TCP keeps the contract", .enabled(if: PostgresServer.plain != nil))
struct PostgresPlainConformance {
  @Test(arguments: PostgresServer.plain.map { ConformanceSuite.cases($0) } ?? [])
  func holds(_ promise: ConformanceCase) async throws { try await promise.run() }
}

@Suite("PostgreSQL over TLS keeps the contract", .enabled(if: PostgresServer.encrypted != nil))
struct PostgresEncryptedConformance {
  @Test(arguments: PostgresServer.encrypted.map { ConformanceSuite.cases($0) } ?? [])
  func holds(_ promise: ConformanceCase) async throws { try await promise.run() }
}

@Suite("PostgreSQL over a socket keeps the contract", .enabled(if: PostgresServer.socket != nil))
struct PostgresSocketConformance {
  @Test(arguments: PostgresServer.socket.map { ConformanceSuite.cases($0) } ?? [])
  func holds(_ promise: ConformanceCase) async throws { try await promise.run() }
}

@Suite("Whether there is a PostgreSQL server")
struct PostgresPresenceTests {
  @Test(
    "CI runs against a server",
    .enabled(if: ProcessInfo.processInfo.environment["DOVETAIL_SERVERS"] != nil))
  func isThere() {
    #expect(PostgresServer.plain != nil, "DOVETAIL_POSTGRES_URL names no server")
    #expect(PostgresServer.encrypted != nil, "DOVETAIL_POSTGRES_TLS_URL names no server")
    #expect(PostgresServer.socket != nil, "DOVETAIL_POSTGRES_SOCKET_URL names no server")
  }
}
