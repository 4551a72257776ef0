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

  Clause("QUERY-7", "What rows fail with that were left in a transaction is told as what it is.") {
    context in
    let db = try await context.open { $0.maxConnections = 1 }
    try await db.createItems(rowCount: 3)
    // Has no absolute value, which is found out behind the rows before it.
    try await db.exec("UPDATE items SET amount = \(Int64.min) WHERE id = 3")
    let sql: SQL = "SELECT ABS(amount) FROM items"
    let whole = try await thrownError("a query that overflows in its last row") {
      try await db.query(sql, as: Int64.self).collect()
    }
    for pause in [Duration.zero, .milliseconds(40)] {
      do {
        try await db.transaction { transaction in
          var rows = try await transaction.query(sql)
          _ = try await rows.next()
          // The rest has arrived then, and is not read.
          try await Task.sleep(for: pause)
          rows.close()
          try await transaction.exec("INSERT INTO items (id, name) VALUES (4, 'kept')")
        }
        try expectEqual(try await db.exec("DELETE FROM items WHERE id = 4").rowCount, 1, "stored")
      } catch let error as DatabaseError {
        try expectEqual(error.kind, whole.kind, "what the rows had behind them")
        try expectEqual(try await db.rowCount(of: "items"), 3, "rows after what was told")
      }
    }
  },

  Clause("QUERY-3", "Rows that are left keep no memory.", weight: .heavy) { context in
    let db = try await context.open { $0.maxConnections = 1 }
    let sql = db.counting(to: 60, "n, '\(String(repeating: "x", count: 200))'")
    try await db.transaction { transaction in
      var growths: [Int] = []
      for _ in 1...2 {
        let before = ResidentMemory.baseline()
        for _ in 1...1500 {
          var rows = try await transaction.query(sql)
          try expect(try await rows.next(), "there is no row")
          rows.close()
        }
        growths.append(ResidentMemory.baseline() - before)
      }
      let least = growths.min() ?? 0
      try expect(least < 50 << 20, "memory grew by \(growths.map { $0 >> 20 }) MiB")
    }
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

  Clause("QUERY-9", "What a procedure does before and behind its rows is told as it is.") {
    context in
    let db = try await context.open { $0.maxConnections = 1 }
    try await db.createItems(rowCount: 2)
    for words in try procedures(db.dialect) { try await db.exec(SQL(raw: words)) }
    try await db.withConnection { connection in
      for number in 1...3 {
        let rows = try await connection.query("CALL two_answers(?)", number, as: Int.self).collect()
        try expectEqual(rows, [number], "the rows of the first answer")
        let first = try await connection.queryRow("CALL two_answers(?)", number, as: Int.self)
        try expectEqual(first, number, "the first of them")
        try expectEqual(
          try await connection.exec("CALL two_answers(?)", number).rowCount, 0, "count")
        var left = try await connection.query("CALL two_answers(?)", number)
        _ = try await left.next()
        left.close()
      }
      // One text that has rows at one time and none at another.
      for number in [1, 0, 1, 0, 0, 2] {
        var rows = try await connection.query("CALL perhaps(?)", number)
        try expectEqual(rows.columns.count, min(number, 1), "columns of what may have rows")
        var count = 0
        while try await rows.next() {
          count += 1
          try expectEqual(try rows.row.decode(0, as: Int.self), number, "the value")
        }
        try expectEqual(count, min(number, 1), "rows of what may have some")
      }
      for (call, count) in [
        ("fails(0)", 0), ("fails(5)", 5), ("fails(300)", 300), ("fails(9000)", 9000),
      ] {
        let sql = SQL(raw: "CALL \(call)")
        var read = 0
        let error = try await thrownError("\(call), read to its end") {
          var rows = try await connection.query(sql)
          while try await rows.next() { read += 1 }
        }
        try expectEqual(read, count, "rows before the error of \(call)")
        try expectEqual(error.kind, .other, "the error of \(call)")
        try expectEqual(error.execution, .rejected, "the execution of \(call)")
        let other = try await thrownError("\(call) without a look at its rows") {
          try await connection.exec(sql)
        }
        try expectEqual(other.connection, .usable, "the connection after \(call)")
        try expectEqual(try await connection.rowCount(of: "items"), 2, "rows after \(call)")
      }
      try expectEqual(connection.transactionStatus, .none, "the status")
    }
    // What a procedure began and did not end is known, whether it fails or not.
    for (call, status) in [
      ("begins(0)", TransactionStatus.active), ("begins(1)", .active), ("begins_twice()", .active),
      ("begins_twice()", .active),
    ] {
      try await db.withConnection { connection in
        do { try await connection.exec(SQL(raw: "CALL \(call)")) } catch let error as DatabaseError
        {
          try expectEqual(error.connection, .usable, "the connection after \(call)")
        }
        try expectEqual(connection.transactionStatus, status, "the status after \(call)")
        if status == .active { try await connection.exec("ROLLBACK") }
        try expectEqual(connection.transactionStatus, .none, "the status after ROLLBACK")
      }
      _ = try? await db.exec(SQL(raw: "CALL \(call)"))
      try await db.exec("INSERT INTO items (id, name) VALUES (7, 'kept')")
      try expectEqual(try await db.rowCount(of: "items"), 3, "rows after \(call)")
      try await db.exec("DELETE FROM items WHERE id = 7")
    }
    // Rows that are left with a transaction behind them: nothing may run in one that nobody began.
    for count in [3, 9000] {
      do {
        try await db.withConnection { connection in
          var rows = try await connection.query("CALL begins_behind(?)", count)
          _ = try await rows.next()
          rows.close()
          try await connection.exec("INSERT INTO items (id, name) VALUES (8, 'kept')")
          if connection.transactionStatus == .active { try await connection.exec("COMMIT") }
        }
        try expectEqual(try await db.rowCount(of: "items"), 3, "rows after what was not refused")
        try await db.exec("DELETE FROM items WHERE id = 8")
      } catch let error as DatabaseError {
        try expectEqual(error.kind, .transactionAborted, "what the rows had behind them")
      }
      try expectEqual(try await db.rowCount(of: "items"), 2, "rows at the end")
    }
  },

  Clause(
    "QUERY-9", "A procedure that takes its time behind its rows can be cancelled.", weight: .waiting
  ) { context in
    let db = try await context.open { $0.maxConnections = 1 }
    for words in try procedures(db.dialect) { try await db.exec(SQL(raw: words)) }
    try await db.exec(
      SQL(raw: "CREATE PROCEDURE endless() BEGIN SELECT 1; SET @n = (\(db.endlessCount.text)); END")
    )
    try await db.withConnection { connection in
      for round in 1...2 {
        let task = Task {
          try await connection.query("CALL endless()", as: Int.self).collect()
        }
        Deadline.after(.milliseconds(200)) { task.cancel() }
        let watch = TaskStopwatch()
        try await expectError(.cancelled, "a call that sleeps, round \(round)") {
          try await task.value
        }
        try expect(watch.ownTime < .seconds(5), "it ended only after \(watch.elapsed)")
        for _ in 1...3 {
          let slept = try await connection.single("SELECT SLEEP(0.1)", as: Int.self)
          try expectEqual(slept, 0, "a pause behind it, which nobody stopped")
        }
      }
    }
  },
]

