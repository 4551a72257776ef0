import ArgumentParser
import ChatClient
import NIOCore
import NIOPosix

/// What a connection that does nothing costs the server.
struct Idle: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "The server's memory per idle connection.")

  @OptionGroup var server: ServerOptions

  @Option(help: "Connections to hold.")
  var connections = 500

  @Option(help: "Seconds to wait after the last one before the memory is read.")
  var settle = 3.0

  @Option(help: "What the names of users begin with.")
  var prefix = "idle"

  func validate() throws {
    guard (1...60_000).contains(connections), (0...600).contains(settle) else {
      throw ValidationError("--connections must be 1 to 60000, --settle 0 to 600.")
    }
  }

  func run() async throws {
    let address = try server.address()
    guard let process = try server.process(at: address) else {
      throw ChatClientError(
        "No process of this machine was found that listens on port \(address.port); "
          + "name it with --pid.")
    }
    try FileLimit.allow(sockets: connections)
    let before = try process.residentKiB()
    let loop = MultiThreadedEventLoopGroup.singleton.next()
    let crowd = try await IdleCrowd.gather(
      connections, prefix: prefix, address: address, on: loop)
    try await Task.sleep(for: .seconds(settle))
    let after = try process.residentKiB()
    let remaining = try await crowd.disperse()
    let each = decimal(Double(after - before) / Double(connections))
    print("\(connections) idle connections: \(before) KiB before, \(after) KiB after, \(each) each")
    print(
      "chat-load mode=idle connections=\(connections) remaining=\(remaining) "
        + "rss_before_kib=\(before) rss_after_kib=\(after) kib_per_connection=\(each)")
    if remaining < connections { throw ExitCode.failure }
  }
}
