import DriverAPI

// The core has several ways for what not every engine can: each keeps the promises of the others, tried on the
// engine at hand, which is said to be able to do less than it is.
let otherWayClauses = [
  Clause("BULK-1", "Rows are stored the same where the engine has no way of its own for many.") {
    context in
    for (what, change) in lesser {
      let db = try await context.open(with: WatchedDriver(context.harness.driver, facts: change))
      try await db.createItems()
      for count in [1, 2, 10, 23] {
        let rows = made(count)
        try expectEqual(
          try await db.bulkInsert(into: "items", columns: columns, rows), count, "counted, \(what)")
        let stored = try await db.query(
          "SELECT id, name, amount FROM items ORDER BY id", as: (Int, String, Int?).self
        ).collect()
        try expectEqual(stored.map(\.0), Array(1..<(count + 1)), "stored, \(what)")
        try expect(
          stored.allSatisfy { $0.1 == "item \($0.0)" && $0.2 == ($0.0 % 2 == 0 ? nil : $0.0) },
          "a row is not what was sent, \(what)")
        try await db.exec("DELETE FROM items")
      }
      try await db.exec("DROP TABLE items")
    }
  },

  Clause("BULK-2", "So is the bad one among them told, and nothing of them stored.") { context in
    for (what, change) in lesser {
      let db = try await context.open(with: WatchedDriver(context.harness.driver, facts: change))
      try await db.createItems(rowCount: 1)
      for bad in [0, 1, 9, 10, 22] {
        var rows = made(23)
        for index in rows.indices { rows[index][0] = .int(Int64(100 + index)) }
        rows[bad][0] = 1
        let error = try await expectError(.uniqueViolation, "row \(bad), \(what)") {
          try await db.bulkInsert(into: "items", columns: columns, rows)
        }
        try expectEqual(error.details.row, bad, "the row that is told, \(what)")
        try expectEqual(try await db.rowCount(of: "items"), 1, "rows behind it, \(what)")
        // Who catches it in a transaction goes on.
        try await db.transaction { transaction in
          try await transaction.exec("UPDATE items SET amount = \(bad) WHERE id = 1")
          try await expectError(.uniqueViolation, "row \(bad) in a transaction, \(what)") {
            try await transaction.bulkInsert(into: "items", columns: columns, rows)
          }
        }
        let amount = try await db.single("SELECT amount FROM items", as: Int.self)
        try expectEqual(amount, bad, "what else the transaction did, \(what)")
      }
      try await db.exec("DROP TABLE items")
    }
  },

  Clause("UPSERT-3", "Insert-ignore of each row by itself is as that of all.") { context in
    let watched = WatchedDriver(context.harness.driver) { facts in
      facts.capabilities.upserts = true
      facts.dialect.upsertForm = .separateStatements
      facts.dialect.upsertOutcome = .insertFirst
    }
    let db = try await context.open(with: watched)
    try await db.createItems(rowCount: 2)
    let columns = ["id", "name"]
    func ignore(_ executor: some StatementExecutor, _ rows: [[Value]]) async throws -> Int {
      try await executor.insertIgnore(into: "items", columns: columns, key: ["id"], rows)
    }
    try expectEqual(try await ignore(db, [[1, "again"]]), 0, "one that is there")
    try expectEqual(try await ignore(db, [[3, "c"]]), 1, "one that is new")
    try expectEqual(
      try await ignore(db, [[1, "again"], [4, "d"], [4, "e"], [5, "f"]]), 2, "a mixture")
    try await db.transaction { transaction in
      try expectEqual(try await ignore(transaction, [[6, "g"], [5, "h"]]), 1, "in a transaction")
    }
    try await expectError(.notNullViolation, "a required NULL") {
      try await ignore(db, [[7, "i"], [8, nil]])
    }
    let names = try await db.query("SELECT name FROM items ORDER BY id", as: String.self).collect()
    try expectEqual(names, ["item 1", "item 2", "c", "d", "f", "g"], "the table")
  },

  Clause("DIALECT-4", "A table is made if it is missing where the engine cannot say so.") {
    context in
    let watched = WatchedDriver(context.harness.driver) { $0.dialect.hasIfNotExists = false }
    let db = try await context.open(with: watched)
    let definition = db.expanded("id {int} NOT NULL PRIMARY KEY")
    for name in ["made", "others"] {
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 1...4 {
          group.addTask { try await db.createTable(ifMissing: name, definition) }
        }
        try await group.waitForAll()
      }
      try await db.exec(SQL(raw: "INSERT INTO \(name) (id) VALUES (1)"))
      try await db.createTable(ifMissing: name, definition)
      try expectEqual(try await db.rowCount(of: name), 1, "rows of a table that is there")
    }
    let error = try await thrownError("a definition that is none") {
      try await db.createTable(ifMissing: "third", "id NO SUCH (TYPE")
    }
    try expectEqual(error.execution, .rejected, "the execution")
    try expect(try await !db.tableNames().contains("third"), "the table is there")
  },
]

private let columns = ["id", "name", "amount"]

private func made(_ count: Int) -> [[Value]] {
  (1..<(count + 1)).map { id in
    [.int(Int64(id)), .text("item \(id)"), id % 2 == 0 ? .null : .int(Int64(id))]
  }
}

/// Without a way of its own for many rows: ten of them in a statement, or one.
private let lesser: [(String, @Sendable (inout ServerFacts) -> Void)] = [
  (
    "ten at a time",
    { facts in
      facts.capabilities.nativeBulkInsert = false
      if facts.dialect.severalRows != .oneByOne { facts.dialect.maxRowsPerInsert = 10 }
    }
  ),
  (
    "one by one",
    { facts in
      facts.capabilities.nativeBulkInsert = false
      facts.dialect.severalRows = .oneByOne
    }
  ),
]
