import DriverAPI

let statementClauses = [
  Clause("STMT-1", "A changed table does not break cached statements.") { context in
    let db = try await context.open { $0.maxConnections = 1 }
    try await db.createItems(rowCount: 2)
    let all: SQL = "SELECT * FROM items ORDER BY id"
    try await db.withConnection { connection in
      for _ in 1...3 {
        try expectEqual(try await names(connection, all), ["id", "name", "amount"], "before")
      }
      let adding = connection.dialect.addingColumn("extra INTEGER DEFAULT 7", to: "items")
      try await connection.exec(SQL(raw: adding))
      for _ in 1...3 {
        try expectEqual(
          try await names(connection, all), ["id", "name", "amount", "extra"], "after ALTER TABLE")
      }
      try await connection.exec("DROP TABLE items")
      try await expectError(.undefinedObject, "after DROP TABLE") {
        try await names(connection, all)
      }
      try await connection.createTable("items", "id {text}")
      try await connection.exec("INSERT INTO items (id) VALUES ('now text')")
      try expectEqual(try await names(connection, all), ["id"], "after it was made anew")
      let value = try await connection.single(all, as: String.self)
      try expectEqual(value, "now text", "the value of another type")
    }
  },

  Clause("STMT-1", "Cached inserts and updates survive a changed table too.") { context in
    let db = try await context.open()
    try await db.createItems(rowCount: 1)
    for round in 1...3 {
      try await db.exec("INSERT INTO items (id, name) VALUES (?, 'a')", 100 + round)
      try await db.exec("UPDATE items SET amount = ? WHERE id = 1", round)
      try await db.exec(SQL(raw: db.dialect.addingColumn("extra\(round) INTEGER", to: "items")))
    }
    try expectEqual(try await db.rowCount(of: "items"), 4, "rows")
  },

  Clause("STMT-1", "A statement that is kept means the tables that its session sees now.") {
    context in
    let db = try await context.open { $0.maxConnections = 1 }
    try await db.createItems(rowCount: 3)
    let count: SQL = "SELECT COUNT(*) FROM items"
    let names = SQL(raw: "SELECT * FROM items WHERE id > ?", [0])
    let hiding = hidingWords(db.dialect)
    if hiding.isEmpty {
      throw NotSaid("no words of \(db.dialect) are known that have a session see another table")
    }
    for words in hiding {
      for _ in 1...3 {
        try expectEqual(try await db.single(count, as: Int.self), 3, "rows before \(words)")
        try expectEqual(try await db.query(names, as: Int.self).collect().count, 3, "rows read")
      }
      try await db.withConnection { connection in
        for _ in 1...2 { _ = try await connection.single(count, as: Int.self) }
        try await connection.exec(SQL(raw: words))
        for round in 1...2 {
          do {
            let found = try await connection.single(count, as: Int.self)
            try expectEqual(found, 0, "rows after \(words), round \(round)")
            let rows = try await connection.query(names, as: Int.self).collect()
            try expectEqual(rows, [], "rows read after \(words), round \(round)")
          } catch let error as DatabaseError {
            try expectEqual(error.kind, .undefinedObject, "a table that is not seen any more")
            try expectEqual(error.connection, .usable, "the connection after \(error)")
          }
        }
      }
    }
    try expectEqual(try await db.single(count, as: Int.self), 3, "rows in the end")
  },

  Clause("STMT-6", "An isolation level leaves the prepared statements alone.") { context in
    let watched = WatchedDriver(context.harness.driver)
    let db = try await context.open(with: watched) { $0.maxConnections = 1 }
    try await db.createItems(rowCount: 1)
    func round() async throws {
      try await db.transaction(TransactionOptions(isolation: .serializable)) { transaction in
        try await transaction.exec("UPDATE items SET amount = ? WHERE id = ?", 1, 1)
      }
      try await db.exec("UPDATE items SET amount = ?", 2)
    }
    try await round()
    let before = watched.counts
    for _ in 1...5 { try await round() }
    try expectEqual(watched.counts.resets, before.resets, "resets")
    try watched.expectKeeping()
    // Where a level is a statement of its own, that one may be sent as a text.
    let prepared = watched.counts.prepared - before.prepared
    try expect(prepared <= 5, "\(prepared) statements were prepared again in five rounds")
  },

  Clause("STMT-1", "The cache is bounded, and every statement is released once.") { context in
    let watched = WatchedDriver(context.harness.driver)
    let db = try await context.open(with: watched) {
      $0.maxConnections = 1
      $0.statementCacheCapacity = 4
    }
    try await db.withConnection { connection in
      let before = watched.counts
      for _ in 1...10 { _ = try await connection.single(connection.one, as: Int.self) }
      let prepared = watched.counts.prepared - before.prepared
      try expectEqual(prepared, watched.keepsStatements ? 1 : 10, "prepared for one text")
      for number in 1...20 {
        _ = try await connection.single(connection.selecting("\(number)"), as: Int.self)
      }
      let kept = watched.counts.prepared - watched.counts.finalized
      try expect(kept <= 5, "\(kept) statements are kept, 4 may be")
    }
    await db.close()
    try expectEqual(watched.counts.finalized, watched.counts.prepared, "statements released")
    try expectEqual(watched.counts.misordered, 0, "calls after their release")
  },

  Clause("STMT-1", "The statements that begin and end transactions are prepared once.") { context in
    let watched = WatchedDriver(context.harness.driver)
    let db = try await context.open(with: watched) { $0.maxConnections = 1 }
    try await db.createItems()
    func runTransactions() async throws {
      try await db.transaction { transaction in
        try await transaction.exec("DELETE FROM items")
        try await transaction.transaction { try await $0.exec("DELETE FROM items") }
        _ = try? await transaction.transaction { _ in throw Deliberate() }
      }
      _ = try? await db.transaction { _ in throw Deliberate() }
    }
    try await runTransactions()
    try watched.expectKeeping()
    let before = watched.counts.prepared
    for _ in 1...10 { try await runTransactions() }
    try expectEqual(watched.counts.prepared - before, 0, "prepared again")
  },

  Clause("BULK-1", "A hundred thousand rows in one atomic call.", weight: .heavy) { context in
    let db = try await context.open()
    try await db.createItems()
    let rows: [[Value]] = (1...100_000).map { id in
      [.int(Int64(id)), .text("item"), id % 3 == 0 ? .null : .int(Int64(id * 2))]
    }
    let count = try await db.bulkInsert(into: "items", columns: ["id", "name", "amount"], rows)
    try expectEqual(count, 100_000, "rows told")
    let told = try await db.queryRow(
      "SELECT COUNT(*), SUM(id), COUNT(amount), MAX(amount) FROM items",
      as: (Int, ExactDecimal, Int, Int).self)
    let (stored, sum, present, largest) = try expectSome(told, "the row")
    try expectEqual(stored, 100_000, "rows stored")
    try expectEqual("\(sum)", "5000050000", "the sum of their ids")
    try expectEqual(present, 66_667, "amounts that are not null")
    try expectEqual(largest, 200_000, "the largest amount")
    let none = try await db.bulkInsert(into: "items", columns: ["id", "name"], [])
    try expectEqual(none, 0, "no rows at all")
  },

  Clause("BULK-2", "A bad row: nothing stored, and its index in the error.") { context in
    let db = try await context.open()
    try await db.createItems(rowCount: 1)
    for bad in [0, 1, 700, 2499] {
      var rows: [[Value]] = (0..<2500).map { [.int(Int64(1000 + $0)), "item"] }
      rows[bad][1] = nil
      let error = try await expectError(.notNullViolation, "a NULL in row \(bad)") {
        try await db.bulkInsert(into: "items", columns: ["id", "name"], rows)
      }
      try expectEqual(error.details.row, bad, "the index of the bad row")
      try expectEqual(try await db.rowCount(of: "items"), 1, "rows stored")
    }
    let error = try await expectRefusal(.misuse, "a row that is too short") {
      try await db.bulkInsert(into: "items", columns: ["id", "name"], [[7, "a"], [8]])
    }
    try expectEqual(error.details.row, 1, "the index of the short row")
    try await db.transaction { transaction in
      try await expectError(.uniqueViolation, "a duplicate inside a transaction") {
        try await transaction.bulkInsert(
          into: "items", columns: ["id", "name"], [[5, "a"], [1, "b"]])
      }
      try await transaction.exec("INSERT INTO items (id, name) VALUES (6, 'after')")
    }
    try expectEqual(try await db.rowCount(of: "items"), 2, "rows after a savepoint's failure")
  },

  Clause("SCHEMA-1", "A table made without quotes is the one that is meant in quotes.") { context in
    let db = try await context.open()
    try await db.createItems(rowCount: 1)
    let (table, amount) = (try db.dialect.quoted("items"), try db.dialect.quoted("amount"))
    try await db.exec(SQL(raw: "UPDATE \(table) SET \(amount) = 7"))
    try expectEqual(try await db.single("SELECT amount FROM items", as: Int.self), 7, "the amount")
    try expect(try await db.tableNames().contains("items"), "the table is listed otherwise")
    try expectEqual(
      try await db.columns(of: "items").map(\.name), ["id", "name", "amount"], "its columns")
    try await db.exec(SQL(raw: "CREATE TABLE \(try db.dialect.quoted("others")) (n INTEGER)"))
    try expectEqual(try await db.rowCount(of: "others"), 0, "rows of one made in quotes")
  },

  Clause("SCHEMA-1", "Tables and columns can be listed.") { context in
    let db = try await context.open()
    try expectEqual(try await db.tableNames(), [], "tables of an empty database")
    try await db.createItems()
    try await db.createTable("Ablage", "nummer {int}, inhalt {bytes} NOT NULL")
    let names = try await db.tableNames().map { $0.lowercased() }
    try expectEqual(names.sorted(), ["ablage", "items"], "tables")
    let columns = try await db.columns(of: "items")
    try expectEqual(columns.map(\.name), ["id", "name", "amount"], "columns, in order")
    try expectEqual(columns.map(\.isNullable), [false, false, true], "which take NULL")
    try expect(columns.allSatisfy { !$0.typeName.isEmpty }, "a type is missing: \(columns)")
    try expectEqual(try await db.columns(of: "nowhere"), [], "columns of no table")
  },
]

/// Statements behind which a session sees another table of the name, or none.
private func hidingWords(_ dialect: Dialect) -> [String] {
  let table = "CREATE TEMPORARY TABLE items (id INTEGER, name VARCHAR(9))"
  return switch dialect.name {
  case "sqlite": [table]
  case "postgres": [table, "SET search_path TO pg_catalog"]
  case "mysql", "mariadb": [table, "USE information_schema"]
  default: []
  }
}

private func names(_ connection: Connection, _ sql: SQL) async throws -> [String] {
  var rows = try await connection.query(sql)
  let names = rows.columns.names.map(connection.dialect.written)
  while try await rows.next() { try expectEqual(rows.row.count, names.count, "columns of a row") }
  return names
}
