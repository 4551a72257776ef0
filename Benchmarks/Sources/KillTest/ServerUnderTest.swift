import ChatClient
import Foundation
import Synchronization

/// The server binary, started again and again on the same data.
final class ServerUnderTest: Sendable {
  /// Where it listens.
  let port: Int
  private let executable: URL
  private let environment: [String: String]
  private let log: URL
  private let process = Mutex<Process?>(nil)

  /// A server that keeps its configuration in `directory` and its messages at `database`, with
  /// `extra` variables beside those that are needed.
  init(
    executable: String, directory: URL, database: String, extra: [String: String]
  ) throws(ChatClientError) {
    self.executable = URL(fileURLWithPath: executable)
    guard FileManager.default.isExecutableFile(atPath: executable) else {
      throw ChatClientError("\(executable) is no executable file; build the server first.")
    }
    port = try FreePort.find()
    log = directory.appendingPathComponent("server.log")
    // Whoever runs this test may have a server of their own configured in the environment.
    var environment = ProcessInfo.processInfo.environment.filter { name, _ in
      !name.hasPrefix("MARCHAT_") && !name.hasPrefix("DOVETAIL_")
    }
    environment["MARCHAT_PORT"] = "\(port)"
    environment["MARCHAT_CONFIG_DIR"] = directory.path
    environment["MARCHAT_DB_PATH"] = database
    environment["MARCHAT_ADMIN_KEY"] = "kill-test"
    environment["MARCHAT_USERS"] = "kt-admin"
    environment["MARCHAT_MESSAGE_RETENTION_MAX"] = "1000000000"
    environment["DOVETAIL_RATE_LIMIT"] = "off"
    self.environment = environment.merging(extra) { _, extra in extra }
  }

  /// Starts it and waits until it accepts connections.
  func start() async throws {
    if !FileManager.default.fileExists(atPath: log.path) {
      try Data().write(to: log)
    }
    let output = try FileHandle(forWritingTo: log)
    try output.seekToEnd()
    let started = Process()
    started.executableURL = executable
    started.environment = environment
    started.currentDirectoryURL = log.deletingLastPathComponent()
    started.standardInput = FileHandle.nullDevice
    started.standardOutput = output
    started.standardError = output
    try started.run()
    try output.close()
    process.withLock { $0 = started }
    let limit = ContinuousClock.now + .seconds(20)
    while !FreePort.accepts(port) {
      guard started.isRunning, ContinuousClock.now < limit else {
        kill()
        throw ChatClientError(
          "The server does not accept connections on port \(port). Its last words:\n\(lastWords)")
      }
      try await Task.sleep(for: .milliseconds(10))
    }
  }

  /// Ends it in the orderly way and waits until it has.
  func stop() async throws {
    let running = process.withLock { $0 }
    guard let running, running.isRunning else { return }
    signal(SIGTERM)
    let limit = ContinuousClock.now + .seconds(60)
    while running.isRunning {
      guard ContinuousClock.now < limit else {
        throw ChatClientError(
          "The server on port \(port) does not stop. Its last words:\n\(lastWords)")
      }
      try await Task.sleep(for: .milliseconds(20))
    }
    process.withLock { $0 = nil }
  }

  /// Sends it a signal, such as SIGSTOP.
  func signal(_ number: Int32) {
    process.withLock { process in
      guard let process, process.isRunning else { return }
      Foundation.kill(process.processIdentifier, number)
    }
  }

  /// Ends it as a power failure would end its process: at once, without a chance to tidy up.
  func kill() {
    process.withLock { process in
      guard let running = process, running.isRunning else { return }
      Foundation.kill(running.processIdentifier, SIGKILL)
      running.waitUntilExit()
      process = nil
    }
  }

  private var lastWords: String {
    guard let data = try? Data(contentsOf: log) else { return "(no log)" }
    return String(decoding: data.suffix(2000), as: UTF8.self)
  }
}
