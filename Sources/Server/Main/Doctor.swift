import ArgumentParser
import DriverAPI
import Foundation

/// `dovetail-server doctor`: says what is wrong with the configuration and the database.
struct Doctor: ServerSubcommand {
  static let configuration = CommandConfiguration(
    abstract: "Check the configuration and the database; serves nothing.",
    discussion: "Exit code 1 means that a check found an error.")

  @OptionGroup var options: ConfigurationOptions

  @Flag(help: "Print one JSON object instead of text.")
  var json = false

  @Flag(help: "Exit with 1 for warnings too.")
  var strict = false

  func run(with drivers: DriverRegistry) async throws {
    options.deprecations.forEach(Terminal.complain)
    let environment = ProcessInfo.processInfo.environment
    let report = await DoctorRun.report(
      flags: options.flags, environment: environment, drivers: drivers,
      version: .current)
    try write(json ? report.json : report.text(isTTY: takesColours(report, environment)))
    let code = report.exitCode(isStrict: strict)
    guard code == 0 else { throw ExitCode(code) }
  }

  private func takesColours(_ report: DoctorReport, _ environment: [String: String]) -> Bool {
    report.stdoutIsTTY && environment["NO_COLOR", default: ""].isEmpty
      && environment["TERM"] != "dumb"
  }

  private func write(_ text: String) throws {
    do {
      try FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
    } catch {
      Terminal.complain("doctor: \(error.localizedDescription)")
      throw ExitCode(1)
    }
  }
}
