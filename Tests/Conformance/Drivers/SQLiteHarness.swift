import DriverAPI
import DriverConformance
import DriverSQLite
import Foundation

/// SQLite as a file in a directory of its own.
struct SQLiteFile: ConformanceHarness {
  let name = "SQLite file"
  let driver: any Driver = SQLiteDriver()

  func makeDatabase() async throws -> String { "sqlite:\(try ScratchDirectory().path)/test.db" }

  func removeDatabase(_ url: String) async {
    ScratchDirectory(existing: String(url.dropFirst(7).dropLast(8))).remove()
  }
}

/// SQLite in memory: one connection that holds the data.
struct SQLiteMemory: ConformanceHarness {
  let name = "SQLite in memory"
  let driver: any Driver = SQLiteDriver()

  func makeDatabase() async throws -> String { "sqlite::memory:" }

  func removeDatabase(_ url: String) async {}
}

/// A directory for the files of one test.
struct ScratchDirectory {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.path + "/dovetail-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  init(existing path: String) { self.path = path }

  /// Copies the files as they are.
  func copyFiles(to other: ScratchDirectory) throws {
    for file in try FileManager.default.contentsOfDirectory(atPath: path) {
      try FileManager.default.copyItem(
        atPath: path + "/" + file, toPath: other.path + "/" + file)
    }
  }

  /// Removes it with all its files; what cannot be removed is left to the system.
  func remove() { try? FileManager.default.removeItem(atPath: path) }
}
