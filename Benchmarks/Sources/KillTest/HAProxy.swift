import ChatClient
import Foundation
import Synchronization

/// The proxy in front of the servers, with the configuration that the documentation shows.
final class HAProxy: Sendable {
  /// Where clients connect.
  let port: Int
  private let log: URL
  private let process = Mutex<Process?>(nil)

  /// Writes the configuration for servers on these ports and starts the proxy.
  ///
  /// - Parameter configuration: the documentation's file, of which only addresses are replaced.
  init(configuration: String, servers: [Int], directory: URL) async throws {
    port = try FreePort.find()
    log = directory.appendingPathComponent("haproxy.log")
    let file = directory.appendingPathComponent("haproxy.cfg")
    let text = try String(contentsOfFile: configuration, encoding: .utf8)
    try Self.adapted(text, port: port, servers: servers).write(
      to: file, atomically: true, encoding: .utf8)
    try Data().write(to: log)
    let output = try FileHandle(forWritingTo: log)
    let started = Process()
    // Debian keeps it where only root looks.
    started.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    started.arguments = ["haproxy", "-db", "-f", file.path]
    var environment = ProcessInfo.processInfo.environment
    environment["PATH", default: "/usr/bin:/bin"] += ":/usr/sbin:/sbin"
    started.environment = environment
    started.standardInput = FileHandle.nullDevice
    started.standardOutput = output
    started.standardError = output
    try started.run()
    process.withLock { $0 = started }
    let limit = ContinuousClock.now + .seconds(10)
    while !FreePort.accepts(port) {
      guard started.isRunning, ContinuousClock.now < limit else {
        kill()
        throw ChatClientError(
          "HAProxy does not run (Debian: apt-get install haproxy). Its words: \(lastWords)")
      }
      try await Task.sleep(for: .milliseconds(20))
    }
  }

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

  /// The documentation's configuration with other addresses.
  static func adapted(
    _ text: String, port: Int, servers: [Int]
  ) throws(ChatClientError) -> String {
    var lines: [Substring] = []
    var hasBind = false
    var serversAreIn = false
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      let words = line.split(separator: " ")
      if words.first == "bind" {
        hasBind = true
        lines.append("    bind 127.0.0.1:\(port)")
      } else if words.first == "server" {
        guard !serversAreIn else { continue }
        serversAreIn = true
        for (index, port) in servers.enumerated() {
          lines.append("    server chat\(index + 1) 127.0.0.1:\(port)")
        }
      } else {
        lines.append(line)
      }
    }
    guard hasBind, serversAreIn else {
      throw ChatClientError("The configuration of HAProxy has no line of bind or of server.")
    }
    return lines.joined(separator: "\n")
  }
}
