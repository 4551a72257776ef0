import DriverAPI
import DriverFaults

// Several servers of one database: which is used, and what happens when another one takes over.
let failoverClauses = [
  Clause(
    "HA-1",
    "One that takes writes is found among hosts that are dead, hang up, are silent, or only read.",
    needs: \.severalHosts, weight: .heavy, otherwise: knowsNoHosts
  ) { context in
    let (second, demoted) = try await context.secondServer()
    let (dead, silent, good) = (try context.proxy(), try context.proxy(), try context.proxy())
    let closing = try context.proxy()
    try await second.demote()
    dead.close()
    closing.acceptsConnections = false
    silent.isSilent = true
    let hosts = [dead, closing, silent, demoted, good]
    let watch = TaskStopwatch()
    let db = try await context.open(
      context.url(over: hosts, asksToWrite + briefly), with: WatchedDriver(context.harness.driver)
    ) { $0.connectTimeout = .seconds(30) }
    try expect(watch.ownTime < .seconds(15), "a silent host held it up for \(watch.elapsed)")
    try await db.createItems(rowCount: 1)
    try expect(good.connectionCount >= 1, "no session with the host that takes writes")
    try expectEqual(try await context.open().rowCount(of: "items"), 1, "rows where they belong")
  },

  Clause(
    "HA-1", "Which hosts are meant is refused if it is none of the words.",
    needs: \.severalHosts, otherwise: knowsNoHosts
  ) { context in
    for option in [("target_session_attrs", "writable"), ("load_balance_hosts", "sometimes")] {
      let url = try DatabaseURL(context.url).setting(option: option.0, to: option.1)
      try await expectRefusal(.misuse, option.0) { try context.harness.driver.plan(for: url) }
    }
    for word in ["any", "read-write", "primary", "standby", "prefer-standby", "read-only"] {
      let url = try DatabaseURL(context.url).setting(option: "target_session_attrs", to: word)
      _ = try context.harness.driver.plan(for: url)
    }
  },

  Clause(
    "HA-2", "A server that is demoted says so once, and all its sessions are given up.",
    needs: \.severalHosts, weight: .heavy, otherwise: knowsNoHosts
  ) { context in
    let (second, first) = try await context.secondServer()
    let next = try context.proxy()
    try await createItems(on: second, context)
    let db = try await context.open(
      context.url(over: [first, next], asksToWrite), with: WatchedDriver(context.harness.driver))
    try await context.open().createItems(rowCount: 1)
    try await db.withConnection { _ in
      try await db.withConnection { _ in try await db.withConnection { _ in } }
    }
    try expectEqual(first.connectionCount, 3, "sessions with the first host")
    try await second.demote()
    let error = try await expectError(.notPrimary, connection: .spent, "a write there") {
      try await db.exec("UPDATE items SET amount = 5")
    }
    try expectEqual(error.execution, .rejected, "what became of the write")
    _ = try expectSome(error.details.host, "the host")
    try await eventually("its sessions are closed") { first.connectionCount == 0 }
    try await db.exec("UPDATE items SET amount = 7")
    try expectEqual(try await amounts(context.open()), [7], "at the host that takes writes")
    try expectEqual(first.connectionCount, 0, "sessions with the demoted host")
  },

  Clause(
    "HA-2", "A transaction that is retried goes on at the next host, and is stored once.",
    needs: \.severalHosts, weight: .heavy, otherwise: knowsNoHosts
  ) { context in
    let (second, first) = try await context.secondServer()
    try await createItems(on: second, context)
    let next = try context.proxy()
    let db = try await context.open(
      context.url(over: [first, next], asksToWrite), with: WatchedDriver(context.harness.driver))
    try await context.open().createItems()
    try await db.transaction { try await $0.exec("UPDATE items SET amount = 5") }
    try await second.demote()
    let attempts = Counter()
    try await db.transaction(retrying: RetryPolicy()) { transaction in
      attempts.next()
      try await transaction.exec("INSERT INTO items (id, name, amount) VALUES (9, 'once', 90)")
    }
    try expectEqual(attempts.current, 2, "attempts")
    try expectEqual(try await amounts(context.open()), [90], "at the host that takes writes")
    try expectEqual(
      try await amounts(context.open(second.url, with: context.harness.driver)), [5],
      "at the demoted host")
  },

  Clause(
    "HA-2", "What tasks share leaves a demoted host too: nobody reads there any more.",
    needs: \.severalHosts, weight: .heavy, otherwise: knowsNoHosts
  ) { context in
    let (second, first) = try await context.secondServer()
    try await createItems(on: second, context)
    let next = try context.proxy()
    let db = try await context.open(
      context.url(over: [first, next], asksToWrite), with: context.harness.driver)
    try await context.open().createItems(rowCount: 2)
    try expectEqual(try await readByManyTasks(db), [1], "rows counted before")
    try await second.demote()
    try await expectError(.notPrimary, connection: .spent, "a write there") {
      try await db.exec("UPDATE items SET amount = 5")
    }
    try expectEqual(try await readByManyTasks(db), [2], "rows counted afterwards")
  },

  Clause(
    "HA-3", "What a transaction refuses that only reads is told as that, and costs no session.",
    needs: \.severalHosts, otherwise: knowsNoHosts
  ) { context in
    let watched = WatchedDriver(context.harness.driver)
    let db = try await context.open(
      context.url(over: [context.proxy()], asksToWrite), with: watched
    ) { $0.maxConnections = 1 }
    try await db.createItems(rowCount: 1)
    for _ in 1...2 {
      try await expectError(.readOnly, "a write in a transaction that only reads") {
        try await db.transaction(.readOnly) { transaction in
          _ = try await transaction.queryRow("SELECT id FROM items", as: Int.self)
          try await transaction.exec("UPDATE items SET amount = 5")
        }
      }
      try await db.transaction { try await $0.exec("UPDATE items SET amount = 7") }
    }
    try expectEqual(watched.counts.connected, 1, "sessions")
    try expectEqual(try await amounts(db), [7], "the amounts")
  },

  Clause(
    "HA-4", "Hosts are tried in their order, or at random where that is asked for.",
    needs: \.severalHosts, weight: .heavy, otherwise: knowsNoHosts
  ) { context in
    let proxies = [try context.proxy(), try context.proxy()]
    for (word, isShared) in [("disable", false), ("random", true)] {
      let before = proxies.map(\.acceptedCount)
      // Once in a million runs all of them go one way.
      for _ in 1...21 {
        let db = try await Database.open(
          context.url(over: proxies, [("load_balance_hosts", word)]),
          with: WatchedDriver(context.harness.driver), configuration: context.configuration())
        await db.close()
      }
      let counts = zip(proxies, before).map { $0.acceptedCount - $1 }
      try expect(counts[0] > 0, "\(word): no session with the first host")
      try expectEqual(counts[1] > 0, isShared, "\(word): whether the second host has sessions")
    }
  },

  Clause(
    "HA-5", "A host that says nothing holds up the first session only, not each.",
    needs: \.severalHosts, weight: .heavy, otherwise: knowsNoHosts
  ) { context in
    let (silent, good) = (try context.proxy(), try context.proxy())
    silent.isSilent = true
    for _ in 1...5 {
      let db = try await Database.open(
        context.url(over: [silent, good], briefly), with: WatchedDriver(context.harness.driver),
        configuration: context.configuration { $0.connectTimeout = .seconds(30) })
      try await db.ping()
      await db.close()
    }
    try expectEqual(silent.acceptedCount, 1, "attempts at the silent host")
  },

  Clause(
    "HA-6", "While no host takes writes that is said at once; when one does, calls go on.",
    needs: \.severalHosts, weight: .heavy, otherwise: knowsNoHosts
  ) { context in
    let (second, demoted) = try await context.secondServer()
    let good = try context.proxy()
    let db = try await context.open(
      context.url(over: [demoted, good], asksToWrite), with: WatchedDriver(context.harness.driver)
    ) { $0.maxConnections = 2 }
    try await createItems(on: second, context)
    try await context.open().createItems()
    try await second.demote()
    good.acceptsConnections = false
    good.cutAll()
    // The call that notices tells of its own session.
    _ = try? await db.exec("UPDATE items SET amount = 5")
    let error = try await expectError(
      .cannotConnect, connection: .spent, "a call while there is none"
    ) { try await db.exec("UPDATE items SET amount = 5") }
    try expectEqual(error.execution, .notSent, "what became of the write")
    let comesBack = Task {
      try await Task.sleep(for: .milliseconds(700))
      good.acceptsConnections = true
    }
    try await db.transaction(retrying: RetryPolicy(maxAttempts: 60)) { transaction in
      try await transaction.exec("INSERT INTO items (id, name, amount) VALUES (9, 'late', 90)")
    }
    try await comesBack.value
    try expectEqual(try await amounts(db), [90], "the amounts")
  },

  Clause(
    "HA-7", "A commit whose host dies is unknown, and is not repeated at the next one.",
    needs: \.severalHosts, otherwise: knowsNoHosts
  ) { context in
    let (first, next) = (try context.proxy(), try context.proxy())
    let db = try await context.open(
      context.url(over: [first, next], asksToWrite), with: WatchedDriver(context.harness.driver)
    ) { $0.maxConnections = 1 }
    try await db.createItems()
    let attempts = Counter()
    let error = try await thrownError("a commit whose answer is lost") {
      try await db.transaction(retrying: RetryPolicy()) { transaction in
        attempts.next()
        let id = attempts.current
        try await transaction.exec("INSERT INTO items (id, name) VALUES (?, 'once')", id)
        first.acceptsConnections = false
        first.arm(Fault(.cut, .toClient))
      }
    }
    try expectEqual(error.kind, .connectionLost, "the kind")
    try expectEqual(error.execution, .unknown, "the execution")
    try expectEqual(attempts.current, 1, "attempts")
    // What became of it is found out by looking.
    try await eventually("the row is there") { try await db.rowCount(of: "items") == 1 }
    try expectEqual(next.connectionCount, 1, "sessions with the next host")
  },
]

