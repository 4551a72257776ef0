/// The rounds of one case and the line they become.
struct CaseReport {
  /// Engine and case, as `sqlite point-select`.
  let title: String
  let names: [String]
  private var rounds: [[Outcome]] = []

  /// The contender every other is divided by, and the one the line is about.
  static let baseline = "raw-c"
  static let subject = "dovetail"

  init(title: String, names: [String]) {
    self.title = title
    self.names = names
  }

  /// Adds a round: one outcome for each name, in the same order.
  mutating func add(_ round: [Outcome]) { rounds.append(round) }

  /// The line for a case; it ends in `ratio=`, Dovetail's speed over that of raw C.
  var line: String {
    var words = [title]
    for (index, name) in names.enumerated() {
      words.append("\(name)=\(Int(median(of: index, \.rate).rounded()))/s")
    }
    for (index, name) in names.enumerated() {
      words.append("\(name)-cpu=\(fixed(median(of: index, \.microsecondsOfCPU), 2))us")
    }
    words.append("rounds=\(rounds.count)")
    for name in names where name != Self.baseline && name != Self.subject {
      if let ratio = ratio(of: Self.subject, to: name, \.rate) {
        words.append("vs-\(name)=\(fixed(ratio, 2))")
      }
    }
    if let ratio = ratio(of: Self.baseline, to: Self.subject, \.microsecondsOfCPU) {
      words.append("cpu-ratio=\(fixed(ratio, 2))")
    }
    if let ratio = ratio(of: Self.subject, to: Self.baseline, \.rate) {
      words.append("ratio=\(fixed(ratio, 2))")
    }
    return words.joined(separator: " ")
  }

  /// Median over the rounds of `name`'s figure over that of `other` in the same round.
  func ratio(of name: String, to other: String, _ figure: (Outcome) -> Double) -> Double? {
    guard let mine = names.firstIndex(of: name), let theirs = names.firstIndex(of: other) else {
      return nil
    }
    return Statistics.median(rounds.map { figure($0[mine]) / figure($0[theirs]) })
  }

  private func median(of index: Int, _ value: (Outcome) -> Double) -> Double {
    Statistics.median(rounds.map { value($0[index]) })
  }
}
