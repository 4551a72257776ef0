import DriverAPI
import DriverConformance
import DriverFaults
import DriverODBC
import Foundation

/// A server that the environment names, through its ODBC driver; every case has a schema of its own
/// on PostgreSQL, a database of its own on MariaDB.
struct ODBCServer: ConformanceHarness {
  let name: String
  let driver: any Driver = ODBCDriver()
  private let host: DatabaseURL.Host
  private let wire: WireProtocol
  /// The connection string without the server, the port and the place of a case.
  private let string: String
  private let hostKeyword: String
  private let create: @Sendable (String) -> String
  private let drop: @Sendable (String) -> String
  private let place: @Sendable (String) -> String

  static let postgres = server("DOVETAIL_POSTGRES_URL") { url, host in
    ODBCServer(
      name: "PostgreSQL over ODBC", host: host, wire: .postgres,
      string:
        "Driver=\(ODBCLibrary.postgres);BoolsAsChar=0;Protocol=7.4-0;UseServerSidePrepare=0;SSLmode=disable;"
        + "Database=\(url.database ?? "");UID=\(url.user ?? "");PWD={\(url.password ?? "")}",
      hostKeyword: "Servername", create: { "CREATE SCHEMA \($0)" },
      drop: { "DROP SCHEMA \($0) CASCADE" },
      place: { "pqopt={options='-c search_path=\($0)'}" })
  }

  static let mariadb = server("DOVETAIL_MYSQL_URL") { url, host in
    ODBCServer(
      name: "MariaDB over ODBC", host: host, wire: .mysql,
      string: "Driver=\(ODBCLibrary.mariadb);CHARSET=utf8mb4;"
        + "UID=\(url.user ?? "");PWD={\(url.password ?? "")}",
      hostKeyword: "SERVER", create: { "CREATE DATABASE \($0)" },
      drop: { "DROP DATABASE \($0)" }, place: { "DATABASE=\($0)" })
  }

  private static func server(
    _ variable: String, _ make: (DatabaseURL, DatabaseURL.Host) -> ODBCServer
  ) -> ODBCServer? {
    guard let text = ProcessInfo.processInfo.environment[variable], !text.isEmpty else {
      return nil
    }
    do {
      let url = try DatabaseURL(text)
      return url.hosts.first.map { make(url, $0) }
    } catch {
      fatalError("\(variable) is no database URL: \(error)")
    }
  }

  func makeDatabase() async throws -> String {
    let name = "case_" + UUID().uuidString.lowercased().replacing("-", with: "")
    try await admin(create(name))
    return url(host.name, host.port, name)
  }

  func removeDatabase(_ url: String) async {
    guard let start = url.firstRange(of: "case_")?.lowerBound else { return }
    do { try await admin(drop(String(url[start...].prefix(37)))) } catch {
      print("the place of a case stays: \(error)")
    }
  }

  func proxy(for url: String) throws -> FaultProxy {
    let server = ServerAddress.tcp(host: host.name, port: host.port ?? 0)
    return try FaultProxy(to: server, wire) { port throws(DatabaseError) in
      let there = address(host.name, host.port)
      return try DatabaseURL(url.replacing(there, with: address("127.0.0.1", port)))
    }
  }

  private func url(_ host: String, _ port: Int?, _ name: String?) -> String {
    "odbc:\(string);\(address(host, port))" + (name.map { ";" + place($0) } ?? "")
  }

  private func address(_ host: String, _ port: Int?) -> String {
    "\(hostKeyword)=\(host);Port=\(port ?? 0)"
  }

  private func admin(_ statement: String) async throws {
    var configuration = DatabaseConfiguration()
    configuration.maxConnections = 1
    let database = try await Database.open(
      DatabaseURL(url(host.name, host.port, nil)), with: driver, configuration: configuration)
    do { try await database.exec(SQL(raw: statement)) } catch {
      await database.close()
      throw error
    }
    await database.close()
  }
}
