/// Results in the form that CI systems read.
public struct JUnitDocument: Sendable {
  /// Cases that belong together.
  public struct Suite: Sendable {
    /// Its name, such as that of a backend.
    public var name: String
    /// The cases in order.
    public var cases: [Case]

    /// A suite.
    public init(name: String, cases: [Case]) {
      self.name = name
      self.cases = cases
    }
  }

  /// One case.
  public struct Case: Sendable {
    /// What it belongs to, such as a clause.
    public var group: String
    /// What was checked.
    public var name: String
    /// How long it took.
    public var seconds: Double
    /// What went wrong; nil if nothing did.
    public var failure: String?

    /// A case.
    public init(group: String, name: String, seconds: Double, failure: String?) {
      self.group = group
      self.name = name
      self.seconds = seconds
      self.failure = failure
    }
  }

  /// The suites in order.
  public var suites: [Suite]

  /// A document of these suites.
  public init(_ suites: [Suite]) { self.suites = suites }

  /// A suite for each backend, a case for each check.
  public init(_ reports: [ConformanceReport]) {
    suites = reports.map { report in
      Suite(
        name: report.backend,
        cases: report.checks.map { check in
          Case(
            group: check.clause, name: check.title, seconds: check.seconds, failure: check.failure)
        })
    }
  }

  /// The document as XML.
  public var xml: String {
    let all = suites.flatMap(\.cases)
    var lines = [
      #"<?xml version="1.0" encoding="UTF-8"?>"#, "<testsuites \(Self.counts(all))>",
    ]
    for suite in suites {
      lines.append("  <testsuite name=\(Self.quoted(suite.name)) \(Self.counts(suite.cases))>")
      lines += suite.cases.map { Self.element($0) }
      lines.append("  </testsuite>")
    }
    return (lines + ["</testsuites>", ""]).joined(separator: "\n")
  }

  private static func counts(_ cases: [Case]) -> String {
    let failures = cases.count { $0.failure != nil }
    let milliseconds = cases.reduce(0) { $0 + Int($1.seconds * 1000) }
    return
      #"tests="\#(cases.count)" failures="\#(failures)" time="\#(Double(milliseconds) / 1000)""#
  }

  private static func element(_ test: Case) -> String {
    let head =
      "    <testcase classname=\(quoted(test.group)) name=\(quoted(test.name))"
      + " time=\"\(test.seconds)\""
    guard let failure = test.failure else { return head + "/>" }
    return head + "><failure message=\(quoted(failure))/></testcase>"
  }

  /// An attribute's value. What XML cannot hold at all becomes U+FFFD.
  private static func quoted(_ text: String) -> String {
    var output = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": output += "&amp;"
      case "<": output += "&lt;"
      case ">": output += "&gt;"
      case "\"": output += "&quot;"
      case "\n", "\t", "\r": output += "&#\(scalar.value);"
      case _ where scalar.value < 0x20 || scalar.value == 0xfffe || scalar.value == 0xffff:
        output += "\u{fffd}"
      default: output.unicodeScalars.append(scalar)
      }
    }
    return output + "\""
  }
}
