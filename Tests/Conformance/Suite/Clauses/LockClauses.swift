import DriverAPI

// Locks that another program holds: all that is shared with it is the database.
let lockClauses = [
  Clause(
    "TX-11", "A lock of another program is waited for, by whatever call.", weight: .waiting
  ) { context in
    let (holder, other) = try await strangers(context)
    for (name, change) in changes(other.dialect) {
      let before = try await holder.single("SELECT amount FROM items WHERE id = 1", as: Int.self)
      let waiting = try await holder.transaction { transaction in
        try await transaction.exec("UPDATE items SET amount = amount + 1 WHERE id = 1")
        let waiting = Task { try await other.withConnection { try await change($0) } }
        try await Task.sleep(for: .milliseconds(60))
        return waiting
      }
      do { try await waiting.value } catch { throw ClauseFailure("\(name) ended as \(error)") }
      let after = try await holder.single("SELECT amount FROM items WHERE id = 1", as: Int.self)
      try expectEqual(after, before + 2, "the amount after \(name)")
    }
    // Beginning to read needs a lock of its own where a table is being made.
    let made = Task {
      for number in 1...20 { try await holder.createTable("made\(number)", "id {int}") }
    }
    for number in 1...20 {
      _ = try await other.queryRow("SELECT COUNT(*) FROM items WHERE id > \(number)", as: Int.self)
    }
    try await made.value
  },

  Clause(
    "TX-11", "A lock that does not come in time is told so, and what waited goes on.",
    weight: .waiting
  ) { context in
    let (holder, _) = try await strangers(context)
    let (url, setting) = try limit(of: holder.dialect, context)
    let other = try await context.open(url, with: context.harness.driver) { $0.maxConnections = 1 }
    // Both of them before anybody holds a lock.
    try await other.ping()
    let before = try await holder.single("SELECT amount FROM items WHERE id = 1", as: Int.self)
    for (name, change) in changes(other.dialect) {
      try await other.withConnection { connection in
        if let setting { try await connection.exec(SQL(raw: setting)) }
        do {
          try await holder.transaction { transaction in
            try await transaction.exec("UPDATE items SET amount = amount + 1 WHERE id = 1")
            try await expectLockTimeout(name, connection) { try await change(connection) }
            throw Deliberate()
          }
        } catch is Deliberate {}
        // What could not be done then can be done now, by the same statement.
        try await change(connection)
      }
      try await holder.exec("UPDATE items SET amount = amount - 1 WHERE id = 1")
    }
    let after = try await holder.single("SELECT amount FROM items WHERE id = 1", as: Int.self)
    try expectEqual(after, before, "the amount in the end")
  },

  Clause(
    "TX-11", "Whoever waits for a lock can be cancelled, and its time can run out.",
    weight: .waiting
  ) { context in
    let (holder, other) = try await strangers(context)
    let limited = try await context.open {
      $0.maxConnections = 1
      $0.statementTimeout = .milliseconds(250)
    }
    try await limited.ping()
    for (name, change) in changes(other.dialect) {
      try await holder.transaction { transaction in
        try await transaction.exec("UPDATE items SET amount = amount + 1 WHERE id = 1")
        let waiting = Task { try await other.withConnection { try await change($0) } }
        Deadline.after(.milliseconds(60)) { waiting.cancel() }
        let watch = TaskStopwatch()
        try await expectError(.cancelled, "\(name), cancelled") { try await waiting.value }
        try await expectError(.statementTimeout, "\(name) out of time") {
          try await limited.withConnection { try await change($0) }
        }
        let took = watch.ownTime
        try expect(took < .seconds(4), "\(name) ended only after \(took)")
      }
    }
    let found = try await other.single("SELECT amount FROM items WHERE id = 1", as: Int.self)
    try expectEqual(found, 10 + changes(other.dialect).count, "the amount in the end")
    try await other.exec("UPDATE items SET amount = 0")
    try await limited.exec("UPDATE items SET amount = 1")
  },
]

/// The database opened twice, by sessions that know nothing of each other.
private func strangers(_ context: ConformanceContext) async throws -> (Database, Database) {
  guard context.othersSeeTheDatabase else {
    throw NotSaid("a database in memory has one connection, and nobody to wait for")
  }
  let holder = try await context.open { $0.maxConnections = 1 }
  try await holder.createItems(rowCount: 2)
  let other = try await context.open { $0.maxConnections = 1 }
  try await other.ping()
  return (holder, other)
}

private func expectLockTimeout(
  _ name: String, _ connection: Connection, _ body: () async throws -> Void
) async throws {
  let watch = TaskStopwatch()
  let error = try await expectError(.lockTimeout, "\(name) in vain", body)
  let took = watch.elapsed
  try expect(took >= .milliseconds(180), "\(name) gave up after \(took) already")
  try expect(watch.ownTime < .seconds(8), "\(name) gave up only after \(took)")
  try expectEqual(error.execution, .rejected, "the execution of \(name)")
  try expectEqual(connection.transactionStatus, .none, "the status after \(name)")
}

private typealias Change = @Sendable (Connection) async throws -> Void

/// The ways to add 1 to the amount of the first row.
private func changes(_ dialect: Dialect) -> [(name: String, change: Change)] {
  let update = "UPDATE items SET amount = amount + 1 WHERE id = 1"
  var changes: [(String, Change)] = [
    ("exec", { try await $0.exec(SQL(raw: update)) }),
    (
      "exec with a parameter", { try await $0.exec(SQL(raw: update + " AND name = ?", ["item 1"])) }
    ),
    ("a batch", { try await $0.batch([SQL(raw: update)]) }),
    (
      "a transaction",
      { connection in
        _ = try await connection.transaction { try await $0.exec(SQL(raw: update)) }
      }
    ),
    (
      "an upsert",
      { connection in
        _ = try await connection.upsert(
          Upsert(
            into: "items", columns: ["id", "name"], key: ["id"],
            assignments: [.expression("amount", "{old.amount} + 1")]), [[1, "item 1"]])
      }
    ),
  ]
  if dialect.returning.contains(.update) {
    let returning = SQL(raw: update + " RETURNING id")
    let returned: [(String, Change)] = [
      ("queryRow", { _ = try await $0.queryRow(returning, as: Int.self) }),
      ("query", { _ = try await $0.query(returning, as: Int.self).collect() }),
      (
        "a query in a transaction",
        { connection in
          try await connection.transaction { transaction in
            _ = try await transaction.query(returning, as: Int.self).collect()
          }
        }
      ),
    ]
    changes += returned
  }
  return changes
}

/// How a wait for locks is limited to a fifth of a second, or to one where it has no smaller limit: by the URL,
/// or by a statement.
private func limit(
  of dialect: Dialect, _ context: ConformanceContext
) throws -> (url: DatabaseURL, setting: String?) {
  let url = try DatabaseURL(context.url)
  switch dialect.name {
  case "sqlite":
    if let limited = try context.url(with: [("busy_timeout", "200ms")]) { return (limited, nil) }
    return (url, "PRAGMA busy_timeout = 200")
  case "postgres": return (url, "SET lock_timeout = 200")
  case "mysql", "mariadb": return (url, "SET SESSION innodb_lock_wait_timeout = 1")
  default: throw NotSaid("no words of \(dialect) are known that limit the wait for a lock")
  }
}
