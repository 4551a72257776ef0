import ChatClient
import DriverConformance
import Foundation
import Testing

@Suite("The chat over Firebird", .serialized, .timeLimit(.minutes(2)))
struct ChatTests {
  private static let backends: [any ConformanceHarness] = [FirebirdFile(), FirebirdServer()]

  @Test(arguments: 0..<backends.count)
  func `what was said is there after a restart`(backend: Int) async throws {
    try await withDatabase(backend) { database in
      let text = "hello, \(UUID())"
      try await serving(database) { port in
        let user = try ChatUser("ann", port: port)
        try user.say(text)
        try user.hear(text)
      }
      try await serving(database) { port in try ChatUser("bob", port: port).hear(text) }
    }
  }

  @Test(arguments: 0..<backends.count)
  func `what was said is found`(backend: Int) async throws {
    try await withDatabase(backend) { database in
      try await serving(database) { port in
        let user = try ChatUser("ann", port: port)
        try user.say("a needle: 100% of it")
        try user.hear("a needle: 100% of it")
        try user.say("nothing of the kind")
        try user.hear("nothing of the kind")
        try user.say("100%", type: "search")
        try user.hear("needle", besides: "nothing of the kind")
      }
    }
  }

  @Test(arguments: 0..<backends.count)
  func `no more is kept than was asked for`(backend: Int) async throws {
    try await withDatabase(backend) { database in
      try await serving(database, ["MARCHAT_MESSAGE_RETENTION_MAX": "3"]) { port in
        let user = try ChatUser("ann", port: port)
        for number in 1...6 {
          try user.say("number \(number)")
          try user.hear("number \(number)")
        }
      }
      // What is too many goes when the server starts, too.
      try await serving(database, ["MARCHAT_MESSAGE_RETENTION_MAX": "3"]) { port in
        Thread.sleep(forTimeInterval: 2)
        try ChatUser("bob", port: port).hear("number 6", besides: "number 1")
      }
    }
  }

  @Test(arguments: 0..<backends.count)
  func `the doctor finds nothing wrong`(backend: Int) async throws {
    try await withDatabase(backend) { database in
      try await serving(database) { _ in }
      let doctor = program(["doctor"], database, [:])
      let output = Pipe()
      doctor.standardOutput = output
      try doctor.run()
      let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      doctor.waitUntilExit()
      #expect(doctor.terminationStatus == 0, "\(text)")
      #expect(text.contains("firebird"), "\(text)")
    }
  }

  private func withDatabase(_ backend: Int, _ body: (String) async throws -> Void) async throws {
    let harness = Self.backends[backend]
    let database = try await harness.makeDatabase()
    do { try await body(database) } catch {
      await harness.removeDatabase(database)
      throw error
    }
    await harness.removeDatabase(database)
  }

  /// Runs `firebird-chat-server`, the program, for as long as `body` takes.
  private func serving(
    _ database: String, _ settings: [String: String] = [:], _ body: (UInt16) throws -> Void
  ) async throws {
    let port = try Loopback.freePort()
    let server = program([], database, settings.merging(["MARCHAT_PORT": "\(port)"]) { $1 })
    try server.run()
    defer {
      server.terminate()
      server.waitUntilExit()
    }
    try await waitUntilServing(port, server)
    try body(port)
  }

  private func program(
    _ arguments: [String], _ database: String, _ settings: [String: String]
  ) -> Process {
    let process = Process()
    process.executableURL = Self.executable
    process.arguments = arguments
    process.environment = [
      "MARCHAT_CONFIG_DIR": FirebirdHome.folder + "/chat-" + UUID().uuidString,
      "MARCHAT_DB_PATH": database, "DOVETAIL_BIND": "127.0.0.1", "FIREBIRD": FirebirdHome.folder,
      "FIREBIRD_LOCK": FirebirdHome.folder + "/lock", "TZ": "UTC",
    ].merging(settings) { $1 }
    return process
  }

  private func waitUntilServing(_ port: UInt16, _ server: Process) async throws {
    for _ in 1...400 where server.isRunning {
      if Loopback.isServed(port) { return }
      try await Task.sleep(for: .milliseconds(50))
    }
    throw ChatFailure("the server does not serve")
  }

  /// Where the build puts it: beside the bundle of the tests.
  private static var executable: URL? {
    CommandLine.arguments.first { $0.hasSuffix(".xctest") }.map {
      URL(fileURLWithPath: $0).deletingLastPathComponent()
        .appendingPathComponent("firebird-chat-server")
    }
  }
}
