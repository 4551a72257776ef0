extension ConformanceSuite {
  /// The families of clauses and their titles, in the contract's order.
  static let families = [
    ("URL", "Registry and URL"), ("CONN", "Connecting"), ("HA", "Several hosts"), ("EXEC", "exec"),
    ("QUERY", "query and queryRow"), ("ROW", "Rows"), ("TYPE", "Values"), ("BIND", "Parameters"),
    ("REBIND", "rebind"), ("READ", "What only reads"), ("UPSERT", "upsert and insert-ignore"),
    ("TX", "Transactions"),
    ("ERR", "Errors"), ("CANCEL", "Cancellation and timeouts"), ("POOL", "Pool"),
    ("STMT", "Statement cache"), ("PIPE", "Pipelining"), ("BATCH", "Batches"), ("BULK", "Bulk"),
    ("NOTIFY", "Notifications"), ("SCHEMA", "Introspection"),
    ("COPY", "Copies of a database"),
    ("DIALECT", "What the dialect writes"), ("MIG", "Migrations"),
    ("DURABLE", "Durable state"),
  ]

  /// The part of a clause's id that it shares with its family.
  static func family(_ id: String) -> String { String(id.prefix { $0 != "-" }) }
}
