import DriverAPI
import DriverConformance
import DriverODBC
import Foundation
import OneAtATime
import Testing

/// What no machine is asked to hold, or what is so little that it shows only on some.
let unmeasurable = [
  "QUERY-2 Rows beside values that no kind has room for stream in bounded memory too.":
    "the ODBC drivers load the result, 15 MB, which an allocator may have left from before",
  "QUERY-3 Leaving a very long answer is quick.":
    "the ODBC drivers load the result, which is unmeasurable here",
  "PIPE-6 First rows of long answers are had in bounded memory.":
    "the ODBC drivers load the result, which is unmeasurable here",
]

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
    "TYPE-8 So is what a statement takes a long way to its column, and every number.":
      "ODBC does not tell what a column was declared, and SQLite makes a double of the text",
    "EXEC-7 Whatever an insert does with ids, the one that is told is exactly that.":
      "SQLite does not say of which table its last id was, and libsqliteodbc has none of its hooks",
    "ERR-2 What does not exist is named as the statement names it, where it is told.":
      "SQLite takes a name in quotes that it does not find for a text, and libsqliteodbc cannot forbid it",
    "TX-11 A lock that does not come in time is told so, and what waited goes on.":
      "libsqliteodbc waits as long as its connection string says, whatever the session was set to",
    "TX-11 Whoever waits for a lock can be cancelled, and its time can run out.":
      "libsqliteodbc waits for a lock without a look at whether it was interrupted",
    "EXEC-6 An insert that asks for an id which is not there stores nothing, or says so.":
      "libsqliteodbc hides the rows of RETURNING, and SQLite numbers each row of every table",
    "QUERY-2 One million rows stream in bounded memory.":
      "libsqliteodbc loads the result; with StepAPI=1 expressions lose their types",
  ]

  @Test(
    arguments: ConformanceSuite.cases(SQLiteFile(), except: reasons, withoutRunning: unmeasurable))
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
