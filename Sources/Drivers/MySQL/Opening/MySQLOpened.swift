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
  /// What the server is among others, if that was asked.
  let node: MySQLNode?

  static let identityQuery = "SELECT @@hostname, @@port, @@datadir"
  /// All that there is to ask, in one round trip.
  private static let sessionQuery =
    identityQuery
    + ", CONNECTION_ID(), @@max_allowed_packet, @@time_zone, @@character_set_client, "
    + "@@character_set_results, @@sql_mode"

  /// Sets a fresh session up, blocking. [CONN-7]
  init(
    _ handle: MySQLHandle, _ host: DatabaseURL.Host, setUpWith options: MySQLOptions
  ) throws(DatabaseError) {
    let facts = Self.facts(handle)
    let settings = options.sessionSettings(isMariaDB: mariadb_connection(handle.pointer) != 0)
    guard handle.run(settings),
      let told = handle.row(Self.sessionQuery), let sessionID = told[3],
      let packet = told[4].flatMap({ Int($0) }), options.isSetUp(told.dropFirst(5))
    else {
      throw MySQLOpenFailure.setUp(handle, host, options)
    }
    self.handle = handle
    self.host = host
    identity = Array(told.prefix(3))
    self.sessionID = sessionID
    maxPacketBytes = packet
    self.facts = facts
    sessionSettings = settings
    node =
      options.asksWhatServersAre
      ? MySQLNode(
        onlyReads: handle.row(MySQLNode.readOnlyQuery)?[0],
        galera: handle.rows(MySQLNode.galeraQuery))
      : nil
    handle.watchLife(idle: options.keepAliveIdle, unacknowledged: options.tcpUserTimeout)
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

extension Capabilities {
  /// What MySQL and MariaDB can do with InnoDB and this driver.
  static let libmariadb: Capabilities = {
    var capabilities = Capabilities.mysql
    capabilities.severalHosts = true
    capabilities.nativeBulkInsert = true
    return capabilities
  }()
}
