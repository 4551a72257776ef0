import DriverAPI
import DriverFaults
import Foundation

// What a statement costs on the wire once it is known: it is kept so that it is sent alone.
let roundTripClauses = [
  Clause(
    "STMT-1", "A statement that is kept is sent alone, with values of whatever kind.",
    needs: \.networkSession, weight: .heavy, otherwise: namesNoServer
  ) { context in
    let proxy = try context.proxy()
    let watched = WatchedDriver(context.harness.driver)
    let db = try await context.open(through: proxy, with: watched) { $0.maxConnections = 1 }
    try await db.ping()
    try watched.expectKeeping()
    try await db.createTable("plain", "id {int}, v {int}")
    let beside = context.harness.sendsLongValuesBeside
    let plain = try await messages(of: proxy, db, "plain", 1)
    let plainBatch = try await batchMessages(of: proxy, db, "plain", 1)
    for (number, (column, values)) in try fittingValues().enumerated() {
      let table = "kinds\(number)"
      try await db.createTable(table, "id {int}, v \(column)")
      for (place, value) in values.enumerated() where db.capabilities.takes(value) {
        let count: Int
        do { count = try await messages(of: proxy, db, table, value) } catch let error
          as DatabaseError
        {
          // Each takes the first; what it makes of values of other kinds is another promise.
          if place == 0 || error.execution == .unknown { throw error }
          continue
        }
        if beside, ["{text}", "{bytes}", "{json}"].contains(column) { continue }
        try expectEqual(count, plain, "messages for \(value.kindName) into \(column)")
        let batch = try await batchMessages(of: proxy, db, table, value)
        try expectEqual(batch, plainBatch, "the same in a batch, \(value.kindName) into \(column)")
      }
    }
  },

  Clause(
    "STMT-1", "What was changed once makes later statements no longer.",
    needs: \.networkSession, weight: .heavy, otherwise: namesNoServer
  ) { context in
    let proxy = try context.proxy()
    let watched = WatchedDriver(context.harness.driver)
    let db = try await context.open(through: proxy, with: watched) { $0.maxConnections = 1 }
    try await db.createItems(rowCount: 1)
    try watched.expectKeeping()
    func round() async throws {
      try await db.transaction { try await $0.exec("UPDATE items SET amount = ? WHERE id = 1", 7) }
      _ = try await db.queryRow("SELECT name FROM items WHERE id = ?", 1, as: String.self)
      _ = try await db.query("SELECT id FROM items WHERE id < ?", 9, as: Int.self).collect()
      _ = try? await db.transaction { transaction in
        try await transaction.exec("DELETE FROM items WHERE id = ?", 5)
        throw Undoing()
      }
    }
    for _ in 1...3 { try await round() }
    let before = try await proxy.countMessages { try await round() }
    for change in [
      db.dialect.addingColumn("extra INTEGER", to: "items"), "CREATE TABLE others (id INTEGER)",
      "DROP TABLE others", "CREATE INDEX items_amount ON items (amount)",
    ] {
      try await db.exec(SQL(raw: change))
      for _ in 1...3 { try await round() }
      let after = try await proxy.countMessages { try await round() }
      try expectEqual(after, before, "messages of the same round behind \(change)")
    }
    for _ in 1...2 {
      _ = try? await db.transaction { transaction in
        try await transaction.exec("INSERT INTO items (id, name) VALUES (1, 'twice')")
      }
      _ = try? await db.query("SELECT id FROM items WHERE id < ?", 9).close()
    }
    for _ in 1...3 { try await round() }
    let after = try await proxy.countMessages { try await round() }
    try expectEqual(after, before, "messages of the same round behind statements that failed")
  },

  Clause(
    "STMT-1", "A statement that leaves the cache is given up once.",
    needs: \.networkSession, weight: .heavy, otherwise: namesNoServer
  ) { context in
    let proxy = try context.proxy()
    let watched = WatchedDriver(context.harness.driver)
    let db = try await context.open(through: proxy, with: watched) {
      $0.maxConnections = 1
      $0.statementCacheCapacity = 4
    }
    try await db.ping()
    try watched.expectKeeping()
    func run(_ numbers: ClosedRange<Int>) async throws {
      for number in numbers {
        let found = try await db.single(db.selecting("\(number)"), as: Int.self)
        try expectEqual(found, number, "the number")
      }
    }
    try await run(1001...1020)
    let early = try await proxy.countMessages { try await run(1021...1025) }
    try await run(1026...1060)
    let late = try await proxy.countMessages { try await run(1061...1065) }
    try expectEqual(late, early, "messages for five texts behind sixty")
    guard let open = db.dialect.openStatements else { return }
    let kept = try await db.single(SQL(raw: open), as: Int.self)
    try expect(kept <= 10, "the server keeps \(kept) statements, and the cache four")
  },
]

