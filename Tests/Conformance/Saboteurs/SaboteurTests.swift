import DriverAPI
import DriverConformance
import DriverMySQL
import DriverPostgres
import DriverSQLite
import Foundation
import Testing

@Suite("Drivers broken on purpose are caught")
struct SaboteurTests {
  // One engine after another: what measures time must not measure the neighbour.
  @Test("no saboteur survives, and every check was seen to fail or is named")
  func everySaboteurIsCaught() async throws {
    var trials: [SabotageTrial] = []
    let backends = try Self.backends()
    let seen = SeenChecks()
    for (dialect, base) in backends {
      let trial = await SabotageTrial.run(on: base, dialect: dialect, seen: seen)
      trial.expectNoSurvivors()
      trials.append(trial)
    }
    for _ in 0..<SabotageTrial.lookAgainCount where trials.count == 3 {
      let quiet = SabotageTrial.quietIDs(in: trials)
      for index in trials.indices where !quiet.isEmpty {
        await trials[index].lookAgain(for: quiet, on: backends[index].base)
      }
    }
    for (_, base) in backends { #expect(await base.close().isEmpty) }
    // Some promises are made, or can be broken, on one engine only.
    if trials.count == 3 {
      SabotageTrial.expectEveryCheckFailed(in: trials)
    } else {
      print("saboteurs: whether every check was seen to fail is told only with all engines")
    }
  }

  @Test("CI has a server of every engine", .enabled(if: Servers.isCI))
  func serversAreThere() {
    #expect(Servers.postgres != nil, "DOVETAIL_POSTGRES_URL names no server")
    #expect(Servers.mysql != nil, "DOVETAIL_MYSQL_URL names no server")
  }

  static func backends() throws -> [(dialect: String, base: URLHarness)] {
    let file = FileManager.default.temporaryDirectory.path + "/saboteurs.db"
    var backends = [
      ("sqlite", try URLHarness("sqlite:\(file)", name: "SQLite", driver: SQLiteDriver()))
    ]
    if let url = Servers.postgres {
      let base = try URLHarness(
        url, name: "PostgreSQL", driver: PostgresDriver(), second: Servers.secondPostgres)
      backends.append(("postgres", base))
    } else {
      print("saboteurs: none was tried on PostgreSQL; DOVETAIL_POSTGRES_URL names no server")
    }
    if let url = Servers.mysql {
      let base = try URLHarness(
        url, name: "MariaDB", driver: MySQLDriver(), second: Servers.secondMySQL)
      backends.append(("mariadb", base))
    } else {
      print("saboteurs: none was tried on MariaDB; DOVETAIL_MYSQL_URL names no server")
    }
    return backends
  }
}

/// The servers that the environment names.
enum Servers {
  static let postgres = ProcessInfo.processInfo.environment["DOVETAIL_POSTGRES_URL"]
  static let mysql = ProcessInfo.processInfo.environment["DOVETAIL_MYSQL_URL"]
  static let secondPostgres = ProcessInfo.processInfo.environment["DOVETAIL_POSTGRES_SECOND_URL"]
  static let secondMySQL = ProcessInfo.processInfo.environment["DOVETAIL_MYSQL_SECOND_URL"]
  /// Whether this run may not do without any engine.
  static let isCI = ProcessInfo.processInfo.environment["DOVETAIL_SERVERS"] != nil
}
