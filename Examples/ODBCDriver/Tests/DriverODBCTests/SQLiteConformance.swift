import DriverAPI
import DriverConformance
import DriverODBC
import Foundation
import OneAtATime
import Testing

@Suite("SQLite over ODBC keeps the contract", .oneAtATime)
struct SQLiteConformance {
  private static let reasons = [
    "TYPE-1 Doubles come back to the last bit, and floats with them.":
      "libsqliteodbc reads doubles through texts of 15 digits",
    "TYPE-1 Generated numbers come back equal.":
      "libsqliteodbc reads doubles through texts of 15 digits",
    "TYPE-8 A decimal is stored as it is, or refused, whatever its column was declared.":
      "ODBC does not tell what a column was declared, and SQLite makes a double of the text",
    "TYPE-8 A text that writes a number is stored as it says, or refused.":
      "ODBC does not tell what a column was declared, and SQLite makes a double of the text",
    "EXEC-6 An insert that asks for an id which is not there stores nothing, or says so.":
      "libsqliteodbc hides the rows of RETURNING, and SQLite numbers each row of every table",
    "QUERY-2 One million rows stream in bounded memory.":
      "libsqliteodbc loads the result; with StepAPI=1 expressions lose their types",
  ]

  @Test(arguments: ConformanceSuite.cases(SQLiteFile(), except: reasons))
  func holds(_ promise: ConformanceCase) async throws { try await promise.run() }
}

/// SQLite as a file, through libsqliteodbc.
struct SQLiteFile: ConformanceHarness {
  let name = "SQLite over ODBC"
  let driver: any Driver = ODBCDriver()

  func makeDatabase() async throws -> String {
    let file = FileManager.default.temporaryDirectory.path + "/odbc-" + UUID().uuidString + ".db"
    return "odbc:Driver=\(ODBCLibrary.sqlite);BigInt=1;Timeout=20000;Database=\(file)"
  }

  func removeDatabase(_ url: String) async {
    guard let file = url.split(separator: "=").last else { return }
    for suffix in ["", "-wal", "-shm"] {
      // What cannot be removed is left to the system: the folder is for temporary files.
      try? FileManager.default.removeItem(atPath: file + suffix)
    }
  }
}
