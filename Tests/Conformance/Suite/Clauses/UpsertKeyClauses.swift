import DriverAPI

let upsertKeyClauses = [
  upsertClause(
    "UPSERT-10", "The key can be an index with an expression, or the call says unsupported."
  ) {
    context in
    let db = try await context.open()
    try await db.createTable("people", "id {id}, email {key} NOT NULL, hits {int} NOT NULL")
    var upsert = Upsert(
      into: "people", columns: ["email", "hits"], key: [], keyExpressions: ["lower(email)"],
      assignments: [.expression("hits", "{old.hits} + {new.hits}")])
    guard db.dialect.upsertTakesIndexExpressions else {
      return try await expectUnsupported(upsert, ["a@x", 1], on: db, "people")
    }
    try await db.exec("CREATE UNIQUE INDEX people_email ON people (lower(email))")
    var did: [UpsertResult] = []
    for email: Value in ["Ada@x", "ADA@X", "bob@x"] {
      did.append(try await db.upsert(upsert, [[email, 1]]))
    }
    try expectEqual(did.map(\.insertedCount), [1, 0, 1], "rows inserted")
    try expectEqual(did.map(\.updatedCount), [0, 1, 0], "rows updated")
    let rows = try await db.query(
      "SELECT email, hits FROM people ORDER BY id", as: (String, Int).self
    ).collect()
    try expectEqual(rows.map { "\($0.0) \($0.1)" }, ["Ada@x 2", "bob@x 1"], "the table")
    upsert.keyExpressions = []
    try await expectRefusal(.misuse, "an upsert without a key") {
      try await db.upsert(upsert, [["a@x", 1]])
    }
  },

  upsertClause(
    "UPSERT-10", "The key can be an index with a condition, or the call says unsupported."
  ) {
    context in
    let db = try await context.open()
    try await db.createTable(
      "seats", "id {id}, place {int} NOT NULL, gone {int} NOT NULL, name {key} NOT NULL")
    let upsert = Upsert(
      into: "seats", columns: ["place", "gone", "name"], key: ["place"], keyCondition: "gone = 0",
      assignments: [.newValue("name")])
    guard db.dialect.upsertTakesIndexExpressions else {
      return try await expectUnsupported(upsert, [1, 0, "Ada"], on: db, "seats")
    }
    try await db.exec("CREATE UNIQUE INDEX seats_place ON seats (place) WHERE gone = 0")
    let rows: [[Value]] = [[1, 1, "old"], [1, 1, "older"], [1, 0, "Ada"], [1, 0, "Bob"]]
    let did = try await db.upsert(upsert, rows)
    try expectEqual([did.insertedCount, did.updatedCount], [3, 1], "inserted and updated")
    let names = try await db.query("SELECT name FROM seats ORDER BY id", as: String.self).collect()
    try expectEqual(names, ["old", "older", "Bob"], "the table")
  },

  upsertClause("UPSERT-10", "Upserts into a view that takes inserts tell what they did.") {
    context in
    let db = try await context.open()
    try await db.createTable("kept", "k {int} NOT NULL PRIMARY KEY, v {int}")
    try await db.exec("CREATE VIEW shown AS SELECT k, v FROM kept")
    let upsert = Upsert(into: "shown", columns: ["k", "v"], key: ["k"])
    if db.dialect.name == "sqlite" {
      // Its views take no inserts at all.
      _ = try await thrownError("an upsert into a view") { try await db.upsert(upsert, [[1, 1]]) }
      return try expectEqual(try await db.rowCount(of: "kept"), 0, "rows stored")
    }
    for (value, expected) in [(1, [1, 0]), (2, [0, 1]), (3, [0, 1])] {
      let did = try await db.upsert(upsert, [[1, value.databaseValue]])
      try expectEqual([did.insertedCount, did.updatedCount], expected, "the call with \(value)")
    }
    let many = try await db.upsert(upsert, [[1, 4], [2, 4], [3, 4]])
    try expectEqual([many.insertedCount, many.updatedCount], [2, 1], "several rows")
    try await db.transaction { transaction in
      let did = try await transaction.upsert(upsert, [[3, 5]])
      try expectEqual([did.insertedCount, did.updatedCount], [0, 1], "within a transaction")
      try await transaction.exec("UPDATE kept SET v = v + 1")
    }
    let values = try await db.query("SELECT v FROM kept ORDER BY k", as: Int.self).collect()
    try expectEqual(values, [5, 5, 6], "the table")
    // Where nothing is known of the view yet, nothing may be tried that would spoil the transaction.
    let fresh = try await context.open()
    try await fresh.transaction { transaction in
      let did = try await transaction.upsert(upsert, [[1, 7]])
      try expectEqual([did.insertedCount, did.updatedCount], [0, 1], "first within a transaction")
      try await transaction.exec("UPDATE kept SET v = v + 1 WHERE k = 1")
    }
    let all = try await db.query("SELECT v FROM kept ORDER BY k", as: Int.self).collect()
    try expectEqual(all, [8, 5, 6], "the table afterwards")
  },
]

/// What the engine cannot name as a key is refused before anything is stored.
private func expectUnsupported(
  _ upsert: Upsert, _ row: [Value], on db: Database, _ table: String
) async throws {
  try await expectError(.unsupported, "a key that the engine cannot name") {
    try await db.upsert(upsert, [row])
  }
  try expectEqual(try await db.rowCount(of: table), 0, "rows stored")
}
