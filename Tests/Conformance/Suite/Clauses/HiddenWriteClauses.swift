import DriverAPI

/// What is in doubt is not harmless: it is neither repeated nor sent to where only is read.
let hiddenWriteClauses = [
  Clause(
    "PIPE-3", "A write that a function or a view hides is entered exactly once.", weight: .heavy
  ) { context in
    let db = try await context.open()
    guard try await createCounting(on: db) else {
      throw NotSaid("the suite has no function that writes in the words of \(db.dialect)")
    }
    let texts: [SQL] = [
      "SELECT bump()", SQL(raw: "SELECT \(try db.dialect.quoted("bump"))()"),
      "SELECT n FROM bumps",
    ]
    let callCount = 24 * 2 * texts.count
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<24 {
        group.addTask {
          for _ in 0..<2 {
            for text in texts {
              _ = try await db.queryRow(text, as: Int64.self)
              _ = try await db.queryRow(db.one, as: Int.self)
            }
          }
        }
      }
      try await group.waitForAll()
    }
    let next = try await db.single(
      db.dialect.name == "postgres" ? "SELECT nextval('bumped')" : "SELECT NEXTVAL(bumped)",
      as: Int64.self)
    try expectEqual(Int(next) - 1, callCount, "times that the function was entered")
  },

  Clause("READ-1", "Only what surely reads is called so.") { context in
    let dialect = try await context.open().dialect
    let name = try dialect.quoted("count")
    for text in [
      "SELECT bump()", "SELECT \(name)(1)", "SELECT s.count(1)", "SELECT NEXT VALUE FOR s",
      "EXPLAIN ANALYZE DELETE FROM t", "EXPLAIN (\(name)) DELETE FROM t",
      "WITH a AS (DELETE FROM t RETURNING *) SELECT * FROM a", "SELECT * FROM t FOR UPDATE",
      "SELECT a INTO b FROM t", "INSERT INTO t VALUES (1)", "CALL p()", "VALUES (bump())",
    ] {
      try expect(try !dialect.rebind(text).isReadOnly, "\(text) is taken for harmless")
    }
    for text in [
      "SELECT a FROM t WHERE b IN (?, ?) ORDER BY a", "SELECT count(*), max(a) FROM t",
      "WITH a (n) AS (SELECT 1) SELECT coalesce(n, 2) FROM a", "VALUES (1, 2)",
    ] {
      try expect(try dialect.rebind(text).isReadOnly, "\(text) is not taken for a query")
    }
  },

  Clause("READ-2", "A connection that only reads takes nothing that may write.") { context in
    let driver = context.harness.driver
    let url = try DatabaseURL(context.url)
    // Without connections of that kind there is nothing to refuse.
    guard try driver.plan(for: url).maxReaders > 0 else { return }
    let db = try await context.open()
    try await db.createItems(rowCount: 3)
    let reader = try await driver.connect(to: url, as: .reader)
    do {
      for text in ["DELETE FROM items", "CREATE TABLE more (id {int})", "DROP TABLE items"] {
        let plain = try reader.server.dialect.rebind(text.replacing("{int}", with: "INTEGER"))
        try await expectRefusal(.readOnly, text) {
          try await reader.prepare(plain, isKept: false).exec([])
        }
      }
      // The library has its own guard against what no look at a statement finds.
      if reader.server.dialect.name == "sqlite" {
        for round in 1...2 {
          let set = try await onlyValue(of: "PRAGMA query_only", reader)
          try expectEqual(set, 1, "whether the session refuses writes, round \(round)")
          try await reader.reset()
        }
        let set = try await db.single("PRAGMA query_only", as: Int.self)
        try expectEqual(set, 0, "whether the session that writes does")
      }
    } catch {
      await reader.close()
      throw error
    }
    await reader.close()
    try expectEqual(try await db.rowCount(of: "items"), 3, "rows")
  },
]

/// The only value of a query, read as the core reads it.
private func onlyValue(of sql: String, _ connection: any DriverConnection) async throws -> Int64 {
  let text = try connection.server.dialect.rebind(sql)
  let statement = try await connection.prepare(text, isKept: false)
  defer { statement.finalize() }
  let rows = try await statement.query([])
  defer { rows.close() }
  return try withUnsafeTemporaryAllocation(of: Cell.self, capacity: 1) { cells in
    let step = try rows.step(into: cells)
    try expect(step == .row && cells[0].kind == .int, "\(sql) gives no number")
    return Int64(bitPattern: cells[0].bits)
  }
}

/// Makes a sequence, a function that takes its next value and then waits, and a view that calls it;
/// false where an engine has no such things.
private func createCounting(on db: Database) async throws -> Bool {
  switch db.dialect.name {
  case "postgres":
    try await db.execScript(
      """
      CREATE SEQUENCE bumped;
      CREATE FUNCTION bump() RETURNS bigint LANGUAGE plpgsql AS $$
        DECLARE n bigint;
        BEGIN n := nextval('bumped'); PERFORM pg_sleep(0.03); RETURN n; END $$;
      CREATE VIEW bumps AS SELECT bump() AS n;
      """)
  case "mariadb":
    try await db.execScript(
      """
      CREATE SEQUENCE bumped;
      CREATE FUNCTION bump() RETURNS BIGINT MODIFIES SQL DATA BEGIN
        DECLARE n BIGINT DEFAULT NEXTVAL(bumped); DO SLEEP(0.01); RETURN n; END;
      CREATE VIEW bumps AS SELECT bump() AS n;
      """)
  default: return false
  }
  return true
}
