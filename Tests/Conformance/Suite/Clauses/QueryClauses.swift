import DriverAPI

let queryClauses = [
  Clause("QUERY-1", "A column is found by its name as the engine folds it.") { context in
    let db = try await context.open()
    try await db.createItems(rowCount: 1)
    var rows = try await db.query("SELECT Id, amount AS TheAmount FROM items")
    try expect(try await rows.next(), "there is no row")
    for name in ["id", "Id"] {
      try expectEqual(try rows.row.decode(name, as: Int.self), 1, "the column \(name)")
    }
    for name in ["TheAmount", "theamount"] {
      try expectEqual(try rows.row.decode(name, as: Int.self), 10, "the column \(name)")
    }
    try expect(try await !rows.next(), "there is a second row")
  },

  Clause("QUERY-2", "A long scan lets the other tasks of its thread go on.") { context in
    let db = try await context.open()
    let executor = OneThread()
    let ticks = Counter()
    let isOver = Signal()
    let ticking = Task(executorPreference: executor) {
      while !isOver.hasFired {
        ticks.next()
        await Task.yield()
      }
    }
    let scan = Task(executorPreference: executor) {
      var rows = try await db.query(db.counting(to: 60_000))
      _ = try await rows.next()
      let before = ticks.current
      while try await rows.next() {}
      return ticks.current - before
    }
    let scanned = await scan.result
    isOver.fire()
    await ticking.value
    let count = try scanned.get()
    try expect(count >= 3, "the others had \(count) turns in 60,000 rows")
  },

  Clause("QUERY-1", "Column names and count are known even when there are no rows.") { context in
    let db = try await context.open()
    try await db.createItems(rowCount: 1)
    for condition in ["1 = 0", "1 = 1"] {
      let rows = try await db.query(
        SQL(raw: "SELECT id AS first, name, amount AS third FROM items WHERE \(condition)"))
      try expectEqual(
        rows.columns.names.map(db.dialect.written), ["first", "name", "third"],
        "names where \(condition)")
      rows.close()
    }
  },

  Clause("QUERY-1", "Equal column names are allowed, and the first is found by name.") { context in
    let db = try await context.open()
    try await db.createItems(rowCount: 1)
    var rows = try await db.query("SELECT id AS x, name AS x, amount AS x FROM items")
    try expectEqual(rows.columns.names.map(db.dialect.written), ["x", "x", "x"], "names")
    try expect(try await rows.next(), "there is no row")
    try expectEqual(try rows.row.decode("x", as: Int.self), 1, "the column found by name")
    try expectEqual(try rows.row.decode(1, as: String.self), "item 1", "the second")
    try expectEqual(try rows.row.decode(2, as: Int.self), 10, "the third")
  },

  Clause("QUERY-2", "Rows come in order, once each, with their columns in place.") { context in
    let db = try await context.open()
    try await db.createItems(rowCount: 50)
    let rows = try await db.query(
      "SELECT id, name, amount FROM items ORDER BY id", as: (Int, String, Int).self
    ).collect()
    try expectEqual(rows.count, 50, "rows")
    for (index, row) in rows.enumerated() {
      let id = index + 1
      try expect(
        row == (id, "item \(id)", id * 10), "row \(id) is \(row)")
    }
    let falling = try await db.query("SELECT id FROM items ORDER BY id DESC", as: Int.self)
      .collect()
    try expectEqual(falling, (1...50).reversed(), "ids in falling order")
  },

  Clause("QUERY-2", "One million rows stream in bounded memory.", weight: .heavy) { context in
    let db = try await context.open()
    let padding = String(repeating: "x", count: 400)
    let before = ResidentMemory.baseline()
    var rows = try await db.query(db.counting(to: 1_000_000, "n, '\(padding)'"))
    var (count, sum): (Int64, Int64) = (0, 0)
    while try await rows.next() {
      count += 1
      sum += try rows.row.decode(0, as: Int64.self)
      guard count % 65_536 == 0 else { continue }
      let growth = ResidentMemory.current() - before
      try expect(
        growth < 200 << 20, "memory grew by \(growth >> 20) MiB within \(count) rows")
    }
    try expectEqual(count, 1_000_000, "rows")
    try expectEqual(sum, 500_000_500_000, "the sum of the numbers")
  },

  Clause("QUERY-3", "Leaving the rows early frees the connection at once.") { context in
    let db = try await context.open { $0.leaseTimeout = .seconds(2) }
    try await db.createItems(rowCount: 20)
    // More times than there are connections: a leak would be felt.
    for _ in 1...12 {
      for try await id in try await db.query("SELECT id FROM items ORDER BY id", as: Int.self) {
        if id == 3 { break }
      }
      var rows = try await db.query("SELECT id FROM items ORDER BY id")
      _ = try await rows.next()
      rows.close()
    }
    try await db.withConnection { connection in
      var rows = try await connection.query("SELECT id FROM items ORDER BY id")
      _ = try await rows.next()
      rows.close()
      try await connection.exec("UPDATE items SET amount = 0 WHERE id = 1")
    }
    try expectEqual(try await db.rowCount(of: "items"), 20, "rows")
  },

  Clause("QUERY-3", "Rows that are dropped without being read free the connection.") { context in
    let db = try await context.open { $0.leaseTimeout = .seconds(2) }
    try await db.createItems(rowCount: 5)
    for _ in 1...12 { _ = try await db.query("SELECT id FROM items") }
    try await db.exec("DELETE FROM items")
  },

  Clause("QUERY-4", "An error in mid-stream is thrown once; after it the rows are closed.") {
    context in
    let watched = WatchedDriver(context.harness.driver)
    let db = try await context.open(with: watched)
    try await db.createItems(rowCount: 5)
    try await db.withConnection { connection in
      watched.failStep(3, with: DatabaseError(.other, "a failure in mid-stream"))
      var rows = try await connection.query("SELECT id FROM items ORDER BY id")
      try expect(try await rows.next(), "the first row is missing")
      try expect(try await rows.next(), "the second row is missing")
      do {
        _ = try await rows.next()
        throw ClauseFailure("the error in mid-stream was swallowed")
      } catch let error as DatabaseError {
        try expectEqual(error.kind, .other, "the error")
      }
      try expect(try await !rows.next(), "the rows went on after the error")
      try expectEqual(watched.counts.openRows, 0, "rows that the driver still has open")
      try expectEqual(try await connection.rowCount(of: "items"), 5, "rows counted afterwards")
    }
  },

  Clause("QUERY-4", "The engine's own error between two rows is thrown, not taken for the end.") {
    context in
    let db = try await context.open()
    try await db.createItems(rowCount: 2)
    try await db.exec("UPDATE items SET amount = \(Int64.min) WHERE id = 2")
    try await db.withConnection { connection in
      // The smallest integer has no absolute value: every engine finds that out while it runs, some
      // before the first row where rows are sorted, and some right behind it where they are not.
      for sql: SQL in [
        "SELECT ABS(amount) FROM items ORDER BY id", "SELECT ABS(amount) FROM items",
      ] {
        let error = try await thrownError("a query that overflows in its second row: \(sql.text)") {
          try await connection.query(sql, as: Int64.self).collect()
        }
        try expectEqual(error.connection, .usable, "the connection")
        try expectEqual(try await connection.rowCount(of: "items"), 2, "rows counted afterwards")
      }
    }
  },

  Clause("QUERY-5", "Another statement while rows are open on the same connection is misuse.") {
    context in
    let db = try await context.open()
    try await db.createItems(rowCount: 3)
    try await db.withConnection { connection in
      var rows = try await connection.query("SELECT id FROM items ORDER BY id")
      try expect(try await rows.next(), "there is no row")
      try await expectRefusal(.misuse, "exec while rows are open") {
        try await connection.exec("DELETE FROM items")
      }
      try await expectRefusal(.misuse, "query while rows are open") {
        try await connection.rowCount(of: "items")
      }
      try expect(try await rows.next(), "the open rows ended")
      try expectEqual(try rows.row.decode(0, as: Int.self), 2, "the second row")
      rows.close()
      try expectEqual(try await connection.rowCount(of: "items"), 3, "rows afterwards")
    }
  },

  Clause("QUERY-6", "queryRow gives nil for no row and the first of several.") { context in
    let db = try await context.open()
    try await db.createItems(rowCount: 3)
    try await db.withConnection { connection in
      let none = try await connection.queryRow("SELECT id FROM items WHERE id = 9", as: Int.self)
      try expectEqual(none, nil, "no row")
      let first = try await connection.queryRow("SELECT id FROM items ORDER BY id", as: Int.self)
      try expectEqual(first, 1, "the first of three")
      try await connection.exec("DELETE FROM items WHERE id = 1")
      let pair = try await connection.queryRow(
        "SELECT id, name FROM items ORDER BY id", as: (Int, String).self)
      try expect(pair?.0 == 2 && pair?.1 == "item 2", "the pair is \(String(describing: pair))")
    }
  },
]
