import ChatClient
import DriverConformance
import Foundation
import Testing

@Suite("The chat over ODBC", .serialized, .timeLimit(.minutes(2)))
struct ChatTests {
  private static let backends: [any ConformanceHarness] =
    [SQLiteFile()] + [ODBCServer.postgres, ODBCServer.mariadb].compactMap { $0 }

  @Test(arguments: 0..<backends.count)
  func `what was said is there after a restart`(backend: Int) async throws {
    let harness = Self.backends[backend]
    let database = try await harness.makeDatabase()
    do {
      let text = "hello over \(harness.name), \(UUID())"
      try await serving(database) { port in
        let user = try ChatUser("ann", port: port)
        try user.say(text)
        try user.hear(text)
      }
      try await serving(database) { port in try ChatUser("bob", port: port).hear(text) }
    } catch {
      await harness.removeDatabase(database)
      throw error
    }
    await harness.removeDatabase(database)
  }

  /// Runs `odbc-chat-server`, the program, for as long as `body` takes.
  private func serving(_ database: String, _ body: (UInt16) throws -> Void) async throws {
    let directory = FileManager.default.temporaryDirectory.path + "/odbc-chat-" + UUID().uuidString
    defer { try? FileManager.default.removeItem(atPath: directory) }
    let port = try Loopback.freePort()
    let server = Process()
    server.executableURL = Self.executable
    server.environment = [
      "MARCHAT_CONFIG_DIR": directory, "MARCHAT_PORT": "\(port)", "MARCHAT_DB_PATH": database,
      "DOVETAIL_BIND": "127.0.0.1",
    ]
    try server.run()
    defer {
      server.terminate()
      server.waitUntilExit()
    }
    try await waitUntilServing(port, server)
    try body(port)
  }

  private func waitUntilServing(_ port: UInt16, _ server: Process) async throws {
    for _ in 1...200 where server.isRunning {
      if Loopback.isServed(port) { return }
      try await Task.sleep(for: .milliseconds(50))
    }
    throw ChatFailure("the server does not serve")
  }

  /// Where the build puts it: beside the bundle of the tests.
  private static var executable: URL? {
    CommandLine.arguments.first { $0.hasSuffix(".xctest") }.map {
      URL(fileURLWithPath: $0).deletingLastPathComponent()
        .appendingPathComponent("odbc-chat-server")
    }
  }
}
