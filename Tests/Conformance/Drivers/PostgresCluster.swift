import Foundation
import Testing

/// A PostgreSQL server of one test's own, which it may stop and kill.
final class PostgresCluster: Sendable {
  /// `postgres://…/postgres`, without options.
  let url: String
  private let directory: String
  private let port: Int
  private let programs: String

  /// Creates and starts a server without TLS that trusts everybody on this machine.
  init() async throws {
    let root = "/usr/lib/postgresql"
    let versions = try FileManager.default.contentsOfDirectory(atPath: root)
      .compactMap { Int($0) }.sorted()
    programs = "\(root)/\(try #require(versions.last))/bin"
    directory = "/tmp/dovetail-" + UUID().uuidString.prefix(8)
    // Free again when the listener is gone, and not given to the next who asks for any port.
    port = try SilentListener().port
    url = "postgres://dovetail@127.0.0.1:\(port)/postgres"
    try await Self.run("mkdir \(directory) && chmod 777 \(directory)")
    try await asServer(
      "\(programs)/initdb -D \(directory)/data -U dovetail -A trust -E UTF8 --locale C.UTF-8 -N")
    try await start()
  }

  func start() async throws {
    try await asServer(
      "\(programs)/pg_ctl start -s -w -t 60 -D \(directory)/data -l \(directory)/log "
        + "-o '-p \(port) -k \(directory) -c max_connections=100'")
  }

  /// Ends every session at once, as an administrator does who restarts a server.
  func stop() async throws {
    try await asServer("\(programs)/pg_ctl stop -s -w -t 60 -m fast -D \(directory)/data")
  }

  /// Starts again as a standby, of a primary that sends nothing.
  func becomeStandby() async throws {
    try await stop()
    try await asServer("touch \(directory)/data/standby.signal")
    try await start()
  }

  /// Ends being a standby; sessions stay.
  func promote() async throws {
    try await asServer("\(programs)/pg_ctl promote -s -w -t 60 -D \(directory)/data")
  }

  /// Ends the server and removes its files; what remains of them is left to the system.
  func remove() {
    let stop = Self.asServer("\(programs)/pg_ctl stop -s -m immediate -D \(directory)/data")
    _ = system("\(stop) > /dev/null 2>&1; rm -rf \(directory)")
  }

  private func asServer(_ command: String) async throws {
    try await Self.run(Self.asServer(command))
  }

  // The server refuses to run as root.
  private static func asServer(_ command: String) -> String {
    geteuid() == 0 ? "runuser -u postgres -- sh -c \"cd /tmp && \(command)\"" : command
  }

  private static func run(_ command: String) async throws {
    try #require(await Shell.status(of: command) == 0, "\(command) failed")
  }
}
