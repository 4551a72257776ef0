/// What became of one round.
struct RoundReport: Sendable {
  let counts: OperationCounts
  /// Messages the database must hold now.
  let storedCount: Int
  let violations: [String]

  private var unanswered: String {
    let kinds = counts.unanswered.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
    return kinds.isEmpty ? "0" : kinds.joined(separator: ", ")
  }

  /// One line, and one more for each of the first violations.
  func text(round: Int, killedAfter seconds: Double) -> String {
    let verdict = violations.isEmpty ? "ok" : "\(violations.count) VIOLATIONS"
    let line = """
      round \(round): killed after \(Int(seconds * 1000)) ms; \(counts.textsSeen) of \
      \(counts.textsSent) texts shown, \(counts.editsSeen) edits, \(counts.deletesSeen) deletes, \
      \(counts.reactionsSeen) reactions (\(counts.reactionsRefused) too late), \(counts.receiptsSeen) receipts, \(counts.joinsSeen) \
      joins, \(counts.refused) refused, \(unanswered) unanswered; \(storedCount) stored: \(verdict)
      """
    let shown = violations.prefix(20).map { "  - \($0)" }
    let rest = violations.count > 20 ? ["  - and \(violations.count - 20) more"] : []
    return ([line] + shown + rest).joined(separator: "\n")
  }
}
