import DriverAPI
import DriverConformance
import DriverMySQL
import DriverPostgres
import DriverSQLite
import Foundation
import Testing

// One engine after another: what measures time must not measure the neighbour.
@Suite("Drivers broken on purpose are caught", .serialized)
struct SaboteurTests {
  @Test("on SQLite no saboteur survives, and every check was seen to fail or has its reason")
  func onSQLite() async throws {
    let directory = FileManager.default.temporaryDirectory.path
    let base = try URLHarness(
      "sqlite:\(directory)/saboteurs.db", name: "SQLite", driver: SQLiteDriver())
    let trial = await SabotageTrial.run(on: base, dialect: "sqlite")
    trial.expectNoSurvivors()
    trial.expectEveryCheckFailed()
    #expect(await base.close().isEmpty)
  }

  @Test("on PostgreSQL no saboteur survives", .enabled(if: Servers.postgres != nil))
  func onPostgres() async throws {
    let url = try #require(Servers.postgres)
    let base = try URLHarness(url, name: "PostgreSQL", driver: PostgresDriver())
    await SabotageTrial.run(on: base, dialect: "postgres").expectNoSurvivors()
    #expect(await base.close().isEmpty)
  }

  @Test("on MariaDB no saboteur survives", .enabled(if: Servers.mysql != nil))
  func onMariaDB() async throws {
    let url = try #require(Servers.mysql)
    let base = try URLHarness(url, name: "MariaDB", driver: MySQLDriver())
    await SabotageTrial.run(on: base, dialect: "mariadb").expectNoSurvivors()
    #expect(await base.close().isEmpty)
  }

  @Test("CI runs the saboteurs on every engine", .enabled(if: Servers.isCI))
  func serversAreThere() {
    #expect(Servers.postgres != nil, "DOVETAIL_POSTGRES_URL names no server")
    #expect(Servers.mysql != nil, "DOVETAIL_MYSQL_URL names no server")
  }
}

/// The servers that the environment names.
enum Servers {
  static let postgres = ProcessInfo.processInfo.environment["DOVETAIL_POSTGRES_URL"]
  static let mysql = ProcessInfo.processInfo.environment["DOVETAIL_MYSQL_URL"]
  static let isCI = ProcessInfo.processInfo.environment["CI"] != nil
}
