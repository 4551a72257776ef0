import DriverAPI
import DriverConformance
import DriverFaults
import DriverODBC
import Foundation
import OneAtATime
import Testing

@Suite(
  "PostgreSQL over ODBC keeps the contract", .oneAtATime, .enabled(if: ODBCServer.postgres != nil))
struct PostgresConformance {
  private static let reasons = [
    "QUERY-2 One million rows stream in bounded memory.":
      "psqlodbc loads the result; with UseDeclareFetch=1 savepoints break",
    "TYPE-6 Instants are the same in a session of whatever zone.":
      "moments of ODBC have no zone; psqlodbc gives them in that of the session",
    "TYPE-7 A value that no kind has room for is text, and fails no row.":
      "psqlodbc makes the end of the year 9999 of infinity",
    "REBIND-9 Comments, strings and bodies end where the engine ends them.":
      "psqlodbc takes the second line of E'...' for a string without escapes",
    "TYPE-6 A setting that values depend on is refused, or they do not depend on it.":
      "psqlodbc reads text in the character set that the session began with",
    "TYPE-2 Text is right, or refused, in a session that was told to speak otherwise.":
      "psqlodbc reads text in the character set that the session began with",
    "TX-13 A commit that was typed stores what it says, or throws.":
      "psqlodbc does not tell that COMMIT was answered with ROLLBACK",
  ]

  @Test(
    arguments: ODBCServer.postgres.map {
      ConformanceSuite.cases($0, except: reasons, withoutRunning: unmeasurable)
    } ?? [])
  func holds(_ promise: ConformanceCase) async throws { try await promise.run() }
}

@Suite("MariaDB over ODBC keeps the contract", .oneAtATime, .enabled(if: ODBCServer.mariadb != nil))
struct MariaDBConformance {
  private static let reasons = [
    "QUERY-2 One million rows stream in bounded memory.":
      "MariaDB's ODBC driver (3.1) loads the result and has no option against it",
    "QUERY-11 What no engine prepares gives its rows like anything else.":
      "it prepares everything, and the server cannot prepare EXECUTE",
    "QUERY-11 So do values of every kind.":
      "it prepares everything, and the server cannot prepare EXECUTE",
    "TYPE-7 An expression of texts is text, also where one of them has no type.":
      "it takes such an expression for bytes",
    "TX-14 DDL that ends a transaction is followed by nothing of it.":
      "ODBC does not tell whether a transaction is open",
    "TYPE-6 A setting that values depend on is refused, or they do not depend on it.":
      "it converts by the character set that the session began with",
    "TYPE-7 Every type that an engine has gives its values, whichever way they come.":
      "it says of BIT, of which ODBC knows one alone, that it holds bytes",
    "TX-4 So it is whatever fails, and however the transaction was begun.":
      "ODBC does not tell whether a transaction is open",
    "QUERY-9 What a procedure does before and behind its rows is told as it is.":
      "ODBC does not tell whether a transaction is open",
    "PIPE-6 What tasks ask of sessions that they share is answered as to one alone.":
      "it expects no rows of VALUES, and loses step",
    "STMT-3 While the schema changes all the time no statement fails for it.":
      "it refuses rows of other columns than were prepared, and loses step",
  ]

  @Test(
    arguments: ODBCServer.mariadb.map {
      ConformanceSuite.cases($0, except: reasons, withoutRunning: unmeasurable)
    } ?? [])
  func holds(_ promise: ConformanceCase) async throws { try await promise.run() }
}
