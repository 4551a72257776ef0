import DriverAPI
import Foundation
import Testing

/// A database of a test's own, removed at its end.
struct TestDatabase: Sendable {
  let backend: TestBackend
  /// Its URL, without options of the test's own.
  let url: String

  // Each chat takes several connections and real time; too many at once would only time out.
  private static let gate = TestGate(4)

  /// Runs `body` with a fresh database.
  static func run<R>(
    on backend: TestBackend, _ body: (TestDatabase) async throws -> R
  ) async throws -> R {
    guard let server = backend.serverURL else { return try await runInFolder(backend, body) }
    await gate.enter()
    defer { gate.leave() }
    let name = "chat_" + UUID().uuidString.filter { $0 != "-" }.lowercased()
    try await administrate(backend, "CREATE DATABASE \(name)")
    let outcome: Result<R, any Error>
    do {
      outcome = .success(
        try await body(TestDatabase(backend: backend, url: renamed(server, to: name))))
    } catch { outcome = .failure(error) }
    try await administrate(
      backend, "DROP DATABASE \(name)" + (backend.name == "postgres" ? " WITH (FORCE)" : ""))
    return try outcome.get()
  }

  /// Opens it once more, as another process would.
  ///
  /// - Parameters:
  ///   - options: of the URL, for SQLite alone.
  ///   - line: by which the connections can be cut.
  ///   - proxied: the URL that leads through a proxy to the same database; nil for the direct one.
  func open(
    sqliteOptions options: String = "", line: FaultyLine? = nil, through proxied: DatabaseURL? = nil
  ) async throws -> Database {
    var configuration = DatabaseConfiguration()
    configuration.maxConnections = 4
    return try await Database.open(
      try proxied ?? DatabaseURL(backend.serverURL == nil ? url + options : url),
      with: line.map { CommitFaultDriver(driver: backend.driver, line: $0) } ?? backend.driver,
      configuration: configuration)
  }

  private static func runInFolder<R>(
    _ backend: TestBackend, _ body: (TestDatabase) async throws -> R
  ) async throws -> R {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("chat-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let outcome: Result<R, any Error>
    do {
      outcome = .success(
        try await body(TestDatabase(backend: backend, url: "sqlite:\(folder.path)/chat.db")))
    } catch { outcome = .failure(error) }
    try FileManager.default.removeItem(at: folder)
    return try outcome.get()
  }

  private static func administrate(_ backend: TestBackend, _ statement: String) async throws {
    var configuration = DatabaseConfiguration()
    configuration.maxConnections = 1
    let database = try await Database.open(
      try DatabaseURL(try #require(backend.serverURL)), with: backend.driver,
      configuration: configuration)
    let outcome: Result<Void, any Error>
    do {
      try await database.exec(SQL(raw: statement))
      outcome = .success(())
    } catch { outcome = .failure(error) }
    await database.close()
    try outcome.get()
  }

  /// A server's URL with another database behind the last slash before the options.
  static func renamed(_ url: String, to name: String) -> String {
    let parts = url.split(separator: "?", maxSplits: 1)
    let place = parts[0]
    let end = place.lastIndex(of: "/") ?? place.endIndex
    return place[..<end] + "/" + name + (parts.count > 1 ? "?" + parts[1] : "")
  }
}
