import DriverAPI

// What a dialect writes, tried on the engine that is said to understand it.
let dialectClauses = [
  Clause("DIALECT-1", "A query of no table and the literals of truth are the engine's.") {
    context in
    let db = try await context.open()
    let dialect = db.dialect
    try expectEqual(
      try await db.single(SQL(raw: dialect.selectSQL("7")), as: Int.self), 7, "a query of no table")
    let rows = try await db.query(SQL(raw: dialect.selectSQL("1, 2")), as: (Int, Int).self)
    try expectEqual(try await rows.collect().count, 1, "its rows")
    try await db.createTable("truths", "id {int} NOT NULL PRIMARY KEY, b {bool}")
    let literals = [dialect.booleanLiterals.true, dialect.booleanLiterals.false]
    for (id, literal) in literals.enumerated() {
      try await db.exec(SQL(raw: "INSERT INTO truths (id, b) VALUES (\(id), \(literal))"))
    }
    let told = try await db.query("SELECT b FROM truths ORDER BY id", as: Bool.self).collect()
    try expectEqual(told, [true, false], "what the literals stored")
    for (id, literal) in literals.enumerated() {
      let found = try await db.query(
        SQL(raw: "SELECT id FROM truths WHERE b = \(literal)"), as: Int.self)
      try expectEqual(try await found.collect(), [id], "the row found by \(literal)")
    }
    let untyped = SQL(raw: dialect.selectSQL(dialect.parameter(.int)), [.int(42)])
    // Without a type some engines take it for text.
    let possible: [Value] = dialect.parametersNeedTypes ? [.int(42)] : [.int(42), .text("42")]
    let value = try await db.single(untyped, as: Value.self)
    try expect(possible.contains(value), "a parameter alone, 42, came back as \(value)")
  },

  Clause("DIALECT-2", "A page has the rows it should have, in order.") { context in
    let db = try await context.open()
    try await db.createItems(rowCount: 12)
    let all = Array(3...12)
    for (limit, offset) in [(5, 0), (3, 4), (5, 8), (0, 0), (0, 3), (1, 9), (4, 10), (100, 2)] {
      let query: SQL = "SELECT id FROM items WHERE id >= \(3) ORDER BY id"
      let page: SQL
      do throws(DatabaseError) {
        page = try db.dialect.paged(query, limit: limit, offset: offset)
      } catch {
        // An engine that can leave out no rows says so before anything is sent.
        try expect(
          error.kind == .unsupported && error.execution == .notSent && offset > 0,
          "\(limit) rows from \(offset): \(error)")
        continue
      }
      try expectEqual(
        try await db.query(page, as: Int.self).collect(),
        Array(all.dropFirst(offset).prefix(limit)),
        "\(limit) rows from \(offset)")
    }
  },

  Clause(
    "DIALECT-3", "A row that was read to be changed stays as it is until then.", weight: .heavy
  ) {
    context in
    let db = try await context.open { $0.maxConnections = 2 }
    try await db.createItems(rowCount: 1)
    let rounds = 6
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 1...2 {
        group.addTask {
          for _ in 1...rounds {
            try await db.transaction(retrying: RetryPolicy(maxAttempts: 50)) { transaction in
              let amount = try await transaction.single(
                db.dialect.lockingSQL("amount", from: "items", where: "id = \(1)"), as: Int.self)
              // The other one comes in between, if it can.
              try await Task.sleep(for: .milliseconds(20))
              try await transaction.exec("UPDATE items SET amount = ? WHERE id = 1", amount + 1)
            }
          }
        }
      }
      try await group.waitForAll()
    }
    try expectEqual(
      try await db.single("SELECT amount FROM items", as: Int.self), 10 + 2 * rounds, "the sum")
  },

  Clause("DIALECT-4", "Tables, columns and indexes are made, changed and taken away.") { context in
    let db = try await context.open()
    let dialect = db.dialect
    let columns = db.expanded("id {int} NOT NULL PRIMARY KEY, name {key}")
    for _ in 1...2 { try await db.createTable(ifMissing: "made", columns) }
    try await db.exec("INSERT INTO made (id, name) VALUES (1, 'a')")
    try await db.createTable(ifMissing: "made", columns)
    try expectEqual(try await db.rowCount(of: "made"), 1, "rows of a table that is there")
    let extra = "extra " + db.expanded("{int} ") + dialect.required(default: "7")
    try await db.exec(SQL(raw: dialect.addingColumn(extra, to: "made")))
    try await db.exec("INSERT INTO made (id, name) VALUES (2, 'b')")
    let added = try await db.query("SELECT extra FROM made ORDER BY id", as: Int.self).collect()
    try expectEqual(added, [7, 7], "a column that was added")
    try await expectError(.notNullViolation, "NULL in it") {
      try await db.exec("INSERT INTO made (id, name, extra) VALUES (3, 'c', NULL)")
    }
    try await changeDefault(of: "extra", in: "made", to: 8, db)
    // Twice, because a name that is still taken shows only then.
    for _ in 1...2 {
      try await db.exec("CREATE INDEX made_names ON made (name)")
      try await db.exec(SQL(raw: dialect.droppingIndex("made_names", of: "made")))
    }
    try await db.exec(SQL(raw: dialect.removingColumn("extra", from: "made")))
    try expectEqual(try await db.columns(of: "made").map(\.name), ["id", "name"], "columns left")
  },

  Clause("DIALECT-5", "No name is cut off in silence.") { context in
    let db = try await context.open()
    let longest = db.dialect.maxIdentifierBytes
    for count in [longest ?? 30, 200] {
      let name = String(repeating: "n", count: count - 1) + "x"
      let create: SQL
      do { create = SQL(raw: "CREATE TABLE \(try db.dialect.quoted(name)) (id INTEGER)") } catch {
        try expect(longest.map { $0 < count } ?? false, "\(count) bytes: \(error)")
        continue
      }
      do { try await db.exec(create) } catch let error as DatabaseError {
        try expect(
          count > longest ?? 30 && error.execution == .rejected, "\(count) bytes: \(error)")
        continue
      }
      let names = try await db.tableNames()
      try expect(
        names.contains(name), "the table is called \(names.map(\.utf8.count)) bytes, not \(count)")
    }
  },

  Clause("DIALECT-6", "What the dialect says the engine cannot return it cannot.") { context in
    let db = try await context.open()
    try await db.createItems()
    let insert = "INSERT INTO items (id, name) VALUES (1, 'a') RETURNING id"
    if db.dialect.returning.contains(.insert) {
      try expectEqual(try await db.single(SQL(raw: insert), as: Int.self), 1, "the id")
      return
    }
    // Else the library would go another way than it has to. Whether the engine refuses the words or
    // what lies between swallows the row is one: there is none.
    do {
      let returned = try await db.query(SQL(raw: insert), as: Int.self).collect()
      try expectEqual(returned, [], "rows that an insert returned all the same")
    } catch let error as DatabaseError {
      try expectEqual(error.execution, .rejected, "what became of it: \(error)")
    }
  },

  Clause("DIALECT-6", "As many rows as the dialect says fit into one insert.") { context in
    let db = try await context.open()
    let columns = ["id", "name", "amount"]
    try await db.createItems()
    let count = min(2_000, db.dialect.rowsPerInsert(columnCount: columns.count))
    if db.dialect.severalRows == .oneByOne {
      try expectEqual(count, 1, "rows of one insert")
    }
    let sql = try db.dialect.insertSQL(into: "items", columns: columns, rowCount: count)
    let values = (1...count).flatMap { [Value.int(Int64($0)), .text("n"), .null] }
    let result = try await db.exec(SQL(raw: sql, values))
    try expectEqual(result.rowCount, count, "rows that were counted")
    try expectEqual(try await db.rowCount(of: "items"), count, "rows that are there")
  },
]

/// Changes what a column gets by itself, where the engine has a form for that.
private func changeDefault(
  of column: String, in table: String, to value: Int, _ db: Database
) async throws {
  let dialect = db.dialect
  switch dialect.columnChange {
  case .alterColumn:
    try await db.exec(SQL(raw: "ALTER TABLE \(table) ALTER COLUMN \(column) SET DEFAULT \(value)"))
  case .modify:
    let definition = db.expanded("{int} ") + dialect.required(default: "\(value)")
    try await db.exec(SQL(raw: "ALTER TABLE \(table) MODIFY \(column) \(definition)"))
  case nil: return
  }
  try await db.exec(SQL(raw: "INSERT INTO \(table) (id, name) VALUES (9, 'i')"))
  let given = try await db.single(
    SQL(raw: "SELECT \(column) FROM \(table) WHERE id = 9"), as: Int.self)
  try expectEqual(given, value, "the column's new default")
}
