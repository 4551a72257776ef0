import ArgumentParser
import DriverAPI

/// The command line: hands over to a subcommand.
struct ServerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dovetail-server",
    abstract: "A chat server for the marchat client.",
    discussion: """
      Configured by environment variables and by .env in the configuration directory; the \
      environment wins. Without any variable it serves port 8080 with an embedded database.
      """,
    version: ServerVersion.current.detail,
    subcommands: [Serve.self, Doctor.self, Move.self],
    defaultSubcommand: Serve.self)
}

/// A subcommand, which is told what databases there are.
protocol ServerSubcommand: ParsableCommand {
  func run(with drivers: DriverRegistry) async throws
}
