extension Outcome {
  /// Refuses a round whose contenders did not read or write the same: they have not been compared.
  static func compare(_ round: [Outcome], of names: [String], in work: String) throws {
    guard let first = round.first else { return }
    for (name, outcome) in zip(names, round) where outcome.checksum != first.checksum {
      throw BenchmarkError(
        """
        \(work): \(name) saw \(outcome.checksum.debugText), \(names[0]) saw \
        \(first.checksum.debugText); the figures would mean nothing.
        """)
    }
    for (name, outcome) in zip(names, round) where outcome.operations != first.operations {
      throw BenchmarkError("\(work): \(name) did \(outcome.operations) rows.")
    }
  }
}

extension Optional where Wrapped == Checksum {
  fileprivate var debugText: String { map { "\($0.integers)/\($0.doubles)" } ?? "nothing" }
}
