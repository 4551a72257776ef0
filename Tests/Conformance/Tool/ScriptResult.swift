import DriverConformance
import SQLLogicTest

/// What became of a script, as reports tell it.
struct ScriptResult: Encodable {
  let backend: String
  let script: String
  let mode: String
  let passed: Int
  let skipped: Int
  let boundLiterals: Int
  let refusals: [String]
  let failures: [String]
  let seconds: Double
  let hasPassed: Bool
  let summary: String

  init(_ backend: String, _ report: SQLLogicReport, seconds: Double) {
    self.backend = backend
    script = report.script
    mode = report.mode.rawValue
    passed = report.passedCount
    skipped = report.skippedCount
    boundLiterals = report.boundLiteralCount
    refusals = report.refusals.map(\.description)
    failures = report.failures.map(\.description)
    self.seconds = seconds
    hasPassed = report.hasPassed
    summary = report.description
  }

  /// A suite for each backend, a case for each script and way of sending.
  static func junit(_ results: [ScriptResult]) -> JUnitDocument {
    var suites: [JUnitDocument.Suite] = []
    for result in results {
      if suites.last?.name != result.backend {
        suites.append(JUnitDocument.Suite(name: result.backend, cases: []))
      }
      let failure =
        result.failures.isEmpty ? result.summary : result.failures.joined(separator: "\n")
      suites[suites.count - 1].cases.append(
        JUnitDocument.Case(
          group: result.script, name: result.mode, seconds: result.seconds,
          failure: result.hasPassed ? nil : failure))
    }
    return JUnitDocument(suites)
  }
}
