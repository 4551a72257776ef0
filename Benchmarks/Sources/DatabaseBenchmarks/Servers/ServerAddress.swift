import DriverAPI
import DriverMySQL
import DriverPostgres
import Foundation

/// A server to measure on.
struct ServerAddress: Sendable {
  let engine: Engine
  /// The URL as it was given.
  let text: String
  let url: DatabaseURL

  /// How many connections Dovetail's pool has, and the threads of a C loop that takes its place.
  static let poolSize = DatabaseConfiguration().maxConnections

  /// The server that the environment names; nil if it names none, or the engine needs none.
  init?(_ engine: Engine) throws {
    guard let variable = engine.urlVariable,
      let text = ProcessInfo.processInfo.environment[variable], !text.isEmpty
    else { return nil }
    self.engine = engine
    self.text = text
    url = try DatabaseURL(text)
  }

  /// Opens the database with Dovetail's defaults.
  ///
  /// - Parameter option: an option of the driver to be added to the URL.
  func open(with option: String? = nil) async throws -> Database {
    let separator = text.contains("?") ? "&" : "?"
    return try await Database.open(
      text + (option.map { separator + $0 } ?? ""),
      registry: DriverRegistry(PostgresDriver(), MySQLDriver()))
  }

  /// How many connections Dovetail shares between tasks on this server.
  func pipelineCount() throws -> Int {
    engine == .postgres ? try PostgresDriver().plan(for: url).maxPipelines : 0
  }

  /// Everybody who can take part.
  func contenders() async throws -> [any ServerContender] {
    func dovetail(
      _ name: String, with option: String? = nil, anywhere: Bool = false
    ) async throws -> DovetailServerContender {
      let database = try await open(with: option)
      return DovetailServerContender(
        name, database, at: self, on: anywhere ? nil : database.taskExecutor)
    }
    let subject = try await dovetail(CaseReport.subject)
    let anywhere = try await dovetail("any-thread", anywhere: true)
    let there = try await dovetail(DovetailServerContender.onExecutor)
    switch engine {
    case .sqlite: return []
    case .mariadb: return [subject, RawMariaDBContender(self), anywhere, there]
    case .postgres:
      let raw = RawPostgresContender(self, pipelineCount: try pipelineCount())
      return [subject, raw, try await dovetail("pool-10", with: "pipelines=0"), anywhere, there]
    }
  }

  /// What is measured, for the first line of the report.
  func description(of database: Database) async throws -> String {
    let host = url.hosts.first
    let way = host?.isSocket == true ? "by a Unix socket" : "over TCP"
    let encryption = try await isEncrypted(database) ? "with TLS" : "without TLS"
    let server = database.server
    return "# \(engine.rawValue): \(server.product) \(server.version) \(way) \(encryption)"
  }

  private func isEncrypted(_ database: Database) async throws -> Bool {
    if engine == .postgres {
      return try await database.queryRow(
        "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()", as: Bool.self) == true
    }
    let cipher = try await database.queryRow(
      "SHOW STATUS LIKE 'Ssl_cipher'", as: (String, String).self)
    return cipher?.1.isEmpty == false
  }
}
