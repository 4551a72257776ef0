import DriverAPI

let isolationClauses = [
  Clause("TX-5", "A read-only transaction reaches the server: writes in it fail.") { context in
    let db = try await context.open()
    try await db.createItems(rowCount: 1)
    for level in [nil] + IsolationLevel.allCases.map(Optional.some) {
      let options = TransactionOptions(isolation: level, isReadOnly: true)
      let what = level.map { "at level \($0)" } ?? "at no level"
      try await db.transaction(options) { transaction in
        try expectEqual(try await transaction.rowCount(of: "items"), 1, "rows read \(what)")
      }
      try await expectError(.readOnly, "a write \(what)") {
        try await db.transaction(options) { transaction in
          try await transaction.exec("UPDATE items SET amount = 0")
        }
      }
    }
    try expectEqual(
      try await db.single("SELECT amount FROM items", as: Int.self), 10, "the amount")
    try await db.exec("UPDATE items SET amount = 1")
    try await db.withConnection { connection in
      try await expectError(.readOnly, "a write on a connection that may write") {
        try await connection.transaction(.readOnly) { transaction in
          try await transaction.exec("UPDATE items SET amount = 0")
        }
      }
      try await connection.exec("UPDATE items SET amount = 2")
    }
  },

  Clause(
    "TX-5", "Isolation levels reach the server.", needs: \.weakIsolation,
    otherwise: { context in
      let db = try await context.open()
      try await db.createItems(rowCount: 1)
      for level in IsolationLevel.allCases {
        _ = try await db.transaction(TransactionOptions(isolation: level)) { transaction in
          try await transaction.exec("UPDATE items SET amount = amount + 1")
        }
      }
      try expectEqual(
        try await db.single("SELECT amount FROM items", as: Int.self), 14, "the amount")
    }
  ) { context in
    let db = try await context.open()
    try await db.createItems(rowCount: 1)
    try expectEqual(try await countTwice(db, .readCommitted), [1, 2], "counts, read committed")
    try expectEqual(try await countTwice(db, .repeatableRead), [2, 2], "counts, repeatable read")
  },

  Clause(
    "TX-5", "The isolation level of a transaction ends with it.", needs: \.weakIsolation,
    otherwise: { context in
      let db = try await context.open()
      try await db.createItems(rowCount: 1)
      _ = try await db.transaction(TransactionOptions(isolation: .serializable)) { transaction in
        try await transaction.exec("UPDATE items SET amount = 1")
      }
      try await db.exec("UPDATE items SET amount = amount + 1")
      try expectEqual(try await db.single("SELECT amount FROM items", as: Int.self), 2, "amount")
    }
  ) { context in
    let db = try await context.open()
    try await db.createItems(rowCount: 1)
    let usual = try await countTwice(db, nil)
    let grows = usual[0] < usual[1]
    try await db.withConnection { connection in
      for level in [IsolationLevel.readCommitted, .repeatableRead, .serializable] {
        _ = try await connection.transaction(TransactionOptions(isolation: level)) { transaction in
          try await transaction.rowCount(of: "items")
        }
        let counts = try await countTwice(db, nil, on: connection)
        try expectEqual(counts[0] < counts[1], grows, "whether others are seen, after \(level)")
      }
    }
    let counts = try await countTwice(db, nil)
    try expectEqual(counts[0] < counts[1], grows, "whether others are seen in the next lease")
  },

  Clause(
    "TX-6", "Of two conflicting serializable transactions one fails as that.",
    needs: \.concurrentWrites, weight: .heavy,
    otherwise: { context in
      let db = try await context.open()
      try expectEqual(try await skew(db), [], "failures where writers queue")
      try expectEqual(try await db.rowCount(of: "items"), 3, "rows: the second saw the first")
    }
  ) { context in
    let db = try await context.open()
    let failures = try await skew(db)
    try expectEqual(failures.count, 1, "failures")
    try expect(
      failures == [.serializationFailure] || failures == [.deadlock], "failed as \(failures)")
    try expectEqual(try await db.rowCount(of: "items"), 2, "rows: the first, and the winner's")
  },

  Clause(
    "TX-7", "A deadlock ends as that for one, and success for the other.",
    needs: \.deadlockDetection, weight: .heavy,
    otherwise: { context in
      let db = try await context.open()
      try expectEqual(try await cross(db), [], "failures where writers queue")
      try expectEqual(try await crossedSum(db), 34, "the sum")
    }
  ) { context in
    let db = try await context.open()
    try expectEqual(try await cross(db), [.deadlock], "failures")
    try expectEqual(try await crossedSum(db), 32, "the sum")
  },

  Clause("TX-8", "The retrying helper repeats whole transactions, with a bound.") { context in
    let db = try await context.open()
    try await db.createItems()
    let lost = DatabaseError(.serializationFailure, "another transaction won")
    var attempts = 0
    try await db.transaction(retrying: RetryPolicy(maxAttempts: 5)) { transaction in
      attempts += 1
      try await transaction.exec("INSERT INTO items (id, name) VALUES (?, 'a')", attempts)
      if attempts < 3 { throw lost }
    }
    let ids = try await db.query("SELECT id FROM items", as: Int.self).collect()
    try expectEqual(ids, [3], "rows of the attempt that won")
    attempts = 0
    try await expectError(.serializationFailure, "one that always loses") {
      try await db.transaction(
        retrying: RetryPolicy(maxAttempts: 3, firstPause: .milliseconds(1))
      ) { _ in
        attempts += 1
        throw lost
      }
    }
    try expectEqual(attempts, 3, "attempts")
  },

  Clause("TX-8", "What repeating cannot help is not repeated.") { context in
    let db = try await context.open()
    try await db.createItems(rowCount: 1)
    var attempts = 0
    try await expectError(.uniqueViolation, "a violation") {
      try await db.transaction(retrying: RetryPolicy()) { transaction in
        attempts += 1
        try await transaction.exec("INSERT INTO items (id, name) VALUES (1, 'again')")
      }
    }
    try expectEqual(attempts, 1, "attempts at a violation")
  },

  Clause("TX-8", "A real deadlock is repeated, and both are stored.", weight: .heavy) { context in
    let db = try await context.open()
    try await db.createItems(rowCount: 2)
    let arrived = [Signal(), Signal()]
    let mayMeet = db.capabilities.deadlockDetection
    let attempts = Attempts()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 1...2 {
        group.addTask {
          try await db.transaction(retrying: RetryPolicy()) { transaction in
            attempts.add()
            try await transaction.exec(
              "UPDATE items SET amount = amount + 1 WHERE id = ?", number)
            arrived[number - 1].fire()
            if mayMeet { await arrived[2 - number].wait() }
            try await transaction.exec(
              "UPDATE items SET amount = amount + 1 WHERE id = ?", 3 - number)
          }
        }
      }
      try await group.waitForAll()
    }
    try expectEqual(attempts.count, mayMeet ? 3 : 2, "attempts of both")
    let amounts = try await db.query("SELECT amount FROM items ORDER BY id", as: Int.self)
      .collect()
    try expectEqual(amounts, [12, 22], "the amounts")
  },

  Clause("TX-11", "Concurrent read-then-write loses nothing and never fails as busy.") {
    context in
    let db = try await context.open()
    // One pool may let its writers queue by itself; what another process writes it does not see.
    let other = context.othersSeeTheDatabase ? try await context.open() : db
    try await db.createItems(rowCount: 1)
    try await db.exec("UPDATE items SET amount = 0")
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 1...16 {
        let db = number.isMultiple(of: 2) ? db : other
        group.addTask { for _ in 1...5 { try await readThenWrite(db) } }
      }
      try await group.waitForAll()
    }
    let amount = try await db.single("SELECT amount FROM items", as: Int.self)
    try expectEqual(amount, 80, "the amount after 80 steps")
  },
]

