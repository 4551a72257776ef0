import DriverAPI
import Foundation

let connectingClauses = [
  Clause("CONN-1", "A fresh connection answers and tells its server's product and version.") {
    context in
    let db = try await context.open()
    try await db.ping()
    try expect(!db.server.product.isEmpty, "the product is empty")
    try expect(
      db.server.version.contains { $0.isNumber }, "\(db.server.version) is no version")
    let value = try await db.withConnection { connection in
      try expectEqual(connection.server.product, db.server.product, "the connection's product")
      try expectEqual(connection.transactionStatus, .none, "a fresh connection's transaction")
      return try await connection.single(connection.one, as: Int.self)
    }
    try expectEqual(value, 1, "SELECT 1")
  },

  Clause("CONN-3", "The connect timeout holds against a driver that never answers.") { context in
    let silent = WatchedDriver(context.harness.driver)
    silent.hangsOnConnect = true
    let watch = TaskStopwatch()
    try await expectError(.cannotConnect, connection: .spent, "connecting to a silent server") {
      try await context.open(with: silent) { $0.connectTimeout = .milliseconds(200) }
    }
    let waited = watch.elapsed
    try expect(waited > .milliseconds(190), "gave up after \(waited) already")
    try expect(watch.ownTime < .seconds(5), "gave up only after \(waited)")
  },

  Clause("CONN-4", "Closing twice is harmless; use after it is misuse.") { context in
    let db = try await context.open()
    await db.close()
    await db.close()
    try await expectRefusal(.misuse, "exec after close") { try await db.exec(db.one) }
    try await expectRefusal(.misuse, "ping after close") { try await db.ping() }
    try await expectRefusal(.misuse, "a transaction after close") {
      try await db.transaction { _ in }
    }
  },

  Clause("CONN-4", "Each connection is closed exactly once, after its statements.") { context in
    let watched = WatchedDriver(context.harness.driver)
    let db = try await context.open(with: watched)
    try await db.createItems(rowCount: 2)
    _ = try await db.query("SELECT id FROM items", as: Int.self).collect()
    await db.close()
    try expectEqual(watched.counts.closed, watched.counts.connected, "connections closed")
    try expectEqual(watched.counts.finalized, watched.counts.prepared, "statements released")
    try expectEqual(watched.counts.misordered, 0, "calls after close or finalize")
  },

  Clause("CONN-4", "A connection used after its scope is misuse.") { context in
    let db = try await context.open()
    let kept = try await db.withConnection { $0 }
    try await expectRefusal(.misuse, "a connection after its scope") {
      try await kept.exec(kept.one)
    }
    try await db.ping()
  },

  Clause(
    "CONN-5", "After the connection is lost the next call fails so, and the pool replaces it.",
    needs: \.durableStorage,
    otherwise: { context in
      let watched = WatchedDriver(context.harness.driver)
      let db = try await context.open(with: watched) { $0.maxConnections = 1 }
      try await db.createItems(rowCount: 1)
      try await loseConnection(of: db, watched)
      try expectEqual(try await db.tableNames(), [], "tables after their only connection is gone")
    }
  ) { context in
    let watched = WatchedDriver(context.harness.driver)
    let db = try await context.open(with: watched) { $0.maxConnections = 1 }
    try await db.createItems(rowCount: 1)
    try await loseConnection(of: db, watched)
    let before = watched.counts.connected
    try await db.exec("UPDATE items SET amount = 5")
    try expectEqual(watched.counts.connected, before + 1, "connections opened")
    try expectEqual(try await db.single("SELECT amount FROM items", as: Int.self), 5, "the amount")
  },

  Clause("CONN-7", "Sessions speak UTF-8, UTC and enforce foreign keys.") { context in
    let db = try await context.open()
    try await db.createTable("parents", "id {int} NOT NULL PRIMARY KEY, name {key} NOT NULL")
    try await db.createTable(
      "children",
      "id {int} NOT NULL PRIMARY KEY, parent {int}, FOREIGN KEY (parent) REFERENCES parents (id)")
    try await db.exec("INSERT INTO parents (id, name) VALUES (1, 'Grüße, 世界 🌍')")
    let name = try await db.single("SELECT name FROM parents", as: String.self)
    try expectEqual(name, "Grüße, 世界 🌍", "text written as a literal")
    let found = try await db.single(
      "SELECT COUNT(*) FROM parents WHERE name = \("Grüße, 世界 🌍")", as: Int.self)
    try expectEqual(found, 1, "rows found by a parameter")
    try await expectError(.foreignKeyViolation, "a child without a parent") {
      try await db.exec("INSERT INTO children (id, parent) VALUES (1, 7)")
    }
    let now = try await db.single(
      db.selecting(db.dialect.currentTimestamp), as: Timestamp.self)
    let apart = abs(now.microseconds - Timestamp.now.microseconds)
    try expect(apart < 600_000_000, "the server's UTC is \(apart / 1_000_000) s away from ours")
  },

  Clause(
    "CONN-4", "No file and no socket stays open of what was closed, or could not be opened.",
    weight: .heavy
  ) { context in
    guard openFiles() != nil else { throw NotSaid("this system does not list what is open") }
    let failing = context.harness.urlSamples(
      of: try await context.facts(), at: try DatabaseURL(context.url)
    ).filter { if case .fails = $0.meaning { true } else { false } }
    let attempts = 120
    for sample in failing {
      let url = try DatabaseURL(try sample.url(context.url))
      let before = openFiles() ?? 0
      let watch = TaskStopwatch()
      for _ in 1...attempts {
        _ = try await thrownError("opening \(url)") {
          let db = try await context.open(url, with: context.harness.driver)
          await db.close()
        }
        // Whoever waits for a name server, or for time to run out, is asked once.
        if watch.elapsed > .seconds(2) { break }
      }
      let left = try await filesLeft(since: before, atMost: attempts / 2)
      try expect(left <= attempts / 2, "\(left) files stay open of \(attempts) tries at \(url)")
    }
    let before = openFiles() ?? 0
    for _ in 1...attempts {
      let db = try await Database.open(
        DatabaseURL(context.url), with: context.harness.driver,
        configuration: context.configuration())
      _ = try await db.single(db.one, as: Int.self)
      await db.close()
    }
    let left = try await filesLeft(since: before, atMost: attempts / 2)
    try expect(left <= attempts / 2, "\(left) files stay open of \(attempts) databases")
  },
]

/// How many files and sockets this process has open; other cases open and close theirs meanwhile.
private func openFiles() -> Int? {
  try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
}

/// How many more there are than before, once they are few or time is up: other cases close theirs, and what
/// nobody closes stays.
private func filesLeft(since before: Int, atMost limit: Int) async throws -> Int {
  for _ in 1...150 where (openFiles() ?? 0) - before > limit {
    try await Task.sleep(for: .milliseconds(100))
  }
  return (openFiles() ?? 0) - before
}

private func loseConnection(of db: Database, _ watched: WatchedDriver) async throws {
  watched.failNextStatement(
    with: DatabaseError(
      .connectionLost, "the server went away", connection: .spent, execution: .unknown))
  try await expectError(.connectionLost, connection: .spent, "the call that notices") {
    try await db.exec("UPDATE items SET amount = 0")
  }
}