private let asksToWrite = [(name: "target_session_attrs", value: "read-write")]
private let briefly = [(name: "connect_timeout", value: "3")]

/// The table `items` with one row of the amount 10 on the second server.
private func createItems(on server: SecondServer, _ context: ConformanceContext) async throws {
  let db = try await context.open(server.url, with: context.harness.driver)
  try await db.createItems(rowCount: 1)
}

private func amounts(_ db: Database) async throws -> [Int] {
  try await db.query("SELECT amount FROM items ORDER BY id", as: Int.self).collect()
}

/// How many rows many tasks count that read beside each other.
private func readByManyTasks(_ db: Database) async throws -> Set<Int> {
  try await withThrowingTaskGroup(of: Set<Int>.self) { group in
    for _ in 1...8 {
      group.addTask {
        var counts: Set<Int> = []
        for _ in 1...25 {
          counts.insert(try await db.single("SELECT COUNT(*) FROM items", as: Int.self))
        }
        return counts
      }
    }
    return try await group.reduce(into: []) { $0.formUnion($1) }
  }
}

/// A driver whose URLs name one server refuses more, instead of passing them over.
private func knowsNoHosts(_ context: ConformanceContext) async throws {
  if try await !context.facts().capabilities.networkSession {
    return try await namesNoServer(context)
  }
  let url = try context.url(over: [context.proxy(), context.proxy()])
  try await expectRefusal(.misuse, "several hosts") { try context.harness.driver.plan(for: url) }
}
