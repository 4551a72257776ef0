import DriverAPI

let cancelClauses = [
  Clause(
    "CANCEL-1", "Cancelling a task in a long statement returns within a second.", weight: .heavy
  ) { context in
    let db = try await context.open { $0.maxConnections = 1 }
    try await db.createItems(rowCount: 1)
    for run in ["query", "exec", "transaction"] {
      let task = Task {
        switch run {
        case "query": _ = try await db.query(db.endlessCount, as: Int.self).collect()
        case "exec": try await db.exec(db.endlessCount)
        default: _ = try await db.transaction { try await $0.exec($0.endlessCount) }
        }
      }
      let waited = try await cancelled(task, after: .milliseconds(150))
      try expect(waited < .seconds(1), "\(run) returned \(waited) after it was cancelled")
      // Were the statement still running, the connection could not take this one.
      try await db.exec("UPDATE items SET amount = 1")
    }
  },

  Clause("CANCEL-1", "Cancelling between two rows ends the rows.") { context in
    let db = try await context.open { $0.maxConnections = 1 }
    let started = Signal()
    let isCancelled = Signal()
    let task = Task {
      // Some engines count to the end before they give the first row.
      var rows = try await db.query(db.counting(to: 500_000))
      guard try await rows.next() else { return }
      started.fire()
      // Must not come to the end of the rows before, however slow the rest of the machine is.
      await isCancelled.wait()
      while try await rows.next() {}
    }
    await started.wait()
    let waited = try await cancelled(task, after: .milliseconds(20), isCancelled.fire)
    try expect(waited < .seconds(2), "the rows ended \(waited) after they were cancelled")
    try await db.ping()
  },

  Clause("CANCEL-2", "The next statement is not hit by a stray cancel.", weight: .heavy) {
    context in
    let db = try await context.open { $0.maxConnections = 1 }
    try await db.createItems(rowCount: 1)
    for round in 0..<60 {
      let task = Task {
        try await db.query(db.counting(to: 20_000, "SUM(n)"), as: Int64.self).collect()
      }
      Deadline.after(.microseconds(round * 200)) { task.cancel() }
      do {
        try expectEqual(try await task.value, [200_010_000], "the sum of round \(round)")
      } catch let error as DatabaseError {
        try expectEqual(error.kind, .cancelled, "how round \(round) ended")
      }
      try expectEqual(try await db.rowCount(of: "items"), 1, "the statement after round \(round)")
    }
  },

  Clause(
    "CANCEL-3", "Cancelled at any suspension point, the pool stays whole.", weight: .heavy
  ) { context in
    let watched = WatchedDriver(context.harness.driver)
    let db = try await context.open(with: watched)
    try await db.createItems()
    try await withSeed { generator in
      var acknowledged: Set<Int> = []
      for round in 1...150 {
        let task = Task { try await wholeRound(db, round) }
        let delay = Int.random(in: 0...1500, using: &generator)
        let waiting = Task { try await Task.sleep(for: .microseconds(delay)) }
        _ = await waiting.result
        task.cancel()
        do {
          try await task.value
          acknowledged.insert(round)
        } catch let error as DatabaseError {
          try expectEqual(error.kind, .cancelled, "how round \(round) ended")
        } catch is CancellationError {
          continue
        }
      }
      let stored = try await db.query("SELECT id FROM items", as: Int.self).collect()
      try expectEqual(Set(stored), acknowledged, "the rounds that are stored")
    }
    try await expectWhole(db)
    try expectEqual(watched.counts.misordered, 0, "calls in the wrong order")
    try expectEqual(watched.counts.openRows, 0, "rows left open")
  },

  Clause("CANCEL-4", "The statement timeout fires, with its own error.", weight: .heavy) {
    context in
    let db = try await context.open {
      $0.maxConnections = 1
      $0.statementTimeout = .milliseconds(200)
    }
    let watch = TaskStopwatch()
    let error = try await expectError(.statementTimeout, "a statement without an end") {
      try await db.exec(db.endlessCount)
    }
    let waited = watch.elapsed
    try expect(waited >= .milliseconds(190), "it fired after \(waited) already")
    try expect(watch.ownTime < .seconds(2), "it fired only after \(waited)")
    try expect(error.execution != .notSent, "\(error) says it was not sent")
    try await db.ping()
  },

  Clause(
    "CANCEL-4", "The statement timeout fires for each statement of a connection.", weight: .heavy
  ) { context in
    let db = try await context.open {
      $0.maxConnections = 1
      $0.statementTimeout = .milliseconds(300)
    }
    try await db.withConnection { connection in
      for round in 1...3 {
        for _ in 1...3 { _ = try await connection.single(connection.one, as: Int.self) }
        let watch = TaskStopwatch()
        try await expectError(.statementTimeout, "a statement without an end, round \(round)") {
          try await connection.exec(connection.endlessCount)
        }
        let waited = watch.elapsed
        try expect(waited >= .milliseconds(290), "it fired after \(waited), round \(round)")
        try expect(watch.ownTime < .seconds(2), "it fired only after \(waited), round \(round)")
      }
    }
  },

  Clause("CANCEL-4", "The lease timeout fires, with its own error.") { context in
    let db = try await context.open {
      $0.maxConnections = 1
      $0.leaseTimeout = .milliseconds(150)
    }
    let (held, done) = (Signal(), Signal())
    async let holding: Void = hold(db, held, until: done)
    defer { done.fire() }
    await held.wait()
    let watch = TaskStopwatch()
    try await expectRefusal(.poolTimeout, "waiting for the only connection") {
      try await db.exec("UPDATE items SET amount = 1")
    }
    let (waited, ownTime) = (watch.elapsed, watch.ownTime)
    done.fire()
    try await holding
    try expect(waited >= .milliseconds(140), "it fired after \(waited) already")
    try expect(ownTime < .seconds(3), "it fired only after \(ownTime)")
    try await db.ping()
  },
]

/// Cancels a task after a while and answers with how long it took from then to its end.
private func cancelled<R>(
  _ task: Task<R, any Error>, after delay: Duration, _ then: @escaping @Sendable () -> Void = {}
) async throws -> Duration {
  let clock = Moment()
  Deadline.after(delay) {
    clock.set()
    task.cancel()
    then()
  }
  try await expectError(.cancelled, "the cancelled task") { try await task.value }
  return try clock.elapsed()
}

/// Holds a connection that may write, for as long as it is told.
func hold(_ db: Database, _ held: Signal, until done: Signal) async throws {
  try await db.withConnection { _ in
    held.fire()
    await done.wait()
  }
}

/// One transaction with everything in it that can be interrupted.
private func wholeRound(_ db: Database, _ round: Int) async throws {
  try await db.transaction { transaction in
    try await transaction.exec("INSERT INTO items (id, name) VALUES (?, 'a')", round)
    try await Task.sleep(for: .microseconds(100))
    try await transaction.transaction { inner in
      _ = try await inner.query("SELECT id FROM items", as: Int.self).collect()
      try await Task.sleep(for: .microseconds(100))
    }
    _ = try await transaction.query("SELECT id, name FROM items", as: (Int, String).self).collect()
  }
}

/// All connections can be had, and none is inside a transaction.
private func expectWhole(_ db: Database) async throws {
  try await withThrowingTaskGroup(of: Void.self) { group in
    for _ in 1...8 {
      group.addTask {
        try await db.withConnection { connection in
          try expectEqual(connection.transactionStatus, .none, "a leased connection")
          try expectEqual(
            try await connection.single(connection.selecting("17"), as: Int.self), 17, "SELECT 17")
        }
      }
    }
    try await group.waitForAll()
  }
}
