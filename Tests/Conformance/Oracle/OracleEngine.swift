import DriverAPI
import DriverMySQL
import DriverPostgres
import DriverSQLite
import Foundation
import SQLLogicTest
import Testing

/// An engine that the oracle asks; a new one is one line.
struct OracleEngine: Sendable, CustomTestStringConvertible {
  let name: String
  let driver: any Driver
  /// Where it is; nil if nobody said.
  let url: String?
  /// The variable that says where it is; nil for an engine that needs no server.
  let variable: String?

  static let all = [
    OracleEngine("SQLite", SQLiteDriver(), at: "sqlite::memory:"),
    OracleEngine("PostgreSQL", PostgresDriver(), from: "DOVETAIL_POSTGRES_URL"),
    OracleEngine("MariaDB", MySQLDriver(), from: "DOVETAIL_MYSQL_URL"),
  ]

  /// Those that can be asked here.
  static let reachable = all.filter { $0.url != nil }

  /// Every reachable engine, in both ways of sending.
  static let runs = reachable.flatMap { engine in
    SQLLogicRunner.Mode.allCases.map { OracleRun(engine: engine, mode: $0) }
  }

  /// Those for scripts that take minutes. Bound, they are parsed, rebound and sent; as written too where all
  /// that takes long is asked for.
  static let longRuns =
    ProcessInfo.processInfo.environment["DOVETAIL_STRESS"] == nil
    ? runs.filter { $0.mode == .literalsBound } : runs

  init(_ name: String, _ driver: any Driver, at url: String) {
    (self.name, self.driver, self.url, variable) = (name, driver, url, nil)
  }

  init(_ name: String, _ driver: any Driver, from variable: String) {
    (self.name, self.driver, self.variable) = (name, driver, variable)
    url = ProcessInfo.processInfo.environment[variable]
  }

  var testDescription: String { name }
}