// Where writers run side by side the loser has to repeat; where they queue nobody may lose.
private func readThenWrite(_ db: Database) async throws {
  let policy = RetryPolicy(maxAttempts: db.capabilities.concurrentWrites ? 100 : 1)
  let options = TransactionOptions(isolation: .serializable)
  try await db.transaction(options, retrying: policy) { transaction in
    let amount = try await transaction.single("SELECT amount FROM items", as: Int.self)
    await Task.yield()
    try await transaction.exec("UPDATE items SET amount = ?", amount + 1)
  }
}

/// Counts the rows twice in one transaction, while another connection adds one in between.
private func countTwice(
  _ db: Database, _ level: IsolationLevel?, on connection: Connection? = nil
) async throws -> [Int] {
  let executor: any StatementExecutor = connection ?? db
  return try await executor.transaction(TransactionOptions(isolation: level)) { transaction in
    let first = try await transaction.rowCount(of: "items")
    let id = Int.random(in: 100...1_000_000_000)
    try await db.exec("INSERT INTO items (id, name) VALUES (?, 'added')", id)
    return [first, try await transaction.rowCount(of: "items")]
  }
}

/// Two transactions that each count the rows and then add as many as they found, one for each.
private func skew(_ db: Database) async throws -> [DatabaseError.Kind] {
  try await db.createItems(rowCount: 1)
  return try await together(db) { transaction, number, meet in
    let count = try await transaction.rowCount(of: "items")
    await meet()
    try await transaction.exec(
      "INSERT INTO items (id, name) VALUES (?, ?)", 10 + number, "saw \(count)")
    if !transaction.capabilities.concurrentWrites { return }
    try await Task.sleep(for: .milliseconds(50))
  }
}

