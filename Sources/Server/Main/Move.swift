import ArgumentParser
import DriverAPI
import Foundation

/// `dovetail-server move`: copies the chat to another database.
struct Move: ServerSubcommand {
  static let configuration = CommandConfiguration(
    abstract: "Copy the chat to another database, also of another engine.",
    discussion: """
      Reads the database of MARCHAT_DB_PATH, changes nothing in it, and stores the chat in the one of --to, \
      which has no chat yet; a file is created, a database on a server must be there. Killed, it goes on \
      where it was when it is run again. At the end both sides are compared. Exit code 1 means that the move is not done: what is in the way is told.
      """)

  @OptionGroup var options: ConfigurationOptions

  @Option(
    help: ArgumentHelp(
      """
      The database to move to, as MARCHAT_DB_PATH would name it. A password belongs into the variable \
      DOVETAIL_MOVE_TO instead, because others on this machine can see the command line.
      """, valueName: "url"))
  var to: String?

  @Flag(
    help: ArgumentHelp(
      """
      Also while a server serves the chat: what it stores after the move has begun stays behind.
      """))
  var whileServing = false

  func run(with drivers: DriverRegistry) async throws {
    options.deprecations.forEach(Terminal.complain)
    let progress = MoveProgress()
    do {
      let configuration = try ServerConfiguration.load(
        flags: options.flags, environment: ProcessInfo.processInfo.environment)
      guard
        let target = to ?? VariableReader(variables: configuration.variables).text(Self.variable)
      else {
        Terminal.complain("move: name the database to move to, with --to or \(Self.variable)")
        throw ExitCode(2)
      }
      for warning in configuration.warnings { Terminal.complain("[WARNING] \(warning)") }
      // What is no URL is told when it is opened.
      if let to, let url = try? DatabaseURL(to), url.password != nil {
        Terminal.complain(
          "[WARNING] others on this machine can see the password in --to; use \(Self.variable)")
      }
      let move = ChatMove(
        source: configuration.database, target: target, drivers: drivers,
        isWhileServing: whileServing)
      let (report, place) = try await move.run { progress.show($0) }
      progress.end()
      try FileHandle.standardOutput.write(contentsOf: Data(progress.summary(report, place).utf8))
    } catch let code as ExitCode {
      throw code
    } catch {
      progress.end()
      Terminal.complain(MoveFailure.text(of: error))
      throw ExitCode(1)
    }
  }

  private static let variable = "DOVETAIL_MOVE_TO"
}
