/// A table in Markdown.
struct MarkdownTable {
  private var lines: [String]

  init(_ titles: [String]) {
    lines = []
    append(titles)
    lines.append("|" + String(repeating: " --- |", count: titles.count))
  }

  mutating func append(_ cells: [String]) {
    let safe = cells.map { $0.replacing("|", with: "\\|").replacing("\n", with: " ") }
    lines.append("| " + safe.joined(separator: " | ") + " |")
  }

  var text: String { lines.joined(separator: "\n") + "\n" }
}

extension [ConformanceReport] {
  /// A row for each check with its outcome on each backend.
  ///
  /// - Parameter ids: the clauses to be listed.
  func table(of ids: Set<String>? = nil) -> String {
    var table = MarkdownTable(["clause", "promise"] + map(\.backend))
    for row in rows where ids?.contains(row.clause) != false {
      table.append([row.clause, row.title] + row.outcomes.map(Self.word))
    }
    return table.text
  }

  /// The checks of all backends, each once, in the order of the first that has it.
  private var rows: [(clause: String, title: String, outcomes: [ConformanceReport.Outcome?])] {
    var order: [String] = []
    var names: [String: ConformanceReport.Check] = [:]
    var outcomes: [String: [Int: ConformanceReport.Outcome]] = [:]
    for (backend, report) in enumerated() {
      for check in report.checks {
        let key = "\(check.clause) \(check.title)"
        if names.updateValue(check, forKey: key) == nil { order.append(key) }
        outcomes[key, default: [:]][backend] = check.outcome
      }
    }
    return order.compactMap { key in
      names[key].map { check in
        (check.clause, check.title, indices.map { outcomes[key]?[$0] })
      }
    }
  }

  private static func word(_ outcome: ConformanceReport.Outcome?) -> String {
    switch outcome {
    case .held: "held"
    case .provenOff: "proven off"
    case .failedAsKnown: "fails, as known"
    case .notSaid: "not said"
    case .failed: "**failed**"
    case nil: "not run"
    }
  }

  /// The table, with what failed below it, for people.
  public var markdown: String {
    var text = table()
    for report in self where !report.failures.isEmpty {
      text += "\nFailed on \(report.backend):\n\n"
      for check in report.failures {
        text += "- \((check.failure ?? check.title).replacing("\n", with: " "))\n"
      }
    }
    return text
  }
}
