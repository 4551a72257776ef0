import CMariaDB
import DriverAPI

/// A session that is set up, and what it told about its server.
struct MySQLOpened: Sendable {
  let handle: MySQLHandle
  let host: DatabaseURL.Host
  /// The session's number on the server, by which a statement of it is killed.
  let sessionID: String
  /// Names the server process, lest a statement be killed on another one behind the same address.
  let identity: [String?]
  let maxPacketBytes: Int
  let facts: ServerFacts
  let sessionSettings: String

  static let identityQuery = "SELECT @@hostname, @@port, @@datadir"

  /// Sets a fresh session up, blocking. [CONN-7]
  init(
    _ handle: MySQLHandle, _ host: DatabaseURL.Host, setUpWith options: MySQLOptions
  ) throws(DatabaseError) {
    let facts = Self.facts(handle)
    let settings = options.sessionSettings(isMariaDB: mariadb_connection(handle.pointer) != 0)
    guard handle.run(settings),
      let identity = handle.row(Self.identityQuery),
      let told = handle.row("SELECT CONNECTION_ID(), @@max_allowed_packet"),
      let sessionID = told[0], let packet = told[1].flatMap({ Int($0) })
    else {
      throw MySQLOpenFailure.setUp(handle, host)
    }
    self.handle = handle
    self.host = host
    self.identity = identity
    self.sessionID = sessionID
    maxPacketBytes = packet
    self.facts = facts
    sessionSettings = settings
    handle.makeNonblocking()
  }

  private static func facts(_ handle: MySQLHandle) -> ServerFacts {
    let isMariaDB = mariadb_connection(handle.pointer) != 0
    let version = String(cString: mysql_get_server_info(handle.pointer))
    let number = mysql_get_server_version(handle.pointer)
    var dialect = isMariaDB ? Dialect.mariadb : Dialect.mysql
    // Before 10.5 an insert cannot return its row.
    if isMariaDB, number < 100_500 { dialect.returning = [] }
    return ServerFacts(
      product: isMariaDB ? "MariaDB" : "MySQL", version: version, dialect: dialect,
      capabilities: .libmariadb)
  }
}

extension MySQLOptions {
  /// What every session is set to, after opening and after a reset. [CONN-7, POOL-4]
  ///
  /// Strict, so that nothing is cut or turned into zero; a zero stays zero in a column that counts
  /// up; backslashes escape and double quotes are strings, which is what the lexer assumes. A recursive
  /// query runs to its end: MariaDB would leave out what comes after a thousand rounds, and say nothing.
  func sessionSettings(isMariaDB: Bool) -> String {
    let modes = [
      "STRICT_ALL_TABLES", "STRICT_TRANS_TABLES", "NO_ZERO_IN_DATE", "NO_ZERO_DATE",
      "ERROR_FOR_DIVISION_BY_ZERO", "NO_ENGINE_SUBSTITUTION", "ONLY_FULL_GROUP_BY",
      "NO_AUTO_VALUE_ON_ZERO",
    ]
    let names = "SET NAMES utf8mb4" + (collation.map { " COLLATE \($0)" } ?? "")
    return names
      + ", SESSION time_zone = '+00:00', SESSION sql_mode = '\(modes.joined(separator: ","))', "
      + "SESSION autocommit = 1, SESSION foreign_key_checks = 1, SESSION unique_checks = 1, "
      + "SESSION lc_messages = 'en_US', SESSION "
      + (isMariaDB ? "max_recursive_iterations" : "cte_max_recursion_depth") + " = 4294967295"
  }
}

extension Capabilities {
  /// What MySQL and MariaDB can do with InnoDB and this driver.
  static let libmariadb: Capabilities = {
    var capabilities = Capabilities.mysql
    capabilities.nativeBulkInsert = true
    return capabilities
  }()
}
