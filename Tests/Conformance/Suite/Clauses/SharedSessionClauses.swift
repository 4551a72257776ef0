import DriverAPI
import DriverFaults

// Statements of many tasks at once, which a driver may send over sessions that the tasks share.
let sharedSessionClauses = [
  Clause(
    "PIPE-6", "What tasks ask of sessions that they share is answered as to one alone.",
    weight: .heavy
  ) {
    context in
    let db = try await context.open()
    try await db.createItems(rowCount: 3)
    try await db.createTable(
      "kinds", "i {int}, b {bool}, d {double}, t {text}, y {bytes}, s {timestamp}, n {decimal}")
    for row in kindRows {
      try await db.exec(
        SQL(raw: "INSERT INTO kinds (i, b, d, t, y, s, n) VALUES (?, ?, ?, ?, ?, ?, ?)", row))
    }
    for (number, question) in questions.enumerated() {
      let sql = SQL(raw: question.text, question.values)
      let alone = try await db.withConnection { try await answers(of: sql, on: $0) }
      try await withThrowingTaskGroup(of: Void.self) { group in
        for task in 0..<8 {
          group.addTask {
            for round in 0..<3 {
              let found = try await answers(of: sql, on: db)
              try expectEqual(
                found, alone, "question \(number) to task \(task), round \(round): \(question.text)"
              )
            }
          }
        }
        try await group.waitForAll()
      }
    }
  },

  Clause("PIPE-6", "So are tasks that run where the driver likes them best.", weight: .heavy) {
    context in
    let db = try await context.open()
    try await db.createItems(rowCount: 5)
    try await db.exec("UPDATE items SET amount = 0")
    for round in 1...3 {
      try await concurrently(on: db.taskExecutor) { task in
        let id = task % 5 + 1
        for step in 0..<10 {
          let name = try await db.single("SELECT name FROM items WHERE id = \(id)", as: String.self)
          try expectEqual(name, "item \(id)", "the name of \(id)")
          let parameter = db.dialect.parameter(.int)
          let sum = try await db.single(
            SQL(
              raw: "SELECT id * 0 + \(parameter) + \(parameter) FROM items WHERE id = 1",
              [.int(Int64(task)), .int(Int64(step))]), as: Int.self)
          try expectEqual(sum, task + step, "the sum")
          if step == 5 {
            let ids = try await db.query("SELECT id FROM items ORDER BY id", as: Int.self).collect()
            try expectEqual(ids, [1, 2, 3, 4, 5], "the ids")
            try await db.transaction { transaction in
              try await transaction.exec("UPDATE items SET amount = amount + 1 WHERE id = ?", id)
            }
          }
        }
      }
      let sum = try await db.single("SELECT SUM(amount) FROM items", as: ExactDecimal.self)
      try expectEqual("\(sum)", "\(round * 12)", "the steps of round \(round)")
      let endless = Task(executorPreference: db.taskExecutor) { try await db.exec(db.endlessCount) }
      Deadline.after(.milliseconds(100)) { endless.cancel() }
      let watch = TaskStopwatch()
      try await expectError(.cancelled, "a cancelled statement") { try await endless.value }
      let took = watch.ownTime
      try expect(took < .seconds(3), "it ended only after \(took)")
    }
  },

  Clause("PIPE-6", "While every connection is leased, tasks read where they share sessions.") {
    context in
    let plan = try context.harness.driver.plan(for: DatabaseURL(context.url))
    guard plan.maxPipelines > 0 else { return }
    let db = try await context.open {
      $0.maxConnections = 2
      $0.leaseTimeout = .milliseconds(200)
    }
    try await db.createItems(rowCount: 2)
    let (first, second, done) = (Signal(), Signal(), Signal())
    async let one: Void = hold(db, first, until: done)
    async let other: Void = hold(db, second, until: done)
    await first.wait()
    await second.wait()
    defer { done.fire() }
    let readCount = Counter()
    let watch = TaskStopwatch()
    // They are opened in the background, and a busy machine may find them held up for a while.
    while readCount.current < 20, watch.ownTime < .seconds(15) {
      try await concurrently { task in
        do {
          let id = task % 2 + 1
          let name = try await db.single("SELECT name FROM items WHERE id = \(id)", as: String.self)
          try expectEqual(name, "item \(id)", "the name of \(id)")
          readCount.next()
        } catch let error as DatabaseError {
          try expectEqual(error.kind, .poolTimeout, "how a task ended that found no session")
        }
      }
    }
    done.fire()
    _ = try await (one, other)
    try expect(readCount.current >= 20, "only \(readCount.current) were answered")
  },

  Clause("PIPE-6", "Sessions that tasks share are what the URL asks for.", weight: .heavy) {
    context in
    let url = try DatabaseURL(context.url)
    if try context.harness.driver.plan(for: url).maxPipelines == 0 {
      throw NotSaid("its tasks share no sessions")
    }
    for sample in context.harness.urlSamples(of: try await context.facts(), at: url) {
      guard case .gives(let value, let query) = sample.meaning else { continue }
      let sampled = try DatabaseURL(try sample.url(context.url))
      if try context.harness.driver.plan(for: sampled).maxPipelines == 0 { continue }
      let watched = WatchedDriver(context.harness.driver)
      watched.sharesSessions = true
      let db = try await context.open(sampled, with: watched)
      let patience = TaskStopwatch()
      // They are opened in the background.
      repeat {
        try await readInCompany(db)
      } while watched.counts.shared == 0 && patience.ownTime < .seconds(5)
      try expect(watched.counts.shared > 0, "no session could be shared at \(sampled)")
      try await concurrently { _ in
        let found = try await db.single(SQL(raw: query), as: Value.self)
        let text = if case .text(let text) = found { text } else { "\(found)" }
        try expectEqual(text, value, "\(query) to many tasks at \(sampled)")
      }
      await db.close()
    }
  },

  Clause(
    "PIPE-6", "First rows of long answers are had in bounded memory.", weight: .heavy
  ) { context in
    let db = try await context.open()
    let padding = String(repeating: "x", count: 1600)
    // By then there are sessions that are shared.
    try await readInCompany(db)
    let before = ResidentMemory.baseline()
    for round in 1...2 {
      try await withThrowingTaskGroup(of: Void.self) { group in
        for task in 1...4 {
          group.addTask {
            // The first time a text is asked for, and the second.
            let sql = db.counting(to: 250_000 + task, "n, '\(padding)'")
            let first = try await db.queryRow(sql, as: (Int, String).self)
            try expect(first?.1 == padding, "the first row of task \(task)")
            let growth = ResidentMemory.current() - before
            try expect(growth < 200 << 20, "memory grew by \(growth >> 20) MiB, round \(round)")
          }
        }
        try await group.waitForAll()
      }
    }
  },

  Clause("PIPE-6", "More texts than any session keeps are answered each as itself.", weight: .heavy)
  { context in
    let db = try await context.open()
    try await db.createItems(rowCount: 3)
    for round in 1...2 {
      try await concurrently { task in
        for number in 0..<60 {
          // Some are asked for by all, the others by one alone.
          let plus = number % 4 == 0 ? 7 : task * 100 + number
          let parameter = db.dialect.parameter(.int)
          let sql = SQL(
            raw: "SELECT id * 0 + \(plus) + \(parameter) FROM items WHERE id = 2", [.int(5)])
          let found = try await db.single(sql, as: Int.self)
          try expectEqual(found, plus + 5, "text number \(plus) in round \(round)")
        }
      }
    }
    guard db.dialect.name == "postgres" else { return }
    let kept = Counter()
    try await concurrently { _ in
      for _ in 1...20 {
        let count = try await db.single(
          "SELECT COUNT(*) FROM pg_prepared_statements", as: Int.self)
        kept.raise(to: count)
      }
    }
    try expect(kept.current <= 260, "a session keeps \(kept.current) statements")
  },

  Clause(
    "CONN-4", "Sessions end that nobody uses, that are old, and with the database.",
    needs: \.networkSession, weight: .waiting, otherwise: namesNoServer
  ) { context in
    let proxy = try context.proxy()
    let db = try await context.open(through: proxy, with: context.harness.driver) {
      $0.idleTimeout = .milliseconds(300)
    }
    for _ in 1...2 {
      try await readInCompany(db)
      try expect(proxy.connectionCount > 0, "there is no session")
      try await expectNone(proxy, "nobody used them for longer than the idleTimeout")
    }
    try await readInCompany(db)
    await db.close()
    try await expectNone(proxy, "their database was closed")
    let short = try await context.open(through: proxy, with: context.harness.driver) {
      $0.maxLifetime = .milliseconds(500)
    }
    try await readInCompany(short)
    let before = proxy.acceptedCount
    try await expectNone(proxy, "they were older than the maxLifetime")
    try await readInCompany(short)
    try expect(proxy.acceptedCount > before, "no new session was opened")
  },
]

