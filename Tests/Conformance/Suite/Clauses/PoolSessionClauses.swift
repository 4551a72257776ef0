import DriverAPI

let poolSessionClauses = [
  Clause(
    "POOL-3", "Connections that were idle for too long, or are too old, are replaced.",
    needs: \.durableStorage,
    otherwise: { context in
      let watched = WatchedDriver(context.harness.driver)
      let db = try await context.open(with: watched, impatient)
      try await db.createItems(rowCount: 1)
      try await Task.sleep(for: .milliseconds(400))
      try expectEqual(try await db.rowCount(of: "items"), 1, "rows that only the connection has")
      try expectEqual(watched.counts.closed, 0, "connections closed")
    }
  ) { context in
    let watched = WatchedDriver(context.harness.driver)
    let db = try await context.open(with: watched, impatient)
    try await db.createItems(rowCount: 1)
    let limit = ContinuousClock.now + .seconds(10)
    while watched.counts.closed == 0, ContinuousClock.now < limit {
      try await Task.sleep(for: .milliseconds(20))
    }
    try expect(watched.counts.closed > 0, "an idle connection was not closed")
    try expectEqual(try await db.rowCount(of: "items"), 1, "rows read by a new one")
  },

  Clause("POOL-3", "A connection in use is not closed as idle.") { context in
    let watched = WatchedDriver(context.harness.driver)
    let db = try await context.open(with: watched) {
      $0.maxConnections = 1
      $0.idleTimeout = .milliseconds(400)
    }
    let end = ContinuousClock.now + .milliseconds(1200)
    var last = ContinuousClock.now
    // On a busy machine it is not in use for a while.
    var pauseCount = 0
    while ContinuousClock.now < end {
      try await db.ping()
      try await Task.sleep(for: .milliseconds(10))
      if ContinuousClock.now - last > .milliseconds(200) { pauseCount += 1 }
      last = .now
    }
    let opened = watched.counts.connected
    try expect(1...1 + pauseCount ~= opened, "\(opened) connections, and \(pauseCount) pauses")
  },

  Clause(
    "POOL-3", "A connection in use is replaced when it is too old, and only then.",
    needs: \.durableStorage,
    otherwise: { context in
      let watched = WatchedDriver(context.harness.driver)
      let db = try await context.open(with: watched) { $0.maxLifetime = .milliseconds(100) }
      try await db.createItems(rowCount: 1)
      try await Task.sleep(for: .milliseconds(400))
      try expectEqual(try await db.rowCount(of: "items"), 1, "rows that only the connection has")
    }
  ) { context in
    let watched = WatchedDriver(context.harness.driver)
    let db = try await context.open(with: watched) {
      $0.maxConnections = 1
      $0.maxLifetime = .milliseconds(500)
    }
    let end = ContinuousClock.now + .seconds(10)
    while watched.counts.connected < 3, ContinuousClock.now < end {
      try await db.ping()
      try await Task.sleep(for: .milliseconds(10))
    }
    let elapsed = ContinuousClock.now - (end - .seconds(10))
    try expect(watched.counts.connected >= 3, "a connection grew old in use")
    try expect(elapsed >= .milliseconds(900), "two were replaced within \(elapsed)")
  },

  Clause(
    "POOL-3", "A connection that no longer answers is replaced before it is leased.",
    needs: \.durableStorage,
    otherwise: { context in
      let watched = WatchedDriver(context.harness.driver)
      let db = try await context.open(with: watched) { $0.healthCheckAfter = .zero }
      try await db.createItems(rowCount: 1)
      let sent = watched.counts.executed
      try await db.exec("UPDATE items SET amount = 1")
      try expectEqual(watched.counts.executed, sent + 1, "statements: none to ask for its health")
    }
  ) { context in
    let watched = WatchedDriver(context.harness.driver)
    let db = try await context.open(with: watched) {
      $0.maxConnections = 1
      $0.healthCheckAfter = .zero
    }
    try await db.createItems(rowCount: 1)
    let before = watched.counts.connected
    watched.failNextStatement(
      with: DatabaseError(
        .connectionLost, "the server went away", connection: .spent, execution: .notSent))
    try await db.exec("UPDATE items SET amount = 1")
    try expectEqual(watched.counts.connected, before + 1, "connections opened")
  },

  Clause("POOL-4", "Session state does not leak between leases.") { context in
    let db = try await context.open { $0.maxConnections = 1 }
    try await db.createItems(rowCount: 1)
    let leak = try context.leak(of: db)
    let question = SQL(raw: leak.question)
    let usual = try await db.queryRow(question, as: Value.self)
    let held = try await db.withConnection { connection in
      try await connection.leave(leak)
      return try await connection.queryRow(question, as: Value.self)
    }
    try expect(held != usual, "\(leak.words) has no effect that is told")
    let next = try await db.withConnection { try await $0.queryRow(question, as: Value.self) }
    try expectEqual(next, usual, "what an earlier lease left behind")
  },

  Clause("POOL-4", "What statements set, lock or make ends with the lease.") { context in
    let db = try await context.open { $0.maxConnections = 1 }
    try await db.createItems(rowCount: 1)
    _ = try context.leak(of: db)
    for leak in context.harness.sessionLeaks(of: db.server) {
      let question = SQL(raw: leak.question)
      // A setting that the database does not have answers with no row.
      let usual = try await db.queryRow(question, as: Value.self)
      let words = leak.words.joined(separator: "; ")
      try await db.withConnection { connection in
        try await connection.leave(leak)
        // What an engine does not take is no leak either.
        let now = try await connection.queryRow(question, as: Value.self)
        try expect(now != usual || isIgnored(leak), "\(words) has no effect that is told")
      }
      try await expectUsual(usual, "in the next lease, after \(words)") {
        try await db.withConnection { try await $0.queryRow(question, as: Value.self) }
      }
      for statement in leak.words {
        _ = try await db.query(SQL(raw: statement), as: Value.self).collect()
      }
      try await expectUsual(usual, "in the next call, after \(words)") {
        try await db.queryRow(question, as: Value.self)
      }
    }
  },

  Clause("POOL-4", "A session that cannot be reset is not leased again.") { context in
    let watched = WatchedDriver(context.harness.driver)
    let db = try await context.open(with: watched) { $0.maxConnections = 1 }
    try await db.createItems(rowCount: 1)
    let leak = try context.leak(of: db)
    watched.failNextReset(with: DatabaseError(.other, "the reset failed"))
    try await db.withConnection { try await $0.leave(leak) }
    let before = watched.counts.connected
    try await db.withConnection { connection in
      _ = try await connection.single(connection.one, as: Int.self)
    }
    try expectEqual(watched.counts.connected, before + 1, "connections opened")
  },

  Clause("POOL-5", "Shutdown waits for leases up to a limit.") { context in
    let db = try await context.open { $0.shutdownGrace = .seconds(20) }
    let (held, done) = (Signal(), Signal())
    async let holding: Void = hold(db, held, until: done)
    defer { done.fire() }
    await held.wait()
    async let closing: Void = db.close()
    try await Task.sleep(for: .milliseconds(50))
    try await expectRefusal(.misuse, "a call during shutdown") { try await db.exec(db.one) }
    done.fire()
    let watch = TaskStopwatch()
    await closing
    try await holding
    try expect(watch.ownTime < .seconds(5), "it waited for nobody")
  },

  Clause("POOL-5", "After the limit it interrupts what is running.", weight: .heavy) { context in
    let db = try await context.open { $0.shutdownGrace = .milliseconds(100) }
    let started = Signal()
    let running = Task {
      try await db.withConnection { connection in
        started.fire()
        try await connection.exec(connection.endlessCount)
      }
    }
    await started.wait()
    let watch = TaskStopwatch()
    await db.close()
    let waited = watch.ownTime
    try expect(waited < .seconds(2), "closing took \(waited)")
    try await expectError(.cancelled, "the statement that was running") { try await running.value }
  },

  Clause(
    "POOL-8", "A database that restarts is found again without a restart of the process.",
    needs: \.durableStorage,
    otherwise: { context in
      let watched = WatchedDriver(context.harness.driver)
      let db = try await context.open(with: watched)
      watched.failNextStatement(with: restarted)
      _ = try await thrownError("the call that notices") { try await db.exec(db.one) }
      try await db.ping()
    }
  ) { context in
    let watched = WatchedDriver(context.harness.driver)
    let db = try await context.open(with: watched) { $0.maxConnections = 1 }
    try await db.createItems(rowCount: 1)
    for _ in 1...3 {
      watched.failNextStatement(with: restarted)
      try await expectError(.connectionLost, connection: .spent, "the call that notices") {
        try await db.exec("UPDATE items SET amount = amount + 1")
      }
      watched.failNextConnect(
        with: DatabaseError(.cannotConnect, "refused", connection: .spent, execution: .notSent))
      try await expectError(.cannotConnect, connection: .spent, "a call while it is away") {
        try await db.exec("UPDATE items SET amount = amount + 1")
      }
      try await db.exec("UPDATE items SET amount = amount + 1")
    }
    let amount = try await db.single("SELECT amount FROM items", as: Int.self)
    try expectEqual(amount, 13, "the amount after three restarts")
  },
]

/// Settings that an engine may take for what they are already, in memory or on some file systems.
private func isIgnored(_ leak: SessionLeak) -> Bool {
  [
    "mmap_size", "threads", "defer_foreign_keys", "journal_size_limit", "wal_autocheckpoint",
    "read_uncommitted", "trusted_schema", "max_page_count", "busy_timeout",
  ].contains { leak.question.contains($0) }
}

private let restarted = DatabaseError(
  .connectionLost, "the server restarts", connection: .spent, execution: .unknown)

private let impatient: @Sendable (inout DatabaseConfiguration) -> Void = { configuration in
  configuration.idleTimeout = .milliseconds(100)
  configuration.maxLifetime = .milliseconds(100)
}

/// Where a reset is another session, the server may need a moment to free what the one before had locked.
private func expectUsual(
  _ usual: Value?, _ what: String, _ ask: () async throws -> Value?
) async throws {
  for _ in 1...40 {
    if try await ask() == usual { return }
    try await Task.sleep(for: .milliseconds(50))
  }
  try expectEqual(try await ask(), usual, what)
}
