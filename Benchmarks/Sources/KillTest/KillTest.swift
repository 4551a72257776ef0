import ArgumentParser
import ChatClient
import Foundation

/// Kills servers in the middle of their work and looks whether they kept their promises.
@main
struct KillTest: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kill-test",
    abstract:
      "Kills chat servers, or their database, at random moments and checks that nothing shown was lost.",
    subcommands: [OneServer.self, Cluster.self], defaultSubcommand: OneServer.self)
}

/// One server, started again each time.
struct OneServer: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "one", abstract: "One server, or its database.")

  @Option(help: "The server binary.")
  var server: String

  @Option(help: "Users that write at full speed.")
  var senders = 50

  @Option(help: "Channels the users move between.")
  var channels = 10

  @Option(help: "How often the server is killed.")
  var rounds = 10

  @Option(help: "What the random choices follow from; printed when it is not given.")
  var seed: UInt64?

  @Option(help: "Where the server keeps its messages, instead of a new SQLite file.")
  var databaseURL: String?

  @Option(
    help: """
      The URL of a PostgreSQL, MySQL or MariaDB server whose user may create databases: the test \
      works in one of its own and removes it.
      """)
  var on: String?

  @Option(
    help: """
      Instead of the server, kill its database: the command that kills it and starts it again.
      """)
  var databaseKiller: String?

  @Option(help: "A variable for the server, as NAME=VALUE; may be repeated.")
  var environment: [String] = []

  @Option(help: "Seconds of work before the server may be killed, and before it must have been.")
  var earliest = 0.5

  @Option(help: "See --earliest.")
  var latest = 3.0

  @Flag(help: "Leave the data and the server's log behind.")
  var keep = false

  func validate() throws {
    guard (1...2000).contains(senders), (1...1000).contains(channels), rounds > 0 else {
      throw ValidationError("--senders must be 1 to 2000, --channels 1 to 1000, --rounds positive.")
    }
    guard earliest >= 0, earliest <= latest, latest <= 600 else {
      throw ValidationError("--earliest and --latest must be 0 to 600 and in this order.")
    }
    guard on == nil || databaseURL == nil else {
      throw ValidationError("--on and --database-url exclude each other.")
    }
    for variable in environment where !variable.dropFirst().contains("=") {
      throw ValidationError("--environment \(variable) is not of the form NAME=VALUE.")
    }
  }

  func run() async throws {
    let directory = FileManager.default.temporaryDirectory
      .appendingPathComponent("kill-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    try FileLimit.allow(sockets: senders)
    let scratch = if let on { try await ScratchDatabase(on: on) } else { ScratchDatabase?.none }
    let database =
      scratch?.url ?? databaseURL ?? directory.appendingPathComponent("marchat.db").path
    let server = try ServerUnderTest(
      executable: server, directory: directory, database: database, extra: extraVariables)
    let watch = InterruptWatch(server)
    defer {
      watch.cancel()
      server.kill()
    }
    let seed = seed ?? UInt64.random(in: 1...UInt64(Int64.max))
    print("seed \(seed), data in \(directory.path)")
    let trial = try await Trial(
      server: server,
      victim: databaseKiller.map { .database(ShellCommand(text: $0)) } ?? .server,
      database: database, userCount: senders, channelCount: channels, seed: seed)
    let violationCount = try await trial.run(rounds: rounds, moments: earliest...latest)
    print(
      "kill-test rounds=\(rounds) senders=\(senders) seed=\(seed) violations=\(violationCount)")
    guard violationCount == 0 else { throw ExitCode.failure }
    if !keep {
      server.kill()
      try await scratch?.remove()
      try FileManager.default.removeItem(at: directory)
    }
  }

  private var extraVariables: [String: String] { Variables.parse(environment) }
}

/// Variables for servers, as the command line has them.
enum Variables {
  /// Each as NAME=VALUE.
  static func parse(_ texts: [String]) -> [String: String] {
    var variables: [String: String] = [:]
    for text in texts {
      let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      variables[String(parts[0])] = String(parts[1])
    }
    return variables
  }
}