/// Runs several of the same at once.
private func concurrently(
  on executor: (any TaskExecutor)? = nil,
  _ body: @escaping @Sendable (_ task: Int) async throws -> Void
) async throws {
  try await withThrowingTaskGroup(of: Void.self) { group in
    for task in 0..<12 { group.addTask(executorPreference: executor) { try await body(task) } }
    try await group.waitForAll()
  }
}

private func readInCompany(_ db: Database) async throws {
  try await concurrently { task in
    for round in 0..<20 {
      let sum = try await db.single(db.selecting("\(task) + \(round)"), as: Int.self)
      try expectEqual(sum, task + round, "the sum")
    }
  }
}

private func expectNone(_ proxy: FaultProxy, _ reason: String) async throws {
  for _ in 1...100 where proxy.connectionCount > 0 { try await Task.sleep(for: .milliseconds(100)) }
  try expectEqual(proxy.connectionCount, 0, "sessions after ten seconds, although \(reason)")
}

/// All that a statement answers, by each call, as text.
private func answers(of sql: SQL, on executor: some StatementExecutor) async throws -> [String] {
  let here = CallSite(file: #fileID, line: #line)
  var told: [String] = []
  do {
    let result = try await executor.exec(sql, at: here)
    told.append("exec: \(result.rowCount) rows, id \(String(describing: result.lastInsertID))")
  } catch {
    told.append("exec: \(summary(of: error))")
  }
  do {
    var row = "none"
    let found = try await executor.withFirstRow(of: sql, at: here) { first throws(DatabaseError) in
      row = "\(first.columns.names) \(try first.values())"
    }
    told.append("first row: \(found) \(row)")
  } catch {
    told.append("first row: \(summary(of: error))")
  }
  return told
}

private func summary(of error: DatabaseError) -> String {
  "\(error.kind) \(error.connection) \(error.execution) \(error.details.sqlState ?? "") "
    + "\(error.details.nativeCode ?? 0) \(error.message)"
}

private let instant = Timestamp(microseconds: 1_709_251_199_999_999).databaseValue
private let number = ExactDecimal(unscaled: 15_000_000_000, scale: 10).databaseValue
private let bytes = Value.bytes([0, 1, 255])

private let kindRows: [[Value]] = [
  [1, true, 0.1, "Grüße", bytes, instant, number], [nil, nil, nil, nil, nil, nil, nil],
]

private let questions: [(text: String, values: [Value])] = [
  ("SELECT id, name, amount FROM items ORDER BY id", []), ("SELECT id FROM items WHERE id = 9", []),
  ("SELECT id FROM items WHERE id = ?", [9]), ("SELECT name FROM items WHERE id = ?", [2]),
  ("SELECT name FROM items WHERE id > ? ORDER BY id", [1]), ("SELECT NULL AS a, 1 AS b", []),
  ("SELECT name FROM items WHERE name = ? OR id = ?", ["item 1", nil]),
  ("SELECT * FROM kinds ORDER BY i", []), ("SELECT * FROM kinds WHERE i IS NULL", []),
  ("SELECT t FROM kinds WHERE y = ?", [bytes]), ("SELECT i FROM kinds WHERE b = ?", [true]),
  ("SELECT t FROM kinds WHERE d = ?", [0.1]), ("SELECT i FROM kinds WHERE t = ?", ["Grüße"]),
  ("SELECT i FROM kinds WHERE t = ? AND y = ?", ["Grüße", bytes]),
  ("SELECT t FROM kinds WHERE s = ?", [instant]),
  ("SELECT t FROM kinds WHERE n = ?", [number]),
  ("SELECT COUNT(*), MAX(id), MIN(name) FROM items", []),
  ("SELECT " + (1...40).map { "\($0) AS c\($0)" }.joined(separator: ", "), []),
  ("VALUES (1, 'a'), (2, 'b')", []), ("WITH w AS (SELECT id FROM items) SELECT * FROM w", []),
  ("SELECT id FROM nowhere", []), ("SELECT nothing FROM items", []),
  ("SELECT id FROM items WHERE", []),
  ("SELECT id FROM items WHERE id = ? AND name = ?", [1]),
  ("SELECT ABS(amount - 9223372036854775807 - 11) FROM items ORDER BY id", []),
  ("SELECT id FROM items WHERE amount = ?", ["no number"]),
  ("SELECT (SELECT i.id FROM items i WHERE i.id >= items.id) FROM items", []),
]
