import DriverAPI
import DriverFaults

// What a server that is far away brings to light: a statement may have several round trips, and whoever
// wants its end may come in any of them.
let farServerClauses = [
  Clause(
    "CANCEL-5", "A cancellation in any round trip of a statement is not lost.",
    needs: \.networkSession, weight: .waiting, otherwise: namesNoServer
  ) { context in
    let proxy = try context.proxy()
    let near = try await context.open()
    try await createBlobs(near)
    let db = try await context.open(through: proxy) { $0.maxConnections = 1 }
    try await db.ping()
    proxy.latency = latency
    for (number, run) in endlessRuns.enumerated() {
      for delay in [20, 120, 220] {
        try await expectEnd("run \(number) after \(delay) ms", after: .milliseconds(delay)) {
          try await run(db, number * 1000 + delay)
        }
      }
    }
    proxy.latency = .zero
    // Were a statement still running, the row would be locked or the connection not free.
    try await near.exec("UPDATE blobs SET id = 1")
    try await db.exec("UPDATE blobs SET id = 2")
  },

  Clause(
    "CANCEL-5", "Nor is it lost where tasks share sessions.",
    needs: \.networkSession, weight: .waiting, otherwise: namesNoServer
  ) { context in
    let proxy = try context.proxy()
    let db = try await context.open(through: proxy, with: context.harness.driver)
    try await concurrently(db) {
      for _ in 1...20 { _ = try await db.single(db.one, as: Int.self) }
    }
    proxy.latency = latency
    for (number, delay) in [0, 1, 5, 20, 60, 120, 200].enumerated() {
      try await concurrently(db) {
        try await expectEnd("a task of four after \(delay) ms", after: .milliseconds(delay)) {
          _ = try await db.queryRow(db.endlessCount(number), as: Int.self)
        }
      }
    }
    proxy.latency = .zero
    try await db.ping()
  },

  Clause(
    "CANCEL-5", "Neither is the statement timeout, when it is over in the first round trip.",
    needs: \.networkSession, weight: .waiting, otherwise: namesNoServer
  ) { context in
    let proxy = try context.proxy()
    let near = try await context.open()
    try await createBlobs(near)
    let db = try await context.open(through: proxy) {
      $0.maxConnections = 1
      $0.statementTimeout = .milliseconds(60)
    }
    proxy.latency = latency
    for (number, run) in endlessRuns.enumerated() {
      let watch = TaskStopwatch()
      try await expectError(.statementTimeout, "run \(number) with a short limit") {
        try await run(db, number)
      }
      let took = watch.ownTime
      try expect(took < limit, "run \(number) took \(took), and its limit was 60 ms")
    }
    proxy.latency = .zero
    try await near.exec("UPDATE blobs SET id = 1")
  },

  Clause(
    "CANCEL-5", "Whatever call is cancelled in whichever round trip, the next one is not hit.",
    needs: \.networkSession, weight: .waiting, otherwise: namesNoServer
  ) { context in
    let proxy = try context.proxy()
    let near = try await context.open()
    try await near.createItems()
    let db = try await context.open(through: proxy) { $0.maxConnections = 1 }
    let pause = try pausing(db.dialect)
    try await db.ping()
    for (name, run) in callsOfSeveralTrips {
      for delay in stride(from: 10, through: 610, by: 100) {
        try await near.exec("DELETE FROM items")
        proxy.latency = latency
        let task = Task { try await run(db) }
        Deadline.after(.milliseconds(delay)) { task.cancel() }
        var stored = 3
        do { try await task.value } catch let error as DatabaseError {
          try expectEqual(error.kind, .cancelled, "\(name) after \(delay) ms")
          stored = error.execution == .unknown ? -1 : 0
        }
        proxy.latency = .zero
        // Long enough for what was sent too late to arrive.
        for _ in 1...2 {
          let found = try await db.single(pause, as: Int.self)
          try expectEqual(found, 0, "the pause behind \(name) after \(delay) ms")
        }
        let count = try await near.rowCount(of: "items")
        try expect(
          stored < 0 || count == stored, "\(count) rows of \(name), cancelled after \(delay) ms")
      }
    }
  },

  Clause(
    "CANCEL-5", "So it is with whatever waits for the lock of another.",
    needs: \.networkSession, weight: .waiting, otherwise: namesNoServer
  ) { context in
    let proxy = try context.proxy()
    let near = try await context.open()
    try await near.createTable("locked", "id {int} NOT NULL PRIMARY KEY, content {bytes}")
    let db = try await context.open(through: proxy) { $0.maxConnections = 1 }
    try await db.ping()
    try await near.transaction { transaction in
      try await transaction.exec("INSERT INTO locked (id) VALUES (1)")
      proxy.latency = .milliseconds(30)
      for (name, call) in lockedCalls {
        for delay in [20, 80, 140, 200, 260, 320] {
          try await expectEnd("\(name) after \(delay) ms", after: .milliseconds(delay)) {
            try await call(db)
          }
        }
      }
      proxy.latency = .zero
    }
    try expectEqual(try await near.rowCount(of: "locked"), 1, "rows stored")
    for (name, call) in lockedCalls {
      try await near.exec("DELETE FROM locked")
      do { try await call(db) } catch { throw ClauseFailure("\(name) afterwards: \(error)") }
      try expectEqual(try await near.rowCount(of: "locked"), 2, "rows that \(name) stored")
    }
  },
]

