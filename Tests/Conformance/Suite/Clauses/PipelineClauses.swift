import DriverAPI
import DriverFaults

let pipelineClauses = [
  Clause("PIPE-1", "Every one of many tasks gets its own result.", weight: .heavy) { context in
    let db = try await context.open()
    try await db.createItems(rowCount: 50)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for task in 0..<64 {
        group.addTask {
          for round in 0..<20 {
            let id = (task * 7 + round) % 60
            let row = try await db.queryRow(
              "SELECT name, amount FROM items WHERE id = ?", id, as: (String, Int).self)
            let isThere = (1...50).contains(id)
            try expectEqual(row?.0, isThere ? "item \(id)" : nil, "the name of \(id)")
            try expectEqual(row?.1, isThere ? id * 10 : nil, "the amount of \(id)")
          }
        }
      }
      try await group.waitForAll()
    }
  },

  Clause("PIPE-1", "Tasks that fail leave the results of the others alone.") { context in
    let db = try await context.open()
    try await db.createItems(rowCount: 20)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for task in 0..<48 {
        group.addTask {
          for round in 0..<10 {
            if (task + round) % 3 == 0 {
              try await expectError(.undefinedObject, "a table that is not there") {
                try await db.single("SELECT id FROM nowhere WHERE id = \(task)", as: Int.self)
              }
            } else {
              let id = task % 20 + 1
              let amount = try await db.single(
                "SELECT amount FROM items WHERE id = \(id)", as: Int.self)
              try expectEqual(amount, id * 10, "the amount of \(id)")
            }
          }
        }
      }
      try await group.waitForAll()
    }
  },

  Clause("PIPE-1", "A long statement holds nobody else up for ever.", weight: .heavy) { context in
    let db = try await context.open()
    try await db.createItems(rowCount: 5)
    let long = Task {
      try await db.single(db.counting(to: 300_000, "SUM(n)"), as: ExactDecimal.self)
    }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for task in 0..<16 {
        group.addTask {
          for _ in 0..<20 {
            let id = task % 5 + 1
            let name = try await db.single(
              "SELECT name FROM items WHERE id = \(id)", as: String.self)
            try expectEqual(name, "item \(id)", "the name of \(id)")
          }
        }
      }
      try await group.waitForAll()
    }
    try expectEqual("\(try await long.value)", "45000150000", "the result of the long statement")
  },

  Clause("PIPE-2", "One task's failure does not undo another's autocommit write.") { context in
    let db = try await context.open()
    try await db.createItems()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for id in 1...120 {
        group.addTask {
          if id % 4 == 0 {
            try await expectError(.notNullViolation, "a write that must fail") {
              try await db.exec("INSERT INTO items (id, name) VALUES (\(id), NULL)")
            }
          } else {
            try await db.exec("INSERT INTO items (id, name) VALUES (\(id), 'kept')")
          }
        }
      }
      try await group.waitForAll()
    }
    try expectEqual(try await db.rowCount(of: "items"), 90, "writes that were acknowledged")
  },

  Clause("BATCH-1", "A batch is all or nothing, with a result for each statement.") { context in
    let db = try await context.open()
    try await db.createItems(rowCount: 3)
    try expectEqual(try await db.batch([]).count, 0, "results of an empty batch")
    let results = try await db.batch([
      "INSERT INTO items (id, name, amount) VALUES (\(4), \("new"), \(1))",
      "UPDATE items SET amount = amount + \(5)",
      "DELETE FROM items WHERE id <= \(2)",
    ])
    try expectEqual(results.map(\.rowCount), [1, 4, 2], "rows of each statement")
    try expectEqual(try await db.rowCount(of: "items"), 2, "rows afterwards")
    let error = try await expectError(.uniqueViolation, "a batch whose second statement fails") {
      try await db.batch([
        "UPDATE items SET amount = 0", "INSERT INTO items (id, name) VALUES (4, 'again')",
        "DELETE FROM items",
      ])
    }
    try expectEqual(error.details.row, 1, "the index of the statement that failed")
    let untouched = try await db.single("SELECT amount FROM items WHERE id = 4", as: Int.self)
    try expectEqual(untouched, 6, "what the failed batch had changed")
  },

  Clause(
    "BATCH-1", "Many statements of one text are each carried out, and the one that fails is named."
  ) {
    context in
    let db = try await context.open()
    try await db.createItems(rowCount: 0)
    func inserts(_ ids: ClosedRange<Int>, again: Int? = nil) -> [SQL] {
      ids.map { id in
        let amount = id % 3 == 0 ? nil : id
        let key = id == again ? ids.lowerBound : id
        return "INSERT INTO items (id, name, amount) VALUES (\(key), \("name \(id)"), \(amount))"
      }
    }
    let results = try await db.batch(inserts(1...1500))
    try expectEqual(results.map(\.rowCount), Array(repeating: 1, count: 1500), "rows of each")
    try await db.transaction { transaction in
      let results = try await transaction.batch(inserts(1501...1600))
      try expectEqual(results.map(\.rowCount), Array(repeating: 1, count: 100), "rows of each")
      let error = try await expectError(.uniqueViolation, "one of a text that fails") {
        try await transaction.batch(inserts(1601...2000, again: 1921))
      }
      try expectEqual(error.details.row, 320, "the index of the statement that failed")
      try await transaction.batch(inserts(3001...3001) + ["DELETE FROM items WHERE id = 1"])
    }
    try expectEqual(try await db.rowCount(of: "items"), 1600, "rows of what succeeded")
    for id in [2, 3, 1000, 1500, 1599, 3001] {
      let stored = try await db.queryRow(
        "SELECT name, amount FROM items WHERE id = ?", id, as: (String, Int?).self)
      try expectEqual(stored?.0, "name \(id)", "the name of \(id)")
      try expectEqual(stored?.1, id % 3 == 0 ? nil : id, "the amount of \(id)")
    }
    if let asks = db.dialect.lastInsertID {
      try await db.createTable("counted", "id {id}, v {int}")
      try await db.transaction { transaction in
        try await transaction.batch((1...20).map { "INSERT INTO counted (v) VALUES (\($0))" })
        let told = try await transaction.single(SQL(raw: asks), as: Int.self)
        let last = try await transaction.single("SELECT MAX(id) FROM counted", as: Int.self)
        try expectEqual(told, last, "the id of the last row, as the engine tells it afterwards")
      }
    }
    let error = try await expectError(.uniqueViolation, "one of a text that fails, alone") {
      try await db.batch(inserts(4001...4400, again: 4100))
    }
    try expectEqual(error.details.row, 99, "the index of the statement that failed")
    try expectEqual(try await db.rowCount(of: "items"), 1600, "rows after a batch that failed")
  },

  Clause("BATCH-1", "A batch in a transaction shares its fate; what cannot be one is refused.") {
    context in
    let db = try await context.open()
    try await db.createItems(rowCount: 1)
    try await db.transaction { transaction in
      try await expectError(.uniqueViolation, "a batch that fails in a transaction") {
        try await transaction.batch([
          "UPDATE items SET amount = 0", "INSERT INTO items (id, name) VALUES (1, 'again')",
        ])
      }
      try await transaction.batch(["INSERT INTO items (id, name) VALUES (2, 'b')"])
    }
    try expectEqual(try await db.rowCount(of: "items"), 2, "rows of the transaction")
    let amount = try await db.single("SELECT amount FROM items WHERE id = 1", as: Int.self)
    try expectEqual(amount, 10, "what the failed batch had changed")
    try await expectRefusal(.misuse, "a batch that commits by itself") {
      try await db.batch(["UPDATE items SET amount = 1", "COMMIT"])
    }
    let error = try await expectRefusal(.misuse, "a parameter too few") {
      try await db.batch([SQL(raw: "DELETE FROM items"), SQL(raw: "SELECT ?")])
    }
    try expectEqual(error.details.row, 1, "the index of the statement that was refused")
    try expectEqual(try await db.rowCount(of: "items"), 2, "rows after what was refused")
  },

  Clause(
    "NOTIFY-1", "Who listens hears what others send, in order; or is told that it cannot.",
    needs: \.notifications,
    otherwise: { context in
      let db = try await context.open()
      try await expectRefusal(.unsupported, "listening") { try await db.notifications(on: "news") }
      try await expectRefusal(.unsupported, "sending") { try await db.notify("news", "x") }
    }
  ) { context in
    let db = try await context.open()
    // Other cases may share the server, and its channels with it.
    let channel = "News \(UInt64.random(in: 0 ... .max))"
    var events = try await db.notifications(on: channel).makeAsyncIterator()
    try await db.notify(channel, "first")
    try await db.transaction { transaction in
      try await transaction.notify(channel, "second")
      try await transaction.notify("\(channel) of others", "not for us")
    }
    _ = try? await db.transaction { transaction in
      try await transaction.notify(channel, "taken back")
      throw ClauseFailure("rolls back")
    }
    try await db.notify(channel)
    var heard: [String] = []
    while heard.count < 3, let event = try await events.next() {
      guard case .received(let notification) = event else { continue }
      try expectEqual(notification.channel, channel, "the channel")
      heard.append(notification.payload)
    }
    try expectEqual(heard, ["first", "second", ""], "payloads, in order")
  },

  Clause(
    "NOTIFY-1", "A task that listens ends when it is cancelled, and another goes on.",
    needs: \.notifications,
    otherwise: { context in
      let db = try await context.open()
      try await expectRefusal(.unsupported, "listening") { try await db.notifications(on: "news") }
    }
  ) { context in
    let isNear = ServerAddress(try DatabaseURL(context.url)) == nil
    let proxy = isNear ? nil : try context.proxy()
    let url = try proxy?.url ?? DatabaseURL(context.url)
    let db = try await context.open(url, with: context.harness.driver)
    let channel = "quiet \(UInt64.random(in: 0 ... .max))"
    // One task after the other: the second begins when the first has ended.
    nonisolated(unsafe) let events = try await db.notifications(on: channel)
    try await db.ping()
    let before = proxy?.acceptedCount
    let started = Signal()
    let task = Task {
      var iterator = events.makeAsyncIterator()
      started.fire()
      return try await iterator.next()
    }
    await started.wait()
    // So that it waits already, mostly.
    try await Task.sleep(for: .milliseconds(20))
    let clock = Moment()
    clock.set()
    task.cancel()
    try expectEqual(try await task.value, nil, "what a cancelled listener heard")
    try expect(try clock.elapsed() < .seconds(2), "it ended only later")
    try await db.notify(channel, "later")
    var next = events.makeAsyncIterator()
    guard case .received(let heard) = try await next.next() else {
      throw ClauseFailure("whoever listens next is told that the session was lost")
    }
    try expectEqual(heard.payload, "later", "what is heard by whoever listens next")
    // Nothing ran that a server could be asked to stop, and whoever is asked has taken it by now.
    try expectEqual(proxy?.acceptedCount, before, "sessions that were opened")
  },
]
