import DriverAPI
import DriverFaults

// How often a statement goes to the server and back, seen from far away.
let roundTripClauses = [
  Clause(
    "STMT-7", "A statement that the server knows takes one round trip.",
    needs: \.networkSession, weight: .waiting, otherwise: namesNoServer
  ) { context in
    let proxy = try context.proxy()
    let db = try await context.open(through: proxy) { $0.maxConnections = 1 }
    try await db.createItems(rowCount: 20)
    try await db.createTable("blobs", "id {int}, content {bytes}, n {decimal}, t {timestamp}")
    // What has changed before is no reason to ask again.
    try await db.exec("ALTER TABLE items ADD COLUMN extra INTEGER")
    for (what, count, run) in knownStatements {
      // The first runs prepare it, and find out what there is to know.
      proxy.latency = .zero
      for _ in 1...3 { try await run(db) }
      proxy.latency = latency
      var quickest = Duration.seconds(60)
      for _ in 1...5 {
        let start = ContinuousClock.now
        try await run(db)
        quickest = min(quickest, ContinuousClock.now - start)
      }
      let trips = quickest / (latency * 2)
      try expect(
        trips < Double(count) + 0.8, "\(what) took \(trips) round trips instead of \(count)")
    }
    proxy.latency = .zero
  }
]

private let latency = Duration.milliseconds(100)

/// What is run, and how many round trips it takes.
private let knownStatements: [(String, Int, @Sendable (Database) async throws -> Void)] = [
  ("an insert", 1, { try await $0.exec("INSERT INTO blobs (id) VALUES (?)", 1) }),
  (
    "an insert of every kind", 1,
    {
      try await $0.exec(
        "INSERT INTO blobs (id, content, n, t) VALUES (?, ?, ?, ?)", 1, [1, 2] as [UInt8],
        ExactDecimal(unscaled: 15, scale: 1), Timestamp.now)
    }
  ),
  (
    "an insert of NULL", 1,
    { try await $0.exec("INSERT INTO blobs (id) VALUES (?)", nil as Int?) }
  ),
  (
    "an update", 1,
    { try await $0.exec("UPDATE items SET amount = 1 WHERE name = ?", "item 1") }
  ),
  (
    "a row", 1,
    { _ = try await $0.queryRow("SELECT name FROM items WHERE id = ?", 1, as: String.self) }
  ),
  (
    "rows", 1,
    { _ = try await $0.query("SELECT id FROM items WHERE id > ?", 0, as: Int.self).collect() }
  ),
  (
    "no rows", 1,
    { _ = try await $0.query("SELECT id FROM items WHERE id = 99", as: Int.self).collect() }
  ),
  ("a ping", 1, { try await $0.ping() }),
  (
    "a statement of a lease", 1,
    { try await $0.withConnection { _ = try await $0.exec("UPDATE items SET amount = 2") } }
  ),
  (
    "a transaction", 3,
    { try await $0.transaction { _ = try await $0.exec("UPDATE items SET amount = 3") } }
  ),
  (
    "a savepoint", 5,
    {
      try await $0.transaction {
        try await $0.transaction { _ = try await $0.exec("UPDATE items SET amount = 4") }
      }
    }
  ),
]
