extension ConformanceSuite {
  /// The ids of all clauses of the contract. A number is never used again; a family may have
  /// gaps, but stands in one place.
  public static let contract: [String] = [
    ("URL", 1...6), ("URL", 8...9), ("CONN", 1...9), ("HA", 1...7), ("EXEC", 1...7),
    ("QUERY", 1...11), ("ROW", 1...2), ("TYPE", 1...9), ("BIND", 1...4), ("REBIND", 1...9),
    ("READ", 1...2),
    ("UPSERT", 1...11), ("TX", 1...17), ("ERR", 1...6), ("CANCEL", 1...8), ("POOL", 1...16),
    ("STMT", 1...4), ("STMT", 6...6), ("PIPE", 1...3), ("PIPE", 5...6), ("BATCH", 1...1),
    ("BULK", 1...4), ("NOTIFY", 1...1), ("SCHEMA", 1...1), ("COPY", 1...5), ("DIALECT", 1...6),
    ("MIG", 1...9), ("DURABLE", 1...6),
  ].flatMap { family, numbers in numbers.map { "\(family)-\($0)" } }
}
