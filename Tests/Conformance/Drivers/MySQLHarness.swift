import DriverAPI
import DriverConformance
import DriverMySQL
import Foundation

/// A MariaDB or MySQL server, reached in one of the ways that `Scripts/databases urls` prints; every
/// case gets a database of its own.
struct MySQLServer: ConformanceHarness {
  /// A way to the server, and the variable that names it.
  enum Way: String, CaseIterable {
    case tcp = "DOVETAIL_MYSQL_URL"
    case tls = "DOVETAIL_MYSQL_TLS_URL"
    case socket = "DOVETAIL_MYSQL_SOCKET_URL"

    /// The URL, if the server is there.
    var url: String? { ProcessInfo.processInfo.environment[rawValue] }
  }

  let way: Way
  let driver: any Driver = MySQLDriver()

  var name: String { "MariaDB over \(way)" }

  func makeDatabase() async throws -> String {
    let name = "case_\(UUID().uuidString.prefix(13).replacing("-", with: "_").lowercased())"
    let admin = try await Self.admin.value
    try await admin.exec(SQL(raw: "CREATE DATABASE \(name)"))
    return try url(database: name)
  }

  func removeDatabase(_ url: String) async {
    guard let name = try? DatabaseURL(url).database, let admin = try? await Self.admin.value else {
      return
    }
    _ = try? await admin.exec(SQL(raw: "DROP DATABASE IF EXISTS \(name)"))
  }

  /// A server that may be demoted, where it is reached without TLS as the case's is.
  func secondServer(for url: String) async throws -> SecondServer? {
    let url = try DatabaseURL(url)
    guard way == .tcp,
      let second = ProcessInfo.processInfo.environment["DOVETAIL_MYSQL_SECOND_URL"],
      let database = url.database
    else { return nil }
    return try await SecondServer(DatabaseURL(second), for: url, in: database, driver: driver)
  }

  /// The way's URL with another database in it.
  func url(database: String) throws -> String {
    guard let url = way.url else { throw CocoaError(.featureUnsupported) }
    let parts = url.split(separator: "?", maxSplits: 1)
    guard let slash = parts[0].lastIndex(of: "/") else { throw CocoaError(.featureUnsupported) }
    let options = parts.count > 1 ? "?" + parts[1] : ""
    return parts[0][...slash] + database + options
  }

  /// What creates and drops the databases of the cases.
  private static let admin = Task {
    guard let url = Way.tcp.url else { throw CocoaError(.featureUnsupported) }
    var configuration = DatabaseConfiguration()
    configuration.maxConnections = 4
    return try await Database.open(
      DatabaseURL(url), with: MySQLDriver(), configuration: configuration)
  }
}
