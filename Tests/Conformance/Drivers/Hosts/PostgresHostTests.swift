import DriverAPI
import DriverPostgres
import Foundation
import Testing

/// Several servers of one database, of which one may be a real standby.
@Suite("Hosts of PostgreSQL", .enabled(if: PostgresServer.plain != nil))
struct PostgresHostTests {
  private let server: PostgresServer
  private let place: String

  init() throws {
    server = try #require(PostgresServer.plain)
    let url = try DatabaseURL(server.url)
    place = "\(try #require(url.hosts.first))"
  }

  /// Opens the server's database by a URL with these hosts.
  private func open(
    _ hosts: String, _ options: String = "", connections: Int = 4
  ) async throws -> Database {
    var configuration = DatabaseConfiguration()
    configuration.maxConnections = connections
    configuration.connectTimeout = .seconds(30)
    return try await Database.open(
      DatabaseURL(server.url.replacing(place, with: hosts) + options), with: PostgresDriver(),
      configuration: configuration)
  }

  @Test("HA-1: silent hosts that share an address have each their own time")
  func silentNeighbours() async throws {
    let silent = [try SilentListener(), try SilentListener()]
    let list = silent.map { "127.0.0.1:\($0.port)" }.joined(separator: ",")
    let start = ContinuousClock.now
    let db = try await open("\(list),\(place)", "&connect_timeout=1")
    let took = ContinuousClock.now - start
    #expect(took > .milliseconds(1900), "both had their second: \(took)")
    await db.close()
    let again = ContinuousClock.now
    await (try open("\(list),\(place)", "&connect_timeout=1")).close()
    #expect(ContinuousClock.now - again < .milliseconds(900), "they are tried last now")
  }

  @Test("HA-1: without a connect_timeout a silent host has its share of the time")
  func silentByDefault() async throws {
    let silent = try SilentListener()
    let start = ContinuousClock.now
    await (try open("127.0.0.1:\(silent.port),\(place)")).close()
    #expect(ContinuousClock.now - start < .seconds(9))
  }

  @Test("HA-1: a wish for a standby falls back to the primary, whichever host is silent")
  func preferStandby() async throws {
    let silent = try SilentListener()
    for list in ["\(place),127.0.0.1:\(silent.port)", "127.0.0.1:\(silent.port),\(place)"] {
      let db = try await open(list, "&connect_timeout=1&target_session_attrs=prefer-standby")
      try await db.ping()
      await db.close()
    }
  }

  @Test(
    "HA-3: a session that was told to read only is not taken for one with a demoted server",
    arguments: [
      "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY",
      "SET default_transaction_read_only = on",
      "SELECT set_config('default_transaction_read_only', 'on', false)",
    ])
  func toldToRead(_ setting: String) async throws {
    let db = try await open(place, "&target_session_attrs=read-write", connections: 1)
    func session() async throws -> Int? {
      try await db.queryRow("SELECT pg_backend_pid()", as: Int.self)
    }
    let before = try await session()
    try await db.withConnection { connection in
      _ = try await connection.query(SQL(raw: setting), as: String?.self).collect()
      let error = await #expect(throws: DatabaseError.self) {
        try await connection.exec("CREATE TABLE never (id int)")
      }
      #expect(
        error?.kind == .readOnly && error?.connection == .usable, "\(String(describing: error))")
    }
    #expect(try await session() == before)
    await db.close()
  }

  @Test("HA-3: nor is a transaction that was made to read only by a statement in it")
  func transactionToldToRead() async throws {
    let db = try await open(place, "&target_session_attrs=read-write", connections: 1)
    for text in ["SET TRANSACTION READ ONLY", "SET LOCAL transaction_read_only = on"] {
      let error = await #expect(throws: DatabaseError.self) {
        try await db.transaction { transaction in
          try await transaction.exec(SQL(raw: text))
          try await transaction.exec("CREATE TABLE never (id int)")
        }
      }
      #expect(error?.kind == .readOnly, "\(String(describing: error))")
    }
    await db.close()
  }

  @Test("HA-1, HA-2: a real standby is told from a primary, and so is one that is promoted")
  func realStandby() async throws {
    let cluster = try await PostgresCluster()
    defer { cluster.remove() }
    let admin = try await Database.open(DatabaseURL(cluster.url), with: PostgresDriver())
    try await admin.exec("CREATE DATABASE dovetail")
    await admin.close()
    try await cluster.becomeStandby()
    let standby = "\(try #require(try DatabaseURL(cluster.url).hosts.first))"

    let none = await #expect(throws: DatabaseError.self) {
      try await open(standby, "&target_session_attrs=read-write")
    }
    #expect(none?.kind == .cannotConnect && none?.execution == .notSent)
    #expect(none?.message.contains("is a standby") == true, "\(String(describing: none))")

    let writer = try await open("\(standby),\(place)", "&target_session_attrs=primary")
    #expect(try await Self.isStandby(writer) == false)
    await writer.close()
    let reader = try await open("\(place),\(standby)", "&target_session_attrs=prefer-standby")
    #expect(try await Self.isStandby(reader) == true)
    await reader.close()

    // A session that asked for a standby leaves one that was promoted, as soon as the server has told.
    let follower = try await open(
      "\(standby),\(place)", "&target_session_attrs=standby&pipelines=0")
    #expect(try await Self.isStandby(follower) == true)
    try await cluster.promote()
    _ = try? await Self.isStandby(follower)
    try await Task.sleep(for: .milliseconds(20))
    let left = await #expect(throws: DatabaseError.self) { try await follower.ping() }
    #expect(left?.kind == .cannotConnect, "\(String(describing: left))")
    await follower.close()
  }

  private static func isStandby(_ db: Database) async throws -> Bool? {
    try await db.queryRow("SELECT pg_is_in_recovery()", as: Bool.self)
  }
}