/// A query that takes a third of a second, and answers 0 unless it is stopped.
private func pausing(_ dialect: Dialect) throws -> SQL {
  switch dialect.name {
  case "postgres": "SELECT 0 FROM pg_sleep(0.3)"
  case "mysql", "mariadb": "SELECT SLEEP(0.3)"
  default: throw NotSaid("no words of \(dialect) are known that wait")
  }
}

/// Calls of more than one round trip; each stores three rows, or none.
private let callsOfSeveralTrips: [(name: String, run: @Sendable (Database) async throws -> Void)] =
  [
    (
      "a bulk insert",
      { db in
        try await db.bulkInsert(
          into: "items", columns: ["id", "name"], [[1, "a"], [2, "b"], [3, "c"]])
      }
    ),
    (
      "a batch",
      { db in
        try await db.batch(
          (1...3).map { SQL(raw: "INSERT INTO items (id, name) VALUES (?, ?)", [.int($0), "a"]) })
      }
    ),
    (
      "a transaction",
      { db in
        try await db.transaction { transaction in
          for id in 1...3 {
            try await transaction.exec("INSERT INTO items (id, name) VALUES (?, 'a')", id)
          }
        }
      }
    ),
  ]

private let latency = Duration.milliseconds(50)
// One that is lost has no end at all.
private let limit = Duration.seconds(10)

private func createBlobs(_ db: Database) async throws {
  var type = "{bytes}"
  if db.dialect.name == "postgres" {
    // What a domain is made of has to be asked for, in a round trip of its own.
    try await db.exec("CREATE DOMAIN blob_content AS bytea")
    type = "blob_content"
  }
  try await db.createTable("blobs", "id {int}, content \(type)")
  try await db.exec("INSERT INTO blobs (id, content) VALUES (1, NULL)")
}

/// Runs several of the same at once.
private func concurrently(
  _ db: Database, _ body: @escaping @Sendable () async throws -> Void
) async throws {
  try await withThrowingTaskGroup(of: Void.self) { group in
    for _ in 1...4 { group.addTask { try await body() } }
    try await group.waitForAll()
  }
}

/// Cancels something without an end after a while; it must end soon.
private func expectEnd(
  _ what: String, after delay: Duration, file: StaticString = #fileID, line: UInt = #line,
  _ body: @escaping @Sendable () async throws -> Void
) async throws {
  let task = Task { try await body() }
  let watch = TaskStopwatch()
  Deadline.after(delay) { task.cancel() }
  let error = try await thrownError(what, file: file, line: line) { try await task.value }
  // Who was cancelled while a session was made for it has none.
  try expect(
    error.kind == .cancelled && (error.connection == .usable || error.execution == .notSent),
    "\(what) ended as \(error), the connection \(error.connection)", file: file, line: line)
  let took = watch.ownTime
  try expect(took < limit + delay, "\(what) took \(took)", file: file, line: line)
}

private typealias Run = @Sendable (Database, Int) async throws -> Void

/// Statements without an end, each text for the first time; one has a parameter whose type has to be
/// asked for.
private let endlessRuns: [Run] = [
  { db, number in try await db.exec(db.endlessCount(number)) },
  { db, number in
    let update = "UPDATE blobs SET content = ? WHERE id = (\(db.endlessCount(number).text))"
    try await db.exec(SQL(raw: update, [.bytes([1])]))
  },
  { db, number in _ = try await db.query(db.endlessCount(number), as: Int.self).collect() },
  { db, number in
    try await db.transaction { transaction in
      _ = try await transaction.queryRow(transaction.endlessCount(number), as: Int.self)
    }
  },
]

/// Calls that store two rows, one of which somebody else has stored and not committed.
private let lockedCalls: [(name: String, call: @Sendable (Database) async throws -> Void)] = [
  (
    "two inserts",
    { db in
      try await db.transaction { transaction in
        for id in [2, 1] {
          let row: [Value] = [.int(Int64(id)), .bytes([1])]
          try await transaction.exec(SQL(raw: lockedInsert, row))
        }
      }
    }
  ),
  (
    "a batch",
    { db in
      try await db.batch([2, 1].map { SQL(raw: lockedInsert, [.int($0), .bytes([1])]) })
    }
  ),
  (
    "a batch in a transaction",
    { db in
      try await db.transaction { transaction in
        _ = try await transaction.batch(
          [2, 1].map { SQL(raw: lockedInsert, [.int($0), .bytes([1])]) })
      }
    }
  ),
  (
    "a bulk insert",
    { db in
      _ = try await db.bulkInsert(
        into: "locked", columns: ["id", "content"], [[2, .bytes([1])], [1, .bytes([1])]])
    }
  ),
  (
    "an upsert",
    { db in
      let upsert = Upsert(into: "locked", columns: ["id", "content"], key: ["id"])
      _ = try await db.upsert(upsert, [[2, .bytes([1])], [1, .bytes([1])]])
    }
  ),
]

private let lockedInsert = "INSERT INTO locked (id, content) VALUES (?, ?)"
