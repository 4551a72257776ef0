import DriverAPI
import DriverSQLite
import Foundation
import Testing

@testable import Server

/// A directory of its own in which the doctor is asked.
struct DoctorRig {
  let directory: String

  /// Runs `body` with a fresh directory and removes it afterwards.
  static func run(_ body: (DoctorRig) async throws -> Void) async throws {
    let directory =
      FileManager.default.temporaryDirectory.path + "/doctor-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    do {
      try await body(DoctorRig(directory: directory))
    } catch {
      try FileManager.default.removeItem(atPath: directory)
      throw error
    }
    try FileManager.default.removeItem(atPath: directory)
  }

  func path(_ name: String) -> String { directory + "/" + name }

  /// The report with these variables, in the directory unless they say otherwise.
  func report(
    _ environment: [String: String] = [:], driver: any Driver = SQLiteDriver()
  ) async throws -> DoctorReport {
    let given = [
      "MARCHAT_CONFIG_DIR": directory, "MARCHAT_PORT": "\(Int.random(in: 20_000..<30_000))",
    ]
    return await DoctorRun.report(
      flags: ServerFlags(), environment: given.merging(environment) { $1 },
      drivers: try DriverRegistry(driver), version: .current)
  }

  /// Writes the directory's `.env`.
  func write(_ text: String, to name: String = ".env") throws {
    try text.write(toFile: path(name), atomically: true, encoding: .utf8)
  }

  /// A database file on which `body` has run.
  func makeDatabase(
    _ name: String = "marchat.db", options: String = "", _ body: (Database) async throws -> Void
  ) async throws {
    let database = try await Database.open(
      DatabaseURL("sqlite:\(path(name))\(options)"), with: SQLiteDriver())
    do {
      try await body(database)
    } catch {
      await database.close()
      throw error
    }
    await database.close()
  }

  /// The names in the directory, sorted.
  func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
  }
}

extension DoctorReport {
  /// The check of that name.
  func check(
    _ id: String, location: SourceLocation = #_sourceLocation
  ) throws -> DoctorCheck {
    try #require(
      checks.first { $0.id == id }, "\(checks.map(\.id))", sourceLocation: location)
  }
}
