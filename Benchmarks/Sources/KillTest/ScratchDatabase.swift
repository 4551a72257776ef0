import DriverAPI
import DriverMySQL
import DriverPostgres
import Foundation

/// A database of the test's own on a server whose user may create some.
struct ScratchDatabase {
  /// Its URL: the server's with another name.
  let url: String
  private let server: String
  private let name: String

  /// Creates it.
  init(on server: String) async throws {
    self.server = server
    name = "kill_test_" + UUID().uuidString.prefix(8).lowercased()
    url = Self.renamed(server, to: name)
    try await Self.administrate(server, "CREATE DATABASE \(name)")
  }

  /// Removes it; nothing may use it any more.
  func remove() async throws {
    try await Self.administrate(server, "DROP DATABASE \(name)")
  }

  private static func administrate(_ server: String, _ statement: String) async throws {
    let database = try await Database.open(
      server, registry: try DriverRegistry(PostgresDriver(), MySQLDriver()))
    do {
      try await database.exec(SQL(raw: statement))
    } catch {
      await database.close()
      throw error
    }
    await database.close()
  }

  // The name stands behind the last slash in front of the options, in a URL as in a Go-style DSN.
  private static func renamed(_ url: String, to name: String) -> String {
    let parts = url.split(separator: "?", maxSplits: 1)
    let end = parts[0].lastIndex(of: "/") ?? parts[0].endIndex
    return parts[0][..<end] + "/" + name + (parts.count > 1 ? "?" + parts[1] : "")
  }
}
