import Foundation
import Testing

/// A MariaDB server of one test's own, which lets in whom the test says and takes few connections.
final class MariaDBServer: Sendable {
  /// The port, on 127.0.0.1.
  let port: Int
  private let directory: String

  /// Creates and starts a server that nobody but its superuser, by the socket, gets into.
  init() async throws {
    directory = "/tmp/dovetail-" + UUID().uuidString.prefix(8)
    // Free again when the listener is gone, and not given to the next who asks for any port.
    port = try SilentListener().port
    try await run("mkdir \(directory) && chmod 777 \(directory)")
    try await run(
      Self.asServer(
        "mariadb-install-db --no-defaults --datadir=\(directory)/data "
          + "--auth-root-authentication-method=normal --skip-test-db"))
    // Temporary tables in a folder of its own: when it starts it removes those of all servers that share it.
    try await run(Self.asServer("mkdir \(directory)/tmp"))
    try await run(
      Self.asServer(
        "PATH=\\$PATH:/usr/sbin setsid -f mariadbd --no-defaults --datadir=\(directory)/data "
          + "--tmpdir=\(directory)/tmp "
          + "--socket=\(directory)/socket --pid-file=\(directory)/pid --port=\(port) "
          + "--bind-address=127.0.0.1 --skip-name-resolve --max-connections=10"))
    try await run(
      "for i in $(seq 200); do \(client) -e 'SELECT 1' && exit 0; sleep 0.1; done; exit 1")
  }

  /// Runs statements as the superuser.
  func exec(_ sql: String) async throws { try await run("\(client) -e \"\(sql)\"") }

  /// Ends the server and removes its files; what remains of them is left to the system.
  func remove() {
    _ = system("(kill -9 $(cat \(directory)/pid); rm -rf \(directory)) > /dev/null 2>&1")
  }

  private var client: String { "mariadb --no-defaults -S \(directory)/socket -u root" }

  // The server refuses to run as root.
  private static func asServer(_ command: String) -> String {
    geteuid() == 0 ? "runuser -u mysql -- sh -c \"cd /tmp && \(command)\"" : "sh -c \"\(command)\""
  }

  private func run(_ command: String) async throws {
    try #require(await Shell.status(of: command) == 0, "\(command) failed")
  }
}