private struct Undoing: Error {}

extension Capabilities {
  fileprivate func takes(_ value: Value) -> Bool {
    if case .uint = value { unsignedIntegers } else { true }
  }
}

/// How many messages the fourth insert of a value takes.
private func messages(
  of proxy: FaultProxy, _ db: Database, _ table: String, _ value: Value
) async throws -> Int {
  let insert = SQL(raw: "INSERT INTO \(table) (id, v) VALUES (1, ?)", [value])
  for _ in 1...3 { try await db.exec(insert) }
  return try await proxy.countMessages { try await db.exec(insert) }
}

/// The same for a batch of several, its third time.
private func batchMessages(
  of proxy: FaultProxy, _ db: Database, _ table: String, _ value: Value
) async throws -> Int {
  let insert = SQL(raw: "INSERT INTO \(table) (id, v) VALUES (2, ?)", [value])
  let batch = Array(repeating: insert, count: 5)
  for _ in 1...2 { try await db.batch(batch) }
  return try await proxy.countMessages { try await db.batch(batch) }
}

extension FaultProxy {
  /// How many messages the driver sends for what `body` does, where the protocol is known; else how many round
  /// trips it takes.
  fileprivate func countMessages(_ body: () async throws -> Void) async throws -> Int {
    try await settle()
    let before = requestCount
    try await body()
    try await settle()
    return requestCount - before
  }

  /// What is sent without an answer, such as that a statement is given up, has to have passed.
  private func settle() async throws {
    var (last, quiet) = (requestCount, 0)
    while quiet < 4 {
      try await Task.sleep(for: .milliseconds(5))
      quiet = requestCount == last ? quiet + 1 : 0
      last = requestCount
    }
  }
}

/// Columns, and values that each takes as they are.
private func fittingValues() throws -> [(column: String, values: [Value])] {
  let instant = try expectSome(Timestamp("2024-02-29 23:34:56.789012"), "the instant")
  let number = try expectSome(ExactDecimal("-12345.6789"), "the number")
  let uuid = try expectSome(UUID(uuidString: "00112233-4455-6677-8899-AABBCCDDEEFF"), "the UUID")
  let json: Value = .json("{\"a\": [1, null]}")
  return [
    ("{int}", [.null, 1, .int(.min), .uint(5)]), ("SMALLINT", [1]), ("INTEGER", [-1, .null]),
    ("{double}", [0.1, 7]), ("REAL", [0.5]), ("{bool}", [true, false, .null]),
    (
      "{text}",
      ["", "text", .uuid(uuid), .timestamp(instant), .date(instant.date), .null]
    ),
    ("{key}", ["text", .uuid(uuid), .timestamp(instant), .date(instant.date)]),
    ("{bytes}", [.bytes([]), .bytes([0, 255]), .uuid(uuid)]),
    (
      "{decimal}",
      [.decimal(number), 7, 0.5, .uint(.max)]
    ),
    ("{timestamp}", [.timestamp(instant), .date(instant.date)]), ("{date}", [.date(instant.date)]),
    (
      "{uuid}",
      [.uuid(uuid), .bytes(Array(repeating: 66, count: 16)), .text("\(uuid)".lowercased())]
    ),
    ("{json}", [json, "{\"b\": 2}"]), ("TIME", ["12:34:56"]),
  ]
}
