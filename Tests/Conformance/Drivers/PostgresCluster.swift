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
  init() throws {
    let root = "/usr/lib/postgresql"
    let versions = try FileManager.default.contentsOfDirectory(atPath: root)
      .compactMap { Int($0) }.sorted()
    programs = "\(root)/\(try #require(versions.last))/bin"
    directory = "/tmp/dovetail-" + UUID().uuidString.prefix(8)
    port = Int.random(in: 30_000...50_000)
    url = "postgres://dovetail@127.0.0.1:\(port)/postgres"
    try Self.run("mkdir \(directory) && chmod 777 \(directory)")
    try asServer(
      "\(programs)/initdb -D \(directory)/data -U dovetail -A trust -E UTF8 --locale C.UTF-8 -N")
    try start()
  }

  func start() throws {
    try asServer(
      "\(programs)/pg_ctl start -s -w -t 60 -D \(directory)/data -l \(directory)/log "
        + "-o '-p \(port) -k \(directory) -c max_connections=100'")
  }

  /// Ends every session at once, as an administrator does who restarts a server.
  func stop() throws {
    try asServer("\(programs)/pg_ctl stop -s -w -t 60 -m fast -D \(directory)/data")
  }

  func remove() {
    try? asServer("\(programs)/pg_ctl stop -s -m immediate -D \(directory)/data")
    try? Self.run("rm -rf \(directory)")
  }

  // The server refuses to run as root.
  private func asServer(_ command: String) throws {
    let isRoot = geteuid() == 0
    try Self.run(isRoot ? "runuser -u postgres -- sh -c \"cd /tmp && \(command)\"" : command)
  }

  private static func run(_ command: String) throws {
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = ["-c", command + " > /dev/null 2>&1 < /dev/null"]
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0, "\(command) failed")
  }
}
