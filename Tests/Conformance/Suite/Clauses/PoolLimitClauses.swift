import DriverAPI
import DriverFaults

// What the pool does when its sessions, its callers or its settings are not as they should be.
let poolLimitClauses = [
  Clause("POOL-9", "A cancelled call closes no idle connection.") { context in
    let watched = WatchedDriver(context.harness.driver)
    let db = try await context.open(with: watched) {
      $0.maxConnections = 3
      $0.healthCheckAfter = .zero
    }
    try await db.createItems(rowCount: 1)
    try await fill(db, 3, watched)
    let before = watched.counts.closed
    for _ in 1...6 {
      let task = Task {
        withUnsafeCurrentTask { $0?.cancel() }
        try await db.exec("UPDATE items SET amount = 0")
      }
      try await expectRefusal(.cancelled, "a call of a cancelled task") { try await task.value }
    }
    try expectEqual(watched.counts.closed, before, "connections closed")
    try expectEqual(
      try await db.single("SELECT amount FROM items", as: Int.self), 10, "the amount")
  },

  Clause(
    "POOL-10", "Sessions that ended while they were idle cost no call.", needs: \.watchesServer,
    otherwise: healthCheckFinds
  ) { context in
    try await context.open().createItems(rowCount: 1)
    try expectEqual(try await callsLost(context), 0, "calls that failed")
  },

  Clause("POOL-11", "A refused connection fails no call while the pool has others.") { context in
    let watched = WatchedDriver(context.harness.driver)
    let db = try await context.open(with: watched) { $0.maxConnections = 8 }
    try await db.createItems(rowCount: 1)
    watched.mostSessions = 2
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 1...24 {
        group.addTask {
          try await db.withConnection { connection in
            try await connection.exec("UPDATE items SET amount = amount + 1")
            try await Task.sleep(for: .milliseconds(5))
          }
        }
      }
      try await group.waitForAll()
    }
    try expectEqual(
      try await db.single("SELECT amount FROM items", as: Int.self), 34, "the amount")
    try expect(watched.counts.mostOpen <= 2, "\(watched.counts.mostOpen) sessions were open")
  },

  Clause("POOL-11", "What was refused is tried again, also while nothing comes free.") { context in
    let watched = WatchedDriver(context.harness.driver)
    let db = try await context.open(with: watched) { $0.maxConnections = 2 }
    guard try watched.plan(for: DatabaseURL(context.url)).maxWriters ?? 2 > 1 else { return }
    watched.mostSessions = 1
    try await db.withConnection { _ in
      let waiting = Task { try await db.ping() }
      while watched.counts.refused == 0 { try await Task.sleep(for: .milliseconds(5)) }
      watched.mostSessions = 2
      try await Deadline.run(within: .seconds(10), named: "the second connection") {
        try await waiting.value
      }
    }
  },

  Clause("POOL-11", "A lease timeout says why there is no further connection.") { context in
    let watched = WatchedDriver(context.harness.driver)
    let db = try await context.open(with: watched) {
      $0.maxConnections = 2
      $0.leaseTimeout = .milliseconds(150)
    }
    watched.mostSessions = 1
    try await db.withConnection { _ in
      let other = Task { try await db.ping() }
      let error = try await expectRefusal(.poolTimeout, "waiting for the only connection") {
        try await other.value
      }
      try expect(
        watched.counts.refused == 0 || error.message.contains("no more than 1 sessions"),
        "\(error) does not say what the server said")
    }
  },

  Clause("POOL-12", "With one connection there is one session, for everything.") { context in
    let watched = WatchedDriver(context.harness.driver)
    watched.sharesSessions = true
    let db = try await context.open(with: watched) { $0.maxConnections = 1 }
    try await Migrator([
      Migration(1, "first") { dialect in
        ["CREATE TABLE first (id \(dialect.typeName(.int)) NOT NULL PRIMARY KEY)"]
      }
    ]).migrate(db)
    try await db.createItems(rowCount: 5)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for task in 1...16 {
        group.addTask {
          for _ in 1...10 {
            let id = task % 5 + 1
            let amount = try await db.single(
              "SELECT amount FROM items WHERE id = \(id)", as: Int.self)
            try expectEqual(amount, id * 10, "the amount of \(id)")
          }
        }
      }
      try await group.waitForAll()
    }
    _ = try await db.bulkInsert(into: "items", columns: ["id", "name"], [[6, "f"], [7, "g"]])
    try await db.upsert(Upsert(into: "items", columns: ["id", "name"], key: ["id"]), [[7, "h"]])
    _ = try await db.transaction { try await $0.rowCount(of: "items") }
    try expectEqual(watched.counts.connected, 1, "sessions opened")
  },

  Clause("POOL-13", "A configuration that makes no sense is refused by the name of its value.") {
    context in
    for (name, change) in senseless {
      let error = try await expectRefusal(.misuse, name) { try await context.open(change) }
      try expect(error.message.contains(name), "\(error) does not name \(name)")
    }
  },

  Clause("POOL-13", "Every value that is taken works, however small or large.", weight: .heavy) {
    context in
    for (name, change) in extremes {
      let db = try await context.open {
        $0.maxConnections = 2
        change(&$0)
      }
      for number in 1...4 {
        do {
          try expectEqual(
            try await db.single(
              SQL(
                raw: db.dialect.selectSQL("\(db.dialect.parameter(.int)) + 0"),
                [.int(Int64(number))]), as: Int.self), number, "with \(name)")
        } catch let error as DatabaseError {
          throw ClauseFailure("with \(name): \(error)")
        }
      }
      await db.close()
    }
  },

  Clause("POOL-15", "As many sessions as were asked for are there before they are needed.") {
    context in
    let watched = WatchedDriver(context.harness.driver)
    let plan = try context.harness.driver.plan(for: DatabaseURL(context.url))
    let wanted = min(3, plan.maxWriters ?? 3)
    let db = try await context.open(with: watched) {
      $0.maxConnections = 5
      $0.minConnections = 3
      $0.idleTimeout = .milliseconds(200)
    }
    let watch = TaskStopwatch()
    while watched.counts.open < wanted {
      try expect(watch.ownTime < .seconds(10), "only \(watched.counts.open) sessions are open")
      try await Task.sleep(for: .milliseconds(5))
    }
    // Longer than one that nobody uses is kept otherwise.
    try await Task.sleep(for: .milliseconds(600))
    try expectEqual(watched.counts.open, wanted, "sessions after the idle time")
    try expectEqual(watched.counts.connected, wanted, "sessions that were opened, over all")
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<wanted {
        group.addTask {
          try await db.withConnection { connection in
            try await Task.sleep(for: .milliseconds(50))
            _ = try await connection.single(connection.one, as: Int.self)
          }
        }
      }
      try await group.waitForAll()
    }
    try expectEqual(watched.counts.connected, wanted, "sessions after as many were used at once")
    await db.close()
    try expectEqual(watched.counts.open, 0, "sessions after the end")
  },

  Clause("POOL-14", "Each of several waiters is turned away when its own time is over.") {
    context in
    let db = try await context.open {
      $0.maxConnections = 1
      $0.leaseTimeout = .milliseconds(300)
    }
    try await db.withConnection { _ in
      try await withThrowingTaskGroup(of: Void.self) { group in
        for number in 0..<3 {
          group.addTask {
            try await Task.sleep(for: .milliseconds(number * 100))
            let watch = TaskStopwatch()
            try await expectRefusal(.poolTimeout, "waiter \(number)") {
              try await db.exec("UPDATE items SET amount = 0")
            }
            let waited = watch.elapsed
            try expect(waited >= .milliseconds(290), "\(number) was turned away after \(waited)")
            try expect(
              watch.ownTime < .seconds(3), "\(number) was turned away only after \(waited)")
          }
        }
        try await group.waitForAll()
      }
    }
  },

  Clause("POOL-14", "Waiters that gave up hold nobody up.", weight: .heavy) { context in
    let db = try await context.open {
      $0.maxConnections = 1
      $0.leaseTimeout = .milliseconds(500)
    }
    let (held, done) = (Signal(), Signal())
    async let holding: Void = hold(db, held, until: done)
    defer { done.fire() }
    await held.wait()
    let watch = TaskStopwatch()
    let tasks = (1...6000).map { _ in Task.immediate { try await db.ping() } }
    // One half is cancelled, the last first; the patience of the other ends.
    for index in tasks.indices.reversed() where index % 2 == 0 { tasks[index].cancel() }
    for task in tasks { _ = await task.result }
    let waited = watch.ownTime
    done.fire()
    try await holding
    try await db.ping()
    try expect(waited < .seconds(5), "6000 who wait and give up took \(waited)")
  },
]

