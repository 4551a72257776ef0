import Foundation
import Testing

@testable import Server

/// The server as a process of its own, as an operator runs it.
final class ServedProgram {
  /// The server's executable, where the build puts it: beside the test bundle.
  static var executable: URL? {
    let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") }
    let places =
      [Bundle.main.bundleURL, bundle.map { URL(fileURLWithPath: $0) }]
      .compactMap { $0?.deletingLastPathComponent() } + [Bundle.main.bundleURL]
    return places.map { $0.appendingPathComponent("dovetail-server") }
      .first { FileManager.default.isExecutableFile(atPath: $0.path) }
  }

  let directory: String
  let port: Int
  private let process = Process()
  private let exits = EventQueue<Int32>()
  private let logPath: String

  /// Starts it.
  ///
  /// - Parameters:
  ///   - directory: its configuration directory, with its database.
  ///   - openFiles: the limit of its descriptors; nil for the one of this process.
  init(
    in directory: String, openFiles: Int? = nil, arguments: String = "",
    _ variables: [String: String] = [:]
  ) throws {
    self.directory = directory
    // Below those that the system gives to clients.
    port = Int.random(in: 20_000..<32_000)
    logPath = directory + "/log-\(port)"
    let executable: URL = try #require(Self.executable)
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    let limit = openFiles.map { "ulimit -n \($0); " } ?? ""
    process.arguments = [
      "-c", limit + "exec \"$0\" \(arguments) > \"$1\" 2>&1", executable.path, logPath,
    ]
    process.environment = [
      "HOME": directory, "MARCHAT_CONFIG_DIR": directory, "MARCHAT_PORT": "\(port)",
      "DOVETAIL_BIND": "127.0.0.1", "SWIFT_BACKTRACE": "enable=no",
    ].merging(variables) { $1 }
    process.terminationHandler = { [exits] in exits.add($0.terminationStatus) }
    try process.run()
  }

  /// What it has written.
  var log: String {
    // Not there yet, as long as the shell has not begun.
    (try? String(contentsOfFile: logPath, encoding: .utf8)) ?? ""
  }

  var isRunning: Bool { process.isRunning }

  /// Waits until it has written something.
  func waitForLog(_ text: String) async throws {
    let deadline = ContinuousClock.now + .seconds(30)
    while !log.contains(text) {
      try #require(ContinuousClock.now < deadline, "waited for \(text) in vain: \(log)")
      try await Task.sleep(for: .milliseconds(20))
    }
  }

  /// Waits until it serves.
  func ready() async throws { try await waitForLog("WebSocket: ") }

  func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

  /// How it ended by itself.
  func exitStatus() async throws -> Int32 {
    try #require(await exits.next(timeout: .seconds(30)), "it does not end: \(log)")
  }

  /// Ends it, in an orderly way or not.
  @discardableResult
  func stop(_ signal: Int32 = SIGTERM) async throws -> Int32 {
    send(signal)
    return try await exitStatus()
  }

  /// Runs `body` with a directory that is removed afterwards.
  static func withDirectory(_ body: (String) async throws -> Void) async throws {
    let path = FileManager.default.temporaryDirectory.path + "/served-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    do {
      try await body(path)
    } catch {
      try FileManager.default.removeItem(atPath: path)
      throw error
    }
    try FileManager.default.removeItem(atPath: path)
  }
}