/// Procedures that answer with several results, in the words of engines that have such.
private func procedures(_ dialect: Dialect) throws -> [String] {
  guard ["mysql", "mariadb"].contains(dialect.name) else {
    throw NotSaid("the suite knows no procedure of \(dialect) that answers with rows")
  }
  let counting = "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < %)"
  func rows(_ count: String) -> String {
    "IF \(count) > 0 THEN \(counting.replacing("%", with: count)) SELECT n, REPEAT('x', 50) FROM c; END IF;"
  }
  return [
    "CREATE PROCEDURE two_answers(a INT) BEGIN SELECT a; SELECT a + 1, a; DO SLEEP(0); END",
    "CREATE PROCEDURE perhaps(a INT) BEGIN IF a > 0 THEN SELECT a; END IF; END",
    "CREATE PROCEDURE fails(a INT) BEGIN \(rows("a")) SIGNAL SQLSTATE '45000'; END",
    """
    CREATE PROCEDURE begins(a INT) BEGIN
      START TRANSACTION; INSERT INTO items (id, name) VALUES (99, 'x');
      IF a > 0 THEN SIGNAL SQLSTATE '45000'; END IF;
    END
    """,
    """
    CREATE PROCEDURE begins_twice() BEGIN
      START TRANSACTION; INSERT INTO items (id, name) VALUES (99, 'x');
      INSERT INTO items (id, name) VALUES (99, 'x');
    END
    """,
    "CREATE PROCEDURE begins_behind(a INT) BEGIN \(rows("a")) START TRANSACTION; END",
  ]
}