/// Has the pool open so many connections, where the engine allows as many; none is in use afterwards.
private func fill(_ db: Database, _ count: Int, _ watched: WatchedDriver) async throws {
  let plan = try watched.plan(for: db.url)
  let most = min(count, plan.maxWriters ?? count)
  let all = Signal()
  let arrived = Counter()
  try await withThrowingTaskGroup(of: Void.self) { group in
    for _ in 0..<most {
      group.addTask {
        try await db.withConnection { _ in
          if arrived.next() == most { all.fire() }
          await all.wait()
        }
      }
    }
    try await group.waitForAll()
  }
}

private typealias Change = @Sendable (inout DatabaseConfiguration) -> Void

private let senseless: [(String, Change)] = [
  ("maxConnections", { $0.maxConnections = 0 }),
  ("maxConnections", { $0.maxConnections = -1 }),
  ("maxConnections", { $0.maxConnections = .max }),
  ("minConnections", { $0.minConnections = -1 }),
  ("minConnections", { $0.minConnections = $0.maxConnections + 1 }),
  (
    "minConnections",
    {
      $0.minConnections = 1
      $0.idleTimeout = .zero
    }
  ),
  ("connectTimeout", { $0.connectTimeout = .zero }),
  ("connectTimeout", { $0.connectTimeout = .seconds(-1) }),
  ("controlTimeout", { $0.controlTimeout = .zero }),
  ("leaseTimeout", { $0.leaseTimeout = .seconds(-1) }),
  ("statementTimeout", { $0.statementTimeout = .zero }),
  ("statementTimeout", { $0.statementTimeout = .seconds(-1) }),
  ("idleTimeout", { $0.idleTimeout = .seconds(-1) }),
  ("maxLifetime", { $0.maxLifetime = .seconds(-1) }),
  ("healthCheckAfter", { $0.healthCheckAfter = .seconds(-1) }),
  ("shutdownGrace", { $0.shutdownGrace = .seconds(-1) }),
  ("statementCacheCapacity", { $0.statementCacheCapacity = -1 }),
  ("slowStatementThreshold", { $0.slowStatementThreshold = .seconds(-1) }),
]

