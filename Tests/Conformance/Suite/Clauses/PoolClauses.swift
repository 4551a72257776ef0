import DriverAPI

let poolClauses = [
  Clause("POOL-1", "Never more connections than the maximum.") { context in
    let watched = WatchedDriver(context.harness.driver)
    let db = try await context.open(with: watched) { $0.maxConnections = 3 }
    let plan = try watched.plan(for: DatabaseURL(context.url))
    // Nothing here goes to a connection for readers.
    let limit = plan.maxWriters ?? 3
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 1...40 {
        group.addTask {
          try await db.withConnection { connection in
            try await connection.exec(connection.one)
            await Task.yield()
          }
        }
      }
      try await group.waitForAll()
    }
    try expect(
      watched.counts.mostOpen <= limit, "\(watched.counts.mostOpen) were open, \(limit) may be")
  },

  Clause("POOL-1", "Waiters are served in the order of asking.") { context in
    let db = try await context.open { $0.maxConnections = 1 }
    let order = RecordedOrder()
    let (held, done) = (Signal(), Signal())
    async let holding: Void = hold(db, held, until: done)
    defer { done.fire() }
    await held.wait()
    let tasks = (1...12).map { number in
      // Immediate: it has taken its place in the queue when the next one is made.
      Task.immediate {
        try await db.withConnection { _ in order.append(number) }
      }
    }
    done.fire()
    for task in tasks { try await task.value }
    try await holding
    try expectEqual(order.numbers, Array(1...12), "the order")
  },

  Clause("POOL-2", "A lease timeout says who holds the connections, for how long and from where.") {
    context in
    let db = try await context.open {
      $0.maxConnections = 1
      $0.leaseTimeout = .milliseconds(120)
    }
    let (held, done) = (Signal(), Signal())
    let line = UInt(#line) + 2
    let holding = Task {
      try await db.withConnection { _ in
        held.fire()
        await done.wait()
      }
    }
    defer { done.fire() }
    await held.wait()
    let error = try await expectRefusal(.poolTimeout, "waiting for the only connection") {
      try await db.withConnection { _ in }
    }
    done.fire()
    try await holding.value
    try expect(
      error.message.contains("PoolClauses.swift:\(line)"), "\(error) does not say from where")
    try expect(error.message.contains(" ms"), "\(error) does not say for how long")
  },

  Clause("POOL-6", "A task that waits for what it holds is told so.") { context in
    let db = try await context.open { $0.maxConnections = 1 }
    try await db.createItems()
    try await db.withConnection { _ in
      let error = try await expectRefusal(.misuse, "exec inside a scope that has the connection") {
        try await db.exec("DELETE FROM items")
      }
      try expect(error.message.contains("PoolClauses.swift"), "\(error) does not say where")
    }
    try await db.exec("DELETE FROM items")
  },

  Clause("POOL-6", "A connection that is being put in order is not held: its last user waits.") {
    context in
    let db = try await context.open { $0.maxConnections = 1 }
    try await db.createItems(rowCount: 1)
    let leak = try context.leak(of: db)
    for _ in 1...20 {
      // What may have changed the session is reset when its rows are let go.
      for statement in leak.words { try await db.query(SQL(raw: statement)).close() }
      try await db.withConnection { _ in }
    }
  },

  Clause("POOL-7", "A thousand tasks over four connections all finish.") { context in
    let db = try await context.open()
    try await db.createItems(rowCount: 1)
    try await db.exec("UPDATE items SET amount = 0")
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 1...1000 {
        group.addTask {
          if number % 2 == 0 {
            try await db.exec("UPDATE items SET amount = amount + 1")
          } else {
            try expectEqual(try await db.rowCount(of: "items"), 1, "rows")
          }
        }
      }
      try await group.waitForAll()
    }
    let amount = try await db.single("SELECT amount FROM items", as: Int.self)
    try expectEqual(amount, 500, "the amount after 500 steps")
  },
]
