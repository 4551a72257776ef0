import ArgumentParser
import DriverAPI
import Foundation

/// The program: reads the command line, runs, and says by its exit code how it ended.
@main
struct DovetailConformance: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dovetail-conformance",
    abstract: "Holds a database and its driver to the driver contract.",
    discussion: """
      Needs a database, which may hold anything: it works in schemas, databases or files of its own \
      that begin with dovetail_c_, and removes them. What a run left behind that was killed, the \
      next one removes.

      Exit code: 0 if every promise was kept, 1 if one was broken or could not be checked, 2 if the \
      command line was wrong.
      """)

  @Option(
    help: ArgumentHelp(
      "The database; may be given several times.", valueName: "URL"))
  var url: [String] = []

  @Option(
    help: ArgumentHelp(
      "A second server with the same user, which a check may demote: by the URL of its administrator.",
      valueName: "URL"))
  var second: [String] = []

  @Option(
    help: ArgumentHelp(
      "Only this clause, such as TX-9, this family, such as TX, or this check, as --list names it; may be given several times.",
      valueName: "CLAUSE"))
  var only: [String] = []

  @Option(help: ArgumentHelp("Write a JUnit report to this file.", valueName: "FILE"))
  var report: String?

  @Option(help: ArgumentHelp("Write a table in Markdown to this file.", valueName: "FILE"))
  var markdown: String?

  @Flag(help: "Print the results as JSON on standard output, and all else on standard error.")
  var json = false

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Run sqllogictest scripts instead of the clauses, as written and with literals bound.",
      valueName: "FILE"))
  var slt: [String] = []

  @Flag(help: "List the clauses and run nothing.")
  var list = false

  @Option(
    help: ArgumentHelp(
      "Write the pages Conformance.md and Differences.md into this directory.",
      valueName: "DIRECTORY"))
  var document: String?

  func validate() throws {
    if !list, url.isEmpty {
      throw ValidationError("--url is missing: name a database, such as --url sqlite:test.db")
    }
    if !slt.isEmpty, !only.isEmpty || document != nil || markdown != nil {
      throw ValidationError("--only, --markdown and --document are about clauses, --slt is not")
    }
    if document != nil, !only.isEmpty {
      throw ValidationError("--document needs a whole run; leave --only out")
    }
  }

  func run() async throws {
    if list {
      try ClauseList.show(matching: only)
    } else if slt.isEmpty {
      try await ClauseRun(options: self).run()
    } else {
      try await ScriptRun(options: self).run()
    }
  }

  /// Runs the program and never returns.
  static func main() async {
    do {
      var command = try parseAsRoot()
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
    } catch let code as ExitCode {
      Foundation.exit(code.rawValue)
    } catch let error as DatabaseError {
      Console.note("dovetail-conformance: \(error)")
      Foundation.exit(error.kind == .misuse ? 2 : 1)
    } catch {
      guard exitCode(for: error) != .success else {
        print(fullMessage(for: error))
        Foundation.exit(0)
      }
      Console.note(fullMessage(for: error))
      Foundation.exit(error is ToolFailure ? 1 : 2)
    }
    Foundation.exit(0)
  }
}
