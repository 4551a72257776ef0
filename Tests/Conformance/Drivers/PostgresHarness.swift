import DriverAPI
import DriverConformance
import DriverPostgres
import Foundation

/// A PostgreSQL server that the environment names; every case has a schema of its own on it.
struct PostgresServer: ConformanceHarness {
  let name: String
  let driver: any Driver = PostgresDriver()
  /// Who and where, as the environment says.
  let url: String
  private let admin: PostgresAdmin

  /// A server, if the environment has the variable.
  init?(_ name: String, _ variable: String) {
    guard let url = ProcessInfo.processInfo.environment[variable], !url.isEmpty else { return nil }
    self.name = name
    self.url = url
    admin = PostgresAdmin(url)
  }

  static let plain = PostgresServer("PostgreSQL over TCP", "DOVETAIL_POSTGRES_URL")
  static let encrypted = PostgresServer("PostgreSQL over TLS", "DOVETAIL_POSTGRES_TLS_URL")
  static let socket = PostgresServer("PostgreSQL over a socket", "DOVETAIL_POSTGRES_SOCKET_URL")

  func makeDatabase() async throws -> String {
    let schema = "case_" + UUID().uuidString.lowercased().replacing("-", with: "")
    try await admin.exec("CREATE SCHEMA \(schema)")
    return url(["search_path": schema])
  }

  func removeDatabase(_ url: String) async {
    do {
      let options = try DatabaseURL(url).parameters
      guard let schema = options.first(where: { $0.name == "search_path" })?.value else { return }
      try await admin.exec("DROP SCHEMA \(schema) CASCADE")
    } catch {
      print("a schema of a test stays: \(error)")
    }
  }

  /// A server that may be demoted, where it is reached without TLS as the case's is.
  func secondServer(for url: String) async throws -> SecondServer? {
    let url = try DatabaseURL(url)
    guard name == Self.plain?.name,
      let second = ProcessInfo.processInfo.environment["DOVETAIL_POSTGRES_SECOND_URL"],
      let schema = url.parameters.first(where: { $0.name == "search_path" })?.value
    else { return nil }
    return try await SecondServer(DatabaseURL(second), for: url, in: schema, driver: driver)
  }

  /// The URL with options added.
  func url(_ options: KeyValuePairs<String, String>) -> String {
    options.reduce(url) { url, option in
      url + (url.contains("?") ? "&" : "?") + "\(option.key)=\(option.value)"
    }
  }

  /// Opens the server's database.
  func open(
    _ options: KeyValuePairs<String, String> = [:],
    _ change: (inout DatabaseConfiguration) -> Void = { _ in }
  ) async throws -> Database {
    var configuration = DatabaseConfiguration()
    configuration.maxConnections = 4
    change(&configuration)
    return try await Database.open(
      DatabaseURL(url(options)), with: driver, configuration: configuration)
  }
}

/// One small database for making and removing what tests need, opened when it is first used.
private actor PostgresAdmin {
  private let url: String
  private var opening: Task<Database, any Error>?

  init(_ url: String) {
    self.url = url
  }

  func exec(_ sql: String) async throws {
    _ = try await database().exec(SQL(raw: sql))
  }

  private func database() async throws -> Database {
    if let opening { return try await opening.value }
    let url = url
    let task = Task {
      var configuration = DatabaseConfiguration()
      configuration.maxConnections = 2
      return try await Database.open(
        DatabaseURL(url), with: PostgresDriver(), configuration: configuration)
    }
    opening = task
    return try await task.value
  }
}
