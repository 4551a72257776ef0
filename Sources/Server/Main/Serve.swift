import ArgumentParser
import DriverAPI
import Foundation

/// `dovetail-server serve`: runs the server until it is told to stop.
struct Serve: ServerSubcommand {
  static let configuration = CommandConfiguration(abstract: "Run the server (the default).")

  @OptionGroup var options: ConfigurationOptions

  func run(with drivers: DriverRegistry) async throws {
    options.deprecations.forEach(Terminal.complain)
    let configuration = try load()
    let flags = options.flags
    for warning in configuration.warnings { Terminal.complain("[WARNING] \(warning)") }
    do {
      try await ServerApp.serve(configuration, drivers) { () throws(ConfigurationError) in
        try ServerConfiguration.load(
          flags: flags, environment: ProcessInfo.processInfo.environment)
      }
    } catch {
      Terminal.complain("\(error)")
      throw ExitCode(1)
    }
  }

  private func load() throws -> ServerConfiguration {
    do throws(ConfigurationError) {
      return try ServerConfiguration.load(
        flags: options.flags, environment: ProcessInfo.processInfo.environment)
    } catch {
      Terminal.complain("\(error)")
      if error.step == .loading {
        let names = KnownVariables.marchat + KnownVariables.dovetail
        Terminal.complain("Variables: " + names.joined(separator: ", "))
      }
      throw ExitCode(error.exitCode)
    }
  }
}
