import ArgumentParser
import DriverAPI
import DriverConformance
import Foundation
import SQLLogicTest

/// Runs sqllogictest scripts on every database, in both ways.
struct ScriptRun {
  let options: DovetailConformance

  /// - Throws: `ExitCode(1)` if a record failed; ``ToolFailure`` if a script cannot be read.
  func run() async throws {
    let harnesses = try ToolDrivers.harnesses(for: options.url)
    let scripts = try options.slt.map(Self.script)
    var results: [ScriptResult] = []
    for harness in harnesses {
      for script in scripts {
        for mode in SQLLogicRunner.Mode.allCases {
          let result = try await result(of: script, mode, on: harness)
          results.append(result)
          show(result)
        }
      }
      await Leftovers.close(harness)
    }
    if let file = options.report { try Console.write(ScriptResult.junit(results).xml, to: file) }
    if options.json { try Console.printJSON(results) }
    guard results.allSatisfy(\.hasPassed) else { throw ExitCode(1) }
  }

  private static func script(_ path: String) throws -> SQLLogicScript {
    var isDirectory: ObjCBool = false
    if FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory),
      isDirectory.boolValue
    {
      throw ToolFailure("\(path) is a directory; name the scripts in it, as in \(path)/*.test")
    }
    do { return try SQLLogicScript(contentsOf: URL(filePath: path), name: path) } catch {
      guard error is SQLLogicSyntaxError else {
        throw ToolFailure("\(path) cannot be read: \(error.localizedDescription)")
      }
      throw ToolFailure("\(error)")
    }
  }

  private func result(
    of script: SQLLogicScript, _ mode: SQLLogicRunner.Mode, on harness: URLHarness
  ) async throws -> ScriptResult {
    let clock = ContinuousClock()
    let start = clock.now
    let url = try await harness.makeDatabase()
    let database = try await Database.open(DatabaseURL(url), with: harness.driver)
    let report = try await SQLLogicRunner(database, mode: mode).run(script)
    await database.close()
    await harness.removeDatabase(url)
    let milliseconds = Int((clock.now - start) / .milliseconds(1))
    return ScriptResult(harness.name, report, seconds: Double(milliseconds) / 1000)
  }

  private func show(_ result: ScriptResult) {
    var lines = result.failures.map { "FAILED \($0)" }
    lines += result.refusals.map { "refused \($0)" }
    lines.append("\(result.backend): \(result.summary)")
    Console.summarise(lines.joined(separator: "\n"), besideJSON: options.json)
  }
}
