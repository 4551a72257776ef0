import ArgumentParser
import Foundation

/// `dovetail-server doctor`: says what is wrong with the configuration and the database.
struct Doctor: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Check the configuration and the database; serves nothing.")

  @OptionGroup var options: ConfigurationOptions

  @Flag(help: "Print one JSON object instead of text.")
  var json = false

  func run() async throws {
    options.deprecations.forEach(Terminal.complain)
    let code = await ServerApp.doctor(
      flags: options.flags, environment: ProcessInfo.processInfo.environment, asJSON: json)
    guard code == 0 else { throw ExitCode(code) }
  }
}
