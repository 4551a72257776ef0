import ArgumentParser
import ChatClient
import Foundation

/// Several servers on one database behind HAProxy.
struct Cluster: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract:
      "Several servers on one database behind HAProxy; one of them, or the database, is killed.")

  /// What happens in the middle of a round.
  enum Blow: String, ExpressibleByArgument, CaseIterable, Sendable {
    /// A server is killed with SIGKILL and started again once everybody is served elsewhere.
    case server
    /// A server is stopped for ten seconds and goes on.
    case pause
    /// The database is killed by the command of `--database-killer`.
    case database
    /// All servers are stopped in the orderly way and started again, one after another.
    case rolling
  }

  @Option(help: "The server binary.")
  var server: String

  @Option(help: "How many servers.")
  var servers = 3

  @Option(help: "Users that write at full speed, spread by the proxy.")
  var senders = 300

  @Option(help: "Channels the users move between.")
  var channels = 10

  @Option(help: "How many rounds.")
  var rounds = 10

  @Option(
    parsing: .upToNextOption,
    help: "What happens in the rounds, in turn; without --database-killer not database.")
  var blows: [Blow] = Blow.allCases

  @Option(help: "What the random choices follow from; printed when it is not given.")
  var seed: UInt64?

  @Option(
    help: """
      The URL of a PostgreSQL, MySQL or MariaDB server whose user may create databases: the test \
      works in one of its own and removes it.
      """)
  var on: String

  @Option(
    help: """
      The command that kills the database node that is written to. It need not start it again if \
      another takes its place.
      """)
  var databaseKiller: String?

  @Option(help: "HAProxy's configuration, of which only the addresses are replaced.")
  var proxyConfiguration = "Documentation/deploy/haproxy.cfg"

  @Option(help: "A variable for the servers, as NAME=VALUE; may be repeated.")
  var environment: [String] = []

  @Option(help: "Seconds within which everybody has to be served again.")
  var patience = 5.0

  @Flag(help: "Leave the data and the servers' logs behind.")
  var keep = false

  func validate() throws {
    guard (1...2000).contains(senders), (1...100).contains(channels), (1...9).contains(servers),
      rounds > 0
    else {
      throw ValidationError(
        "--senders must be 1 to 2000, --channels 1 to 100, --servers 1 to 9, --rounds positive.")
    }
    for variable in environment where !variable.dropFirst().contains("=") {
      throw ValidationError("--environment \(variable) is not of the form NAME=VALUE.")
    }
  }

  func run() async throws {
    let directory = FileManager.default.temporaryDirectory
      .appendingPathComponent("cluster-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    try FileLimit.allow(sockets: senders + servers * channels)
    let scratch = try await ScratchDatabase(on: on)
    var nodes: [ServerUnderTest] = []
    for index in 1...servers {
      let home = directory.appendingPathComponent("server-\(index)")
      try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
      let shared = [
        "DOVETAIL_SHARED_DATABASE": "on", "DOVETAIL_DRAIN_SECONDS": "3",
        "MARCHAT_TRUSTED_PROXIES": "127.0.0.1", "DOVETAIL_BIND": "127.0.0.1",
      ]
      nodes.append(
        try ServerUnderTest(
          executable: server, directory: home, database: scratch.url,
          extra: shared.merging(Variables.parse(environment)) { $1 }))
    }
    let all = nodes
    for node in all { try await node.start() }
    let proxy = try await HAProxy(
      configuration: proxyConfiguration, servers: all.map(\.port), directory: directory)
    let kill: @Sendable () -> Void = {
      proxy.kill()
      for node in all { node.kill() }
    }
    let watch = InterruptWatch(kill)
    defer {
      watch.cancel()
      kill()
    }
    let seed = seed ?? UInt64.random(in: 1...UInt64(Int64.max))
    print("seed \(seed), data in \(directory.path), proxy on port \(proxy.port)")
    let trial = try await ClusterTrial(
      servers: all, proxyPort: proxy.port, database: scratch.url,
      killer: databaseKiller.map(ShellCommand.init), userCount: senders, channelCount: channels,
      patience: .seconds(patience), seed: seed)
    let blows = blows.filter { $0 != .database || databaseKiller != nil }
    let violationCount = try await trial.run(rounds: rounds, blows: blows)
    print(
      "cluster-test servers=\(servers) rounds=\(rounds) senders=\(senders) seed=\(seed) "
        + "violations=\(violationCount)")
    guard violationCount == 0 else { throw ExitCode.failure }
    if !keep {
      kill()
      try await scratch.remove()
      try FileManager.default.removeItem(at: directory)
    }
  }
}
