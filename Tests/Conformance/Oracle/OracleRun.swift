import DriverAPI
import DriverConformance
import SQLLogicTest
import Testing

/// Scripts on one engine, sent in one way.
struct OracleRun: Sendable, CustomTestStringConvertible {
  let engine: OracleEngine
  let mode: SQLLogicRunner.Mode

  var testDescription: String { "\(engine.name), \(mode.rawValue)" }

  /// Runs a script on an empty database; what failed becomes an issue.
  func report(of script: SQLLogicScript) async throws -> SQLLogicReport {
    let harness = try URLHarness(#require(engine.url), driver: engine.driver)
    let url = try await harness.makeDatabase()
    var configuration = DatabaseConfiguration()
    // Long joins of other engines have all threads of a small machine now and then.
    configuration.connectTimeout = .seconds(60)
    let database = try await Database.open(
      DatabaseURL(url), with: engine.driver, configuration: configuration)
    let report = try await SQLLogicRunner(database, mode: mode).run(script)
    await database.close()
    await harness.removeDatabase(url)
    await harness.close()
    print("oracle: \(engine.name): \(report)")
    for failure in report.failures.prefix(10) { Issue.record("\(testDescription): \(failure)") }
    #expect(report.failures.count <= 10, "more failed than are shown")
    return report
  }

  /// The counts of several public scripts together.
  func counts(of names: [String]) async throws -> Counts {
    var counts = Counts()
    for name in names {
      let report = try await report(of: Corpus.script(name))
      counts.passed += report.passedCount
      counts.refused += report.refusals.count
      counts.bound += report.boundLiteralCount
    }
    return counts
  }

  struct Counts {
    var passed = 0
    var refused = 0
    var bound = 0
  }
}
