import DriverAPI

// What a statement that fails must not do, besides having no effect.
let failedStatementClauses = [
  Clause("EXEC-5", "A statement that fails has run once.") { context in
    let db = try await context.open { $0.maxConnections = 1 }
    try await db.createItems(rowCount: 1)
    try await db.createTable("made", "id {id}, name {text}, quotient {int} NOT NULL")
    // Most engines hand out an id for a row that fails, and for no other: so it tells how many there were.
    let failing = { (round: Int) in
      SQL(
        raw: "INSERT INTO made (name, quotient) "
          + "SELECT name, 10 / (amount - ?) FROM items WHERE id = 1 -- \(round)", [.int(10)])
    }
    var failureCount = 0
    func fail(_ what: String, _ body: () async throws -> Void) async throws {
      let error = try await thrownError(what, body)
      try expectEqual(error.execution, .rejected, "\(what), which ended as \(error)")
      failureCount += 1
    }
    for round in 1...2 {
      // The first time it is not prepared yet.
      for _ in 1...2 { try await fail("a statement") { try await db.exec(failing(round)) } }
      try await fail("a batch") { try await db.batch([failing(round)]) }
      try await fail("a transaction") {
        try await db.transaction { _ = try await $0.exec(failing(round)) }
      }
      if db.dialect.returning.contains(.insert) {
        let sql = SQL(raw: "\(failing(7 * round).text)\nRETURNING id", [.int(10)])
        for _ in 1...2 {
          try await fail("rows") { _ = try await db.query(sql, as: Int.self).collect() }
          try await fail("a row") { _ = try await db.queryRow(sql, as: Int.self) }
        }
      }
    }
    try await db.exec("INSERT INTO made (name, quotient) VALUES (?, ?)", "a", 1)
    let id = try await db.single("SELECT MAX(id) FROM made", as: Int.self)
    try expect(id <= failureCount + 1, "\(failureCount) statements took \(id - 1) ids")
  }
]
