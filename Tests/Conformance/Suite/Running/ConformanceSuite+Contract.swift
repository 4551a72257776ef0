extension ConformanceSuite {
  /// The ids of all clauses of the contract.
  public static let contract: [String] = [
    ("URL", 5), ("CONN", 7), ("EXEC", 5), ("QUERY", 6), ("ROW", 2), ("TYPE", 5), ("BIND", 3),
    ("REBIND", 5), ("UPSERT", 9), ("TX", 12), ("ERR", 4), ("CANCEL", 4), ("POOL", 8), ("STMT", 2),
    ("PIPE", 2), ("BATCH", 1), ("BULK", 2), ("NOTIFY", 1), ("SCHEMA", 1), ("MIG", 4),
    ("DURABLE", 6),
  ].flatMap { family, count in (1...count).map { "\(family)-\($0)" } }
}
