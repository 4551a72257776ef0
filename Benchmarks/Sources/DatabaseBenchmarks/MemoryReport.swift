/// How much memory each contender needed to stream the table, and the line it becomes.
struct MemoryReport {
  private let engine: Engine
  private let rows: Int64
  private let figures: [(name: String, before: Int, peak: Int)]

  /// Measures each contender in the process that `arguments` start.
  init(
    _ names: [String], on engine: Engine, rows: Int64, by arguments: (String) -> [String]
  ) throws {
    self.engine = engine
    self.rows = rows
    figures = try names.map { name in
      let (before, peak) = try MemoryProbe.measure(name, arguments(name))
      return (name, before, peak)
    }
  }

  /// The line; its `ratio` is Dovetail's peak over that of raw C, so here less is better.
  var line: String {
    var words = [engine.rawValue, Compare.memoryCase]
    for figure in figures {
      words.append("\(figure.name)-growth=\(figure.peak - figure.before)KiB")
    }
    for figure in figures { words.append("\(figure.name)-peak=\(figure.peak)KiB") }
    words.append("rows=\(rows)")
    if let subject = peak(of: CaseReport.subject), let baseline = peak(of: CaseReport.baseline) {
      words.append("ratio=\(fixed(Double(subject) / Double(baseline), 2))")
    }
    return words.joined(separator: " ")
  }

  private func peak(of name: String) -> Int? { figures.first { $0.name == name }?.peak }
}