private let extremes: [(String, Change)] = [
  ("idleTimeout zero", { $0.idleTimeout = .zero }),
  ("maxLifetime zero", { $0.maxLifetime = .zero }),
  ("healthCheckAfter zero", { $0.healthCheckAfter = .zero }),
  (
    "all of them zero",
    {
      $0.idleTimeout = .zero
      $0.maxLifetime = .zero
      $0.healthCheckAfter = .zero
      $0.shutdownGrace = .zero
    }
  ),
  ("leaseTimeout zero", { $0.leaseTimeout = .zero }),
  ("statementCacheCapacity zero", { $0.statementCacheCapacity = 0 }),
  ("statementCacheCapacity huge", { $0.statementCacheCapacity = .max }),
  ("slowStatementThreshold zero", { $0.slowStatementThreshold = .zero }),
  (
    "everything huge",
    {
      $0.connectTimeout = .seconds(Int64.max)
      $0.leaseTimeout = .seconds(Int64.max)
      $0.statementTimeout = .seconds(Int64.max)
      $0.controlTimeout = .seconds(Int64.max)
      $0.idleTimeout = .seconds(Int64.max)
      $0.maxLifetime = .seconds(Int64.max)
      $0.healthCheckAfter = .seconds(Int64.max)
      $0.slowStatementThreshold = .seconds(Int64.max)
    }
  ),
]

/// How many calls find their session ended, of twelve that are made until they succeed.
private func callsLost(
  _ context: ConformanceContext,
  healthCheckAfter: Duration = DatabaseConfiguration().healthCheckAfter
) async throws -> Int {
  let proxy = try context.proxy()
  let watched = WatchedDriver(context.harness.driver)
  let db = try await context.open(through: proxy, with: watched) {
    $0.maxConnections = 4
    $0.healthCheckAfter = healthCheckAfter
  }
  try await db.exec("UPDATE items SET amount = 10")
  try await fill(db, 4, watched)
  var lost = 0
  for _ in 1...3 {
    try await Task.sleep(for: .milliseconds(30))
    proxy.cutAll()
    try await Task.sleep(for: .milliseconds(100))
    lost += try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 1...4 { group.addTask { try await raiseAmount(db) } }
      return try await group.reduce(0, +)
    }
  }
  try expectEqual(try await db.single("SELECT amount FROM items", as: Int.self), 22, "the amount")
  return lost
}

/// Answers with how often it was done in vain: a session that had ended before took nothing.
private func raiseAmount(_ db: Database) async throws -> Int {
  for lost in 0..<8 {
    do throws(DatabaseError) {
      try await db.exec("UPDATE items SET amount = amount + 1")
      return lost
    } catch {
      guard error.connection == .spent else { throw error }
    }
  }
  throw ClauseFailure("a session that has ended is never replaced")
}

/// Where nothing tells that a session has ended, it costs a call, unless it is asked first.
private func healthCheckFinds(_ context: ConformanceContext) async throws {
  let db = try await context.open()
  guard db.capabilities.networkSession else { return try await namesNoServer(context) }
  try await db.createItems(rowCount: 1)
  try expect(try await callsLost(context) > 0, "no call met a session that had ended")
  try expectEqual(
    try await callsLost(context, healthCheckAfter: .zero), 0, "calls that failed when asked")
}
