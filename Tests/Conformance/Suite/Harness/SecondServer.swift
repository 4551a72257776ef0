public import DriverAPI

/// A server beside the one under test that a check may demote: it takes no more writes then, and its sessions
/// stay open. Both together are to a driver what the hosts of a replicated database are. [HA-1]
///
/// It knows the same user with the same password, who must not be above the demotion. Its data are its own,
/// which tells a check where a row went.
public struct SecondServer: Sendable {
  /// The case's URL with this server as its only host, and a namespace of the same name, which is empty.
  public let url: DatabaseURL
  private let admin: Database
  private let adminURL: DatabaseURL
  private let driver: any Driver
  private let way: Demotion
  private let namespaces: Namespaces
  private let name: String

  /// Makes the case's namespace on a server, and has the server take writes.
  ///
  /// - Parameters:
  ///   - admin: the server, as a user who may demote it.
  ///   - url: the case's.
  ///   - name: the case's namespace.
  public init(
    _ admin: DatabaseURL, for url: DatabaseURL, in name: String, driver: any Driver
  ) async throws {
    var configuration = DatabaseConfiguration()
    configuration.maxConnections = 1
    let database = try await Database.open(admin, with: driver, configuration: configuration)
    self.admin = database
    adminURL = admin
    self.driver = driver
    self.name = name
    self.url = url.replacingHosts(admin.hosts)
    do {
      way = try Demotion.of(database.server)
      namespaces = try Namespaces.of(database.server)
      try await promote()
      try await database.exec(namespaces.create(name))
    } catch {
      await database.close()
      throw error
    }
  }

  /// From now on it refuses writes, in sessions that are open too.
  public func demote() async throws { try await set(true) }

  /// From now on it takes writes.
  public func promote() async throws { try await set(false) }

  /// Removes the namespace; the server takes writes again.
  public func remove() async {
    do {
      try await promote()
      try await admin.exec(namespaces.drop(name))
    } catch {
      print("something stays on the second server: \(error)")
    }
    await admin.close()
  }

  private func set(_ isDemoted: Bool) async throws {
    for statement in isDemoted ? way.demote : way.promote {
      try await admin.withConnection { connection in
        _ = try await connection.query(statement, as: String?.self).collect()
      }
    }
    // A server may take a moment to tell its processes.
    for _ in 1...500 {
      let isThere = try await isDemotedToNewcomers()
      if isThere == isDemoted { return }
      try await Task.sleep(for: .milliseconds(10))
    }
    throw ClauseFailure("the second server was not \(isDemoted ? "demoted" : "promoted") in time")
  }

  private func isDemotedToNewcomers() async throws -> Bool {
    var configuration = DatabaseConfiguration()
    configuration.maxConnections = 1
    let database = try await Database.open(adminURL, with: driver, configuration: configuration)
    let told = try await database.queryRow(way.question, as: String.self)
    await database.close()
    return ["on", "1"].contains(told?.lowercased())
  }
}

/// How a server is demoted while it runs: data, one value per engine.
private struct Demotion: Sendable {
  let demote: [SQL]
  let promote: [SQL]
  /// Says `on` or `1` if it is.
  let question: SQL

  static func of(_ server: ServerFacts) throws(DatabaseError) -> Demotion {
    switch server.dialect.name {
    case "postgres": return .postgres
    case "mysql", "mariadb": return .mysql
    default: throw .unsupported("how \(server.product) is demoted is not known here")
    }
  }

  private static let postgres = Demotion(
    demote: [
      "ALTER SYSTEM SET default_transaction_read_only = on",
      "SELECT CAST(pg_reload_conf() AS TEXT)",
    ],
    promote: [
      "ALTER SYSTEM RESET default_transaction_read_only", "SELECT CAST(pg_reload_conf() AS TEXT)",
    ],
    question: "SELECT current_setting('default_transaction_read_only')")

  private static let mysql = Demotion(
    demote: ["SET GLOBAL read_only = 1"], promote: ["SET GLOBAL read_only = 0"],
    question: "SELECT CAST(@@global.read_only AS CHAR)")
}
