import DriverAPI
import DriverFaults

// What becomes of sessions that tasks share when they cannot be had, go away or are to end; and of the one
// that listens.
let sharedFaultClauses = [
  Clause("PIPE-6", "Where no session can be shared tasks use those that they lease.") { context in
    let watched = WatchedDriver(context.harness.driver)
    watched.sharesSessions = true
    watched.refusesPipelines = true
    let plan = try context.harness.driver.plan(for: DatabaseURL(context.url))
    let db = try await context.open(with: watched) { $0.maxConnections = 2 }
    try await readTogether(db)
    let leased = watched.counts
    try expect(leased.open <= 2, "\(leased.open) sessions are open")
    let watch = TaskStopwatch()
    for _ in 1...10 { try await readTogether(db) }
    // One at most a second after one that failed, each of which counts as connected.
    let attempts = watched.counts.connected - watched.counts.mostOpen
    let most = Int(watch.elapsed / .seconds(1)) + 2
    try expect(attempts <= most, "\(attempts) attempts in \(watch.elapsed)")
    try expectEqual(
      context.log.lines.contains { $0.contains("no pipeline could be opened") },
      plan.maxPipelines > 0, "whether the log says so")
    if plan.maxPipelines > 0 {
      watched.refusesPipelines = false
      let before = watched.counts.connected
      let patience = TaskStopwatch()
      while watched.counts.connected == before, patience.ownTime < .seconds(10) {
        try await readTogether(db)
        try await Task.sleep(for: .milliseconds(50))
      }
      try expect(watched.counts.connected > before, "none was tried again")
    }
  },

  Clause("POOL-5", "Closing ends what tasks run on sessions that they share.", weight: .heavy) {
    context in
    let db = try await context.open {
      $0.maxConnections = 4
      $0.shutdownGrace = .milliseconds(200)
    }
    // So often that a shared session is there. Where statements run inline one alone may keep a thread.
    let plan = try context.harness.driver.plan(for: DatabaseURL(context.url))
    for _ in 1...5 { try await readTogether(db) }
    let endless = (0..<(plan.maxPipelines > 0 ? 3 : 1)).map { number in
      Task { try await db.single(db.endlessCount(number), as: Int.self) }
    }
    try await Task.sleep(for: .milliseconds(300))
    let watch = TaskStopwatch()
    await db.close()
    let took = watch.ownTime
    try expect(took < .seconds(4), "closing took \(took)")
    for (number, task) in endless.enumerated() {
      let error = try await thrownError("statement \(number)") { try await task.value }
      try expect(
        [.cancelled, .connectionLost].contains(error.kind), "statement \(number) ended as \(error)")
    }
    try await expectRefusal(.misuse, "a call behind it") { try await db.exec(db.one) }
  },

  Clause("POOL-5", "Who waits for a connection is told at once when the database closes.") {
    context in
    let db = try await context.open {
      $0.maxConnections = 1
      $0.shutdownGrace = .seconds(20)
    }
    let (held, done) = (Signal(), Signal())
    async let holding: Void = hold(db, held, until: done)
    defer { done.fire() }
    await held.wait()
    let waiting = (1...3).map { _ in Task { try await db.exec(db.one) } }
    try await Task.sleep(for: .milliseconds(100))
    async let closing: Void = db.close()
    let watch = TaskStopwatch()
    for task in waiting {
      try await expectRefusal(.misuse, "one that waited") { try await task.value }
    }
    let took = watch.ownTime
    try expect(took < .seconds(5), "it was told after \(took)")
    done.fire()
    try await holding
    await closing
  },

  Clause(
    "POOL-10", "Shared sessions that ended while they were idle cost no call.",
    needs: \.networkSession, weight: .waiting, otherwise: namesNoServer
  ) { context in
    let plan = try context.harness.driver.plan(for: DatabaseURL(context.url))
    if plan.maxPipelines == 0 { throw NotSaid("its tasks share no sessions") }
    let proxy = try context.proxy()
    for trusted in [Duration.milliseconds(50), .seconds(60)] {
      let db = try await context.open(through: proxy, with: context.harness.driver) {
        $0.healthCheckAfter = trusted
      }
      for _ in 1...4 {
        for _ in 1...3 { try await readTogether(db) }
        // The farewell lies in the socket before the next asks.
        proxy.cutAll()
        try await Task.sleep(for: .milliseconds(200))
      }
      try await readTogether(db)
    }
  },

  Clause(
    "NOTIFY-1", "A listener whose session is lost listens again, and says that it was away.",
    needs: \.notifications, weight: .waiting,
    otherwise: { context in
      let db = try await context.open()
      try await expectRefusal(.unsupported, "sending") { try await db.notify("news", "x") }
    }
  ) { context in
    guard ServerAddress(try DatabaseURL(context.url)) != nil else { return }
    let proxy = try context.proxy()
    let watched = WatchedDriver(context.harness.driver)
    let far = try await context.open(through: proxy, with: watched)
    let near = try await context.open()
    let channel = "news \(UInt64.random(in: 0 ... .max))"
    var events = try await far.notifications(on: channel).makeAsyncIterator()
    for round in 1...2 {
      try await near.notify(channel, "before \(round)")
      try expectEqual(try await heard(&events), "before \(round)", "what was heard")
      proxy.acceptsConnections = false
      proxy.cutAll()
      // The server is away for longer than the first attempts.
      Deadline.after(.milliseconds(400)) { proxy.acceptsConnections = true }
      try expectEqual(try await heard(&events), nil, "what is told first")
      try await near.notify(channel, "after \(round)")
      try expectEqual(try await heard(&events), "after \(round)", "what was heard")
    }
    let lines = context.log.lines.filter { $0.contains("listens was lost") }
    try expectEqual(lines.count, 2, "lines of the log")
    let before = watched.counts.open
    watched.failNextStatement(
      with: DatabaseError(.permissionDenied, "nobody may listen", execution: .rejected))
    try await expectError(.permissionDenied, "listening without the right to") {
      try await far.notifications(on: channel)
    }
    try expectEqual(watched.counts.open, before, "sessions that stay behind")
    // One that listens, and one that was leased.
    try expect(before <= 2, "\(before) sessions are open: those that were lost stay behind")
  },
]

/// The next payload; nil if the listener was away.
private func heard(_ events: inout Notifications.Iterator) async throws -> String? {
  switch try await events.next() {
  case .received(let notification): return notification.payload
  case .reconnected: return nil
  case nil: throw ClauseFailure("the listener ended")
  }
}

private func readTogether(_ db: Database) async throws {
  try await withThrowingTaskGroup(of: Void.self) { group in
    for task in 0..<12 {
      group.addTask {
        for round in 0..<10 {
          let sum = try await db.single(db.selecting("\(task) + \(round)"), as: Int.self)
          try expectEqual(sum, task + round, "the sum")
        }
      }
    }
    try await group.waitForAll()
  }
}
