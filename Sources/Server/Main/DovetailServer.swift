import ArgumentParser
import Foundation

/// The program: parses the command line and hands over to a subcommand.
@main
struct DovetailServer: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dovetail-server",
    abstract: "A chat server for the marchat client.",
    discussion: """
      Configured by environment variables and by .env in the configuration directory; the \
      environment wins. Without any variable it serves port 8080 with an embedded database.
      """,
    subcommands: [Serve.self, Doctor.self],
    defaultSubcommand: Serve.self)

  /// Runs the program and never returns. Exit code 2 means that the command line was wrong.
  static func main() async {
    let arguments = ArgumentNormaliser.normalise(Array(CommandLine.arguments.dropFirst()))
    do {
      var command = try parseAsRoot(arguments)
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
    } catch let code as ExitCode {
      Foundation.exit(code.rawValue)
    } catch {
      guard exitCode(for: error) != .success else {
        print(fullMessage(for: error))
        Foundation.exit(0)
      }
      Terminal.complain(fullMessage(for: error))
      Foundation.exit(2)
    }
    Foundation.exit(0)
  }
}
