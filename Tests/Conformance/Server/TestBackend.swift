import DriverAPI
import DriverMySQL
import DriverPostgres
import DriverSQLite
import Foundation
import Testing

/// An engine on which the tests of the chat run.
struct TestBackend: Sendable, CustomTestStringConvertible {
  let driver: any Driver
  /// A database of a server whose user may create others; nil where a file is enough.
  let serverURL: String?

  var name: String { driver.schemes.first ?? "" }
  var testDescription: String { name }

  static let sqlite = TestBackend(driver: SQLiteDriver(), serverURL: nil)
  /// nil where no server was named.
  static let postgres = server(PostgresDriver(), urlIn: "DOVETAIL_POSTGRES_URL")
  /// MySQL or MariaDB; nil where no server was named.
  static let mysql = server(MySQLDriver(), urlIn: "DOVETAIL_MYSQL_URL")

  /// Every engine that can be reached. ``BackendPresenceTests`` tells which are missing.
  static let all = [sqlite] + servers
  /// Those that are servers of their own.
  static let servers = [postgres, mysql].compactMap { $0 }

  private static func server(_ driver: any Driver, urlIn variable: String) -> TestBackend? {
    ProcessInfo.processInfo.environment[variable].map {
      TestBackend(driver: driver, serverURL: $0)
    }
  }

  /// Whether this run may not do without any engine.
  static let isComplete = ProcessInfo.processInfo.environment["DOVETAIL_SERVERS"] != nil
}

/// Missing servers are told as skipped tests, and fail where `CI` is set.
@Suite struct BackendPresenceTests {
  @Test(
    .enabled(
      if: TestBackend.postgres != nil || TestBackend.isComplete,
      "DOVETAIL_POSTGRES_URL is not set: nothing runs on PostgreSQL"))
  func postgresIsThere() async throws {
    try await checkPresence(of: TestBackend.postgres)
  }

  @Test(
    .enabled(
      if: TestBackend.mysql != nil || TestBackend.isComplete,
      "DOVETAIL_MYSQL_URL is not set: nothing runs on MySQL"))
  func mysqlIsThere() async throws {
    try await checkPresence(of: TestBackend.mysql)
  }

  private func checkPresence(of backend: TestBackend?) async throws {
    let backend = try #require(backend, "CI must name every database server")
    try await TestDatabase.run(on: backend) { place in
      let database = try await place.open()
      try await database.ping()
      await database.close()
    }
  }
}
