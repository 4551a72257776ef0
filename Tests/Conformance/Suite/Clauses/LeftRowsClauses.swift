import DriverAPI

/// What becomes of statements whose rows nobody reads to the end, and of rows that outlive their lease.
let leftRowsClauses = [
  Clause("QUERY-7", "A statement that writes runs to its end whether or not its rows are read.") {
    context in
    let db = try await context.open { $0.maxConnections = 1 }
    try await db.createTable("counted", "id {int} NOT NULL PRIMARY KEY")
    let count = 20_000
    let rows: [[Value]] = (1...count).map { [.int(Int64($0))] }
    try await db.bulkInsert(into: "counted", columns: ["id"], rows)
    guard db.dialect.returning.contains(.delete) else {
      // Without rows of its own a write cannot be left early.
      try expectEqual(try await db.exec("DELETE FROM counted").rowCount, count, "rows deleted")
      return
    }
    let first = try await db.queryRow("DELETE FROM counted RETURNING id", as: Int.self)
    try expect(first != nil, "no row of a delete that has many")
    try expectEqual(try await db.rowCount(of: "counted"), 0, "rows left by queryRow")

    try await db.bulkInsert(into: "counted", columns: ["id"], rows)
    let named = try await db.query("DELETE FROM counted RETURNING id", as: Int.self)
    for try await _ in named { break }
    named.close()
    // At the latest before the next statement of its connection; others may look too early.
    try await db.withConnection { connection in
      try expectEqual(
        try await connection.rowCount(of: "counted"), 0, "rows left by a loop that was left")
    }

    try await db.bulkInsert(into: "counted", columns: ["id"], rows)
    try await db.transaction { transaction in
      _ = try await transaction.queryRow("DELETE FROM counted RETURNING id", as: Int.self)
      try await transaction.exec("INSERT INTO counted (id) VALUES (0)")
    }
    try expectEqual(try await db.rowCount(of: "counted"), 1, "rows left inside a transaction")
  },

  Clause("QUERY-7", "Leaving rows early inside a transaction does not spoil it.") { context in
    let db = try await context.open { $0.maxConnections = 1 }
    try await db.createItems()
    for round in 1...3 {
      try await db.transaction { transaction in
        _ = try await transaction.queryRow(transaction.counting(to: 50_000), as: Int.self)
        let rows = try await transaction.query(transaction.counting(to: 50_000), as: Int.self)
        for try await _ in rows { break }
        try await transaction.exec("INSERT INTO items (id, name) VALUES (?, 'a')", round)
      }
    }
    try expectEqual(try await db.rowCount(of: "items"), 3, "rows")
  },

  Clause("QUERY-8", "Rows end with the lease they were read under.") { context in
    let db = try await context.open { $0.maxConnections = 1 }
    try await db.createItems(rowCount: 50)
    let rows = try await db.withConnection { connection in
      try await connection.query("SELECT id FROM items", as: Int.self)
    }
    try await db.exec("INSERT INTO items (id, name) VALUES (51, 'a')")
    try await expectRefusal(.misuse, "reading them after the scope") { try await rows.collect() }

    var iterator = try await db.withConnection { connection in
      var iterator = try await connection.query("SELECT id FROM items", as: Int.self)
        .makeAsyncIterator()
      try expect(try await iterator.next() != nil, "no first row")
      return iterator
    }
    try await expectRefusal(.misuse, "stepping on after the scope") { try await iterator.next() }

    let borrowed = try await db.transaction { transaction in
      try await transaction.query("SELECT id FROM items", as: Int.self)
    }
    try await db.exec("INSERT INTO items (id, name) VALUES (52, 'b')")
    await db.close()
    try await expectRefusal(.misuse, "reading those of a closed database") {
      try await borrowed.collect()
    }
  },

  Clause("QUERY-9", "What fails at the end of an answer is told, and nothing is stored.") {
    context in
    let db = try await context.open { $0.maxConnections = 1 }
    try await db.createTable("parents", "id {int} NOT NULL PRIMARY KEY")
    // Checked at the commit, where the engine can put it off; otherwise at once.
    do {
      try await db.createTable(
        "children",
        "id {int} NOT NULL PRIMARY KEY, parent {int} NOT NULL, "
          + "FOREIGN KEY (parent) REFERENCES parents (id) DEFERRABLE INITIALLY DEFERRED")
    } catch let error as DatabaseError where error.kind == .syntax {
      try await db.createTable(
        "children",
        "id {int} NOT NULL PRIMARY KEY, parent {int} NOT NULL, "
          + "FOREIGN KEY (parent) REFERENCES parents (id)")
    }
    let insert = "INSERT INTO children (id, parent) VALUES (1, 7)"
    guard db.dialect.returning.contains(.delete) else {
      try await expectError(.foreignKeyViolation, "exec") { try await db.exec(SQL(raw: insert)) }
      return
    }
    let returning = SQL(raw: insert + " RETURNING id")
    for round in 1...2 {
      try await expectError(.foreignKeyViolation, "queryRow, run \(round)") {
        try await db.queryRow(returning, as: Int.self)
      }
      try await expectError(.foreignKeyViolation, "query, run \(round)") {
        try await db.query(returning, as: Int.self).collect()
      }
    }
    try expectEqual(try await db.rowCount(of: "children"), 0, "rows")
  },
]
