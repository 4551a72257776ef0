import ArgumentParser
public import DriverAPI
import Foundation

/// The chat server as a program, for packages that bring a driver of their own.
///
/// ```swift
/// @main
/// enum MyServer {
///   static func main() async { await ServerProgram.run(adding: MyDriver()) }
/// }
/// ```
public enum ServerProgram {
  /// Runs the process's command line and ends the process.
  ///
  /// Exit code 1 means that the server did not start or a check of `doctor` found an error, 2 that
  /// the command line was wrong or a driver claims a scheme that another one has.
  ///
  /// - Parameter drivers: what the server can open beside the drivers that it was built with.
  public static func run(adding drivers: any Driver...) async -> Never {
    let arguments = ArgumentNormaliser.normalise(Array(CommandLine.arguments.dropFirst()))
    do {
      let registry = try ServerApp.drivers()
      for driver in drivers { try registry.register(driver) }
      var command = try ServerCommand.parseAsRoot(arguments)
      if let command = command as? any ServerSubcommand {
        try await command.run(with: registry)
      } else {
        try command.run()
      }
    } catch let code as ExitCode {
      exit(code.rawValue)
    } catch let error as DatabaseError {
      fail("\(error)")
    } catch {
      guard ServerCommand.exitCode(for: error) == .success else {
        fail(ServerCommand.fullMessage(for: error))
      }
      print(ServerCommand.fullMessage(for: error))
    }
    exit(0)
  }

  private static func fail(_ message: String) -> Never {
    Terminal.complain(message)
    exit(2)
  }
}
