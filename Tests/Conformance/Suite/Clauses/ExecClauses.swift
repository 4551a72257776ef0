import DriverAPI

let execClauses = [
  Clause(
    "EXEC-1", "The count is rows matched, also when an update changes nothing.",
    needs: \.matchedRowCounts,
    otherwise: { context in
      let db = try await context.open()
      try await db.createItems(rowCount: 3)
      let changed = try await db.exec("UPDATE items SET amount = 10")
      try expectEqual(changed.rowCount, 2, "rows changed, of three that were matched")
    }
  ) { context in
    let db = try await context.open()
    try await db.createItems(rowCount: 3)
    func count(_ sql: SQL) async throws -> Int {
      let result: ExecResult = try await db.exec(sql)
      return result.rowCount
    }
    try expectEqual(try await count("UPDATE items SET amount = 1"), 3, "rows changed")
    try expectEqual(try await count("UPDATE items SET amount = 1"), 3, "rows set to what they had")
    try expectEqual(try await count("UPDATE items SET amount = 2 WHERE id = 2"), 1, "one row")
    try expectEqual(try await count("UPDATE items SET amount = 2 WHERE id = 9"), 0, "no row")
    let copies: SQL = "INSERT INTO items (id, name) SELECT id + 3, name FROM items WHERE id < 3"
    try expectEqual(try await count(copies), 2, "rows inserted")
    try expectEqual(try await count("DELETE FROM items WHERE id > 3"), 2, "rows deleted")
    try expectEqual(try await count("DELETE FROM items"), 3, "all rows deleted")
    try expectEqual(try await count("DELETE FROM items"), 0, "rows deleted from an empty table")
  },

  Clause("EXEC-1", "DDL counts no rows, also right after a statement that did.") { context in
    let db = try await context.open()
    try await db.createItems(rowCount: 3)
    try await db.withConnection { connection in
      _ = try await connection.exec("UPDATE items SET amount = 1")
      let created = try await connection.exec("CREATE INDEX items_amount ON items (amount)")
      try expectEqual(created.rowCount, 0, "rows of CREATE INDEX")
      let dropped = try await connection.exec("DROP TABLE items")
      try expectEqual(dropped.rowCount, 0, "rows of DROP TABLE")
    }
  },

  Clause("EXEC-2", "One call gives the id of a new row on every engine.") { context in
    let db = try await context.open()
    try await db.createTable("notes", "id {id}, body {text}")
    var last: Int64 = 0
    for body in ["one", "two", "three"] {
      let id = try await db.insert(into: "notes", ["body": .text(body)])
      try expect(id > last, "id \(id) does not follow \(last)")
      let stored = try await db.single("SELECT body FROM notes WHERE id = \(id)", as: String.self)
      try expectEqual(stored, body, "the row of id \(id)")
      last = id
    }
  },

  Clause("EXEC-2", "Where the engine tells an id by itself it is the new row's.") { context in
    let db = try await context.open()
    try await db.createTable("notes", "id {id}, body {text}")
    for body in ["one", "two"] {
      let result = try await db.exec("INSERT INTO notes (body) VALUES (?)", body)
      guard let id = result.lastInsertID else { continue }
      let stored = try await db.single("SELECT id FROM notes WHERE body = \(body)", as: Int64.self)
      try expectEqual(id, stored, "the last insert id")
    }
    let update = try await db.exec("UPDATE notes SET body = 'three'")
    try expectEqual(update.lastInsertID, nil, "the id an update gives")
  },

  Clause("EXEC-3", "Two statements in one text are misuse, and neither runs.") { context in
    let db = try await context.open()
    try await db.createItems(rowCount: 1)
    try await expectRefusal(.misuse, "two statements in exec") {
      try await db.exec("DELETE FROM items; DELETE FROM items")
    }
    try await expectRefusal(.misuse, "two statements in query") {
      try await db.query("SELECT 1; DELETE FROM items", as: Int.self).collect()
    }
    try expectEqual(try await db.rowCount(of: "items"), 1, "rows afterwards")
    try await db.exec("UPDATE items SET name = 'a;b' WHERE id = 1;")
    let name = try await db.single("SELECT name FROM items", as: String.self)
    try expectEqual(name, "a;b", "a semicolon in a string")
  },

  Clause("EXEC-3", "Scripts have their own call and say which statement failed.") { context in
    let db = try await context.open()
    try await db.createItems()
    try await db.execScript(
      """
      INSERT INTO items (id, name) VALUES (1, 'a;b'); -- a comment; with a semicolon
      INSERT INTO items (id, name) VALUES (2, 'c');
      """)
    try expectEqual(try await db.rowCount(of: "items"), 2, "rows of the script")
    let error = try await expectError(.uniqueViolation, "a script with a bad statement") {
      try await db.execScript(
        """
        INSERT INTO items (id, name) VALUES (3, 'd');
        INSERT INTO items (id, name) VALUES (3, 'e');
        INSERT INTO items (id, name) VALUES (4, 'f')
        """)
    }
    try expect(error.message.contains("2"), "\(error) does not say which statement")
    try expectEqual(try await db.rowCount(of: "items"), 3, "rows after the failure")
  },

  Clause("EXEC-4", "Too few or too many parameters are misuse before anything is sent.") {
    context in
    let watched = WatchedDriver(context.harness.driver)
    let db = try await context.open(with: watched)
    try await db.createItems()
    let insert = "INSERT INTO items (id, name) VALUES (?, ?)"
    let sent = watched.counts.executed
    for parameters: [Value] in [[], [1], [1, "a", 2], [1, "a", nil, nil]] {
      try await expectRefusal(.misuse, "\(parameters.count) values for 2 parameters") {
        try await db.exec(SQL(raw: insert, parameters))
      }
      try await expectRefusal(.misuse, "\(parameters.count) values for 1 parameter") {
        let sql = SQL(raw: "SELECT id FROM items WHERE id = ?", parameters + [1, 1])
        return try await db.query(sql, as: Int.self).collect()
      }
    }
    try expectEqual(watched.counts.executed, sent, "statements sent")
    try await db.exec(SQL(raw: insert, [1, "a"]))
    try expectEqual(try await db.rowCount(of: "items"), 1, "rows after the right number")
  },

  Clause("EXEC-5", "A failed statement leaves no effect and a usable connection.") { context in
    let db = try await context.open()
    try await db.createItems(rowCount: 2)
    try await db.withConnection { connection in
      try await expectError(.uniqueViolation, "an insert whose last row is bad") {
        try await connection.exec(
          "INSERT INTO items (id, name) SELECT 5 - 2 * id, name FROM items ORDER BY id")
      }
      try expectEqual(connection.transactionStatus, .none, "the transaction after a failure")
      try expectEqual(try await connection.rowCount(of: "items"), 2, "rows after the failure")
      try await connection.exec("INSERT INTO items (id, name) VALUES (3, 'c')")
      try expectEqual(try await connection.rowCount(of: "items"), 3, "rows after a good one")
    }
  },
]