/// Two transactions that change the same two rows in opposite order: of two tables, for an engine may lock
/// no less than one.
private func cross(_ db: Database) async throws -> [DatabaseError.Kind] {
  for (number, table) in crossed.enumerated() {
    try await db.createTable(table, "id {int} NOT NULL PRIMARY KEY, amount {int}")
    try await db.insertRows(table, ["id", "amount"], [[1, .int(Int64(10 + 10 * number))]])
  }
  return try await together(db) { transaction, number, meet in
    for step in [0, 1] {
      if step == 1 { await meet() }
      let table = crossed[(number + step) % 2]
      try await transaction.exec(SQL(raw: "UPDATE \(table) SET amount = amount + 1 WHERE id = 1"))
    }
  }
}

private let crossed = ["one_way", "other_way"]

/// What stands in both rows: 30 before, and 2 more for each transaction that was committed.
private func crossedSum(_ db: Database) async throws -> Int {
  var sum = 0
  for table in crossed {
    sum += try await db.single(SQL(raw: "SELECT amount FROM \(table)"), as: Int.self)
  }
  return sum
}

/// Runs two transactions that meet in the middle, and answers with how they failed.
///
/// They can only meet where two may write at once; elsewhere the second begins after the first.
private func together(
  _ db: Database,
  _ body: @escaping @Sendable (Transaction, Int, () async -> Void) async throws -> Void
) async throws -> [DatabaseError.Kind] {
  let arrived = [Signal(), Signal()]
  let mayMeet = db.capabilities.concurrentWrites
  return try await withThrowingTaskGroup(of: DatabaseError.Kind?.self) { group in
    for number in 1...2 {
      group.addTask {
        do {
          try await db.transaction(TransactionOptions(isolation: .serializable)) { transaction in
            try await body(transaction, number) {
              arrived[number - 1].fire()
              if mayMeet { await arrived[2 - number].wait() }
            }
          }
          return nil
        } catch let error as DatabaseError {
          return error.kind
        }
      }
    }
    return try await group.reduce(into: []) { if let kind = $1 { $0.append(kind) } }
  }
}

private final class Attempts: Sendable {
  private let counted = Mutex(0)
  var count: Int { counted.withLock { $0 } }
  func add() { counted.withLock { $0 += 1 } }
}
