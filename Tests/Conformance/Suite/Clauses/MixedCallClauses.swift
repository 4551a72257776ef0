import DriverAPI

// Every way to run something, one behind another, and in sessions that are not as they were.
let mixedCallClauses = [
  Clause("BATCH-1", "A batch may use what its own statements make.") { context in
    let db = try await context.open { $0.maxConnections = 1 }
    guard db.capabilities.wholeMigrations else {
      throw NotSaid("what a batch makes cannot be used in the transaction that a batch is")
    }
    for isInTransaction in [false, true] {
      let table = isInTransaction ? "inside" : "outside"
      let create = SQL(raw: db.expanded("CREATE TABLE \(table) (id {int}, content {bytes})"))
      let insert = "INSERT INTO \(table) (id, content) VALUES (?, ?)"
      let batch = [create] + (1...3).map { SQL(raw: insert, [.int($0), .bytes([UInt8($0), 92])]) }
      let wrong = SQL(raw: "INSERT INTO \(table) (id, content) VALUES (?, ?", [1, .bytes([1])])
      @Sendable func run(_ executor: some StatementExecutor) async throws {
        let results = try await executor.batch(batch)
        try expectEqual(results.map(\.rowCount).suffix(3), [1, 1, 1], "rows of the inserts")
      }
      if isInTransaction {
        try await db.transaction { transaction in
          try await run(transaction)
          let error = try await expectError(.syntax, "a batch with a mistake") {
            try await transaction.transaction { try await $0.batch([batch[1], wrong]) }
          }
          try expectEqual(error.details.row, 1, "the statement with the mistake")
          try await transaction.exec(SQL(raw: insert, [9, nil]))
        }
      } else {
        try await run(db)
        try await expectError(.syntax, "a batch with a mistake") {
          try await db.batch([batch[1], wrong])
        }
        try await db.exec(SQL(raw: insert, [9, nil]))
      }
      let found = try await db.query(
        SQL(raw: "SELECT id, content FROM \(table) ORDER BY id"), as: (Int, [UInt8]?).self
      ).collect()
      try expectEqual(found.map(\.0), [1, 2, 3, 9], "the rows \(table)")
      try expectEqual(found[2].1, [3, 92], "the bytes \(table)")
    }
  },

  Clause("BATCH-1", "A copy to or from the client is refused in a batch, and spoils nothing.") {
    context in
    let db = try await context.open { $0.maxConnections = 1 }
    guard db.dialect.name == "postgres" else {
      throw NotSaid("no statement of \(db.dialect) is known that asks the client for rows")
    }
    try await db.createItems(rowCount: 2)
    for copy in ["COPY items FROM STDIN", "copy items to stdout", "COPY (SELECT 1) TO STDOUT"] {
      try await expectRefusal(.unsupported, copy) {
        try await db.batch(["DELETE FROM items", SQL(raw: copy)])
      }
      try await db.transaction { transaction in
        try await expectRefusal(.unsupported, copy) {
          try await transaction.batch(["DELETE FROM items", SQL(raw: copy)])
        }
        try await transaction.exec("UPDATE items SET amount = amount + 1")
      }
    }
    let amounts = try await db.query("SELECT amount FROM items ORDER BY id", as: Int.self).collect()
    try expectEqual(amounts, [13, 23], "the amounts")
  },

  Clause("QUERY-3", "Whatever is called behind rows that were left works.") { context in
    let db = try await context.open { $0.maxConnections = 1 }
    try await db.createItems(rowCount: 1)
    try await db.withConnection { connection in
      for (number, call) in calls.enumerated() {
        try await leaveRows(connection)
        try await call(connection, 100 + number)
      }
    }
    try await db.transaction { transaction in
      for (number, call) in calls.enumerated() {
        try await leaveRows(transaction)
        try await call(transaction, 200 + number)
      }
    }
    let found = try await db.query("SELECT id FROM items ORDER BY id", as: Int.self).collect()
    let stored = calls.indices.map { 100 + $0 } + calls.indices.map { 200 + $0 }
    try expectEqual(found, [1] + stored, "the rows")
  },

  Clause("QUERY-3", "Leaving a very long answer is quick.", weight: .heavy) { context in
    let db = try await context.open { $0.maxConnections = 1 }
    let padding = String(repeating: "x", count: 200)
    for _ in 1...2 {
      var rows = try await db.query(db.counting(to: 9_000_000, "n, '\(padding)'"))
      try expect(try await rows.next(), "there is no row")
      let watch = TaskStopwatch()
      rows.close()
      try await db.ping()
      let took = watch.ownTime
      try expect(took < .seconds(2), "the connection was free only after \(took)")
    }
  },

  Clause("TYPE-2", "Text is right, or refused, in a session that was told to speak otherwise.") {
    context in
    let db = try await context.open { $0.maxConnections = 1 }
    guard db.dialect.name == "postgres" else {
      throw NotSaid("no setting of \(db.dialect) is known that changes how text is read")
    }
    try await db.createItems()
    var (id, stored) = (0, [Int]())
    for setting in ["client_encoding = 'LATIN1'", "standard_conforming_strings = off"] {
      for call in calls {
        id += 1
        let number = id
        do {
          try await db.withConnection { connection in
            try await connection.exec(SQL(raw: "SET \(setting)"))
            try await call(connection, number)
          }
          stored.append(number)
        } catch let error as DatabaseError {
          try expect([.misuse, .unsupported].contains(error.kind), "the kind of \(error)")
          try expectEqual(error.execution, .notSent, "the execution of \(error)")
        }
        try await db.ping()
      }
    }
    let found = try await db.query("SELECT id, name FROM items ORDER BY id", as: (Int, String).self)
      .collect()
    try expectEqual(found.map(\.0), stored, "the rows of calls that were not refused")
    try expect(found.allSatisfy { $0.1 == "\\ \u{fc}" }, "the texts are \(found.map(\.1))")
  },

  Clause("POOL-4", "Without statements that are kept a session is put in order just as well.") {
    context in
    // Where the driver's URLs say so, no session keeps any, and each begins with a setting of its own.
    let strange = try context.url(
      with: [("statement_cache", "off"), ("options", "-c DateStyle=German")])
    let url = try strange ?? DatabaseURL(context.url)
    let db = try await context.open(url, with: context.harness.driver) {
      $0.maxConnections = 1
      $0.statementCacheCapacity = 0
    }
    try await db.createItems(rowCount: 1)
    try await db.createTable("days", "x {date}")
    let day = try expectSome(CalendarDate("2024-02-29"), "the day")
    let leak = try context.leak(of: db)
    for round in 1...3 {
      try await db.exec("INSERT INTO days (x) VALUES (?)", day)
      let found = try await db.query("SELECT x FROM days", as: CalendarDate.self).collect()
      try expectEqual(found, Array(repeating: day, count: round), "the days of round \(round)")
      try await db.withConnection { try await $0.leave(leak) }
    }
    guard strange != nil, let open = db.dialect.openStatements else { return }
    for amount in 1...3 { try await db.exec("UPDATE items SET amount = ?", amount) }
    for _ in 1...3 { _ = try await db.single(SQL(raw: open), as: Int.self) }
    let kept = try await db.single(SQL(raw: open), as: Int.self)
    try expectEqual(kept, 0, "statements that the server keeps of a session which was to keep none")
  },
]

/// Reads the first of many rows and leaves the others.
private func leaveRows(_ executor: some StatementExecutor) async throws {
  var rows = try await executor.query(executor.counting(to: 100_000))
  try expect(try await rows.next(), "there is no row")
  rows.close()
}

/// Each stores one row by another call. The texts have a backslash, which not every session reads alike.
private let calls: [@Sendable (any StatementExecutor, Int) async throws -> Void] = [
  { db, id in
    try await db.exec(
      SQL(raw: "INSERT INTO items (id, name) VALUES (?, '\\ ü')", [.int(Int64(id))]))
  },
  { db, id in
    let sql = "INSERT INTO items (id, name) VALUES (\(id), '\\ ü')"
    try await db.query(SQL(raw: sql)).close()
  },
  { db, id in
    try await db.batch([
      SQL(raw: "INSERT INTO items (id, name) VALUES (?, '\\ ü')", [.int(Int64(id))])
    ])
  },
  { db, id in
    try await db.bulkInsert(into: "items", columns: ["id", "name"], [[.int(Int64(id)), "\\ ü"]])
  },
]
