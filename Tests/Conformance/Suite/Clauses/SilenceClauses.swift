import DriverAPI
import DriverFaults

// A server that says nothing more, and nobody told: the host died, or a firewall forgot.
let silenceClauses = [
  Clause(
    "CANCEL-7", "Every statement ends within its limits when the server falls silent.",
    needs: \.networkSession, weight: .waiting, otherwise: namesNoServer
  ) { context in
    try await expectEnd(of: statements, context, statementTimeout: .seconds(1))
  },

  Clause(
    "CANCEL-7", "So does what the library asks of it.", needs: \.networkSession, weight: .waiting,
    otherwise: namesNoServer
  ) { context in
    try await expectEnd(
      of: control + resets(context), context, statementTimeout: .milliseconds(600))
  },

  Clause(
    "CANCEL-7", "Statements that share a session end when their server falls silent.",
    needs: \.networkSession, weight: .waiting, otherwise: namesNoServer
  ) { context in
    let proxy = try context.proxy()
    let db = try await context.open(through: proxy, with: context.harness.driver) {
      $0.maxConnections = 16
      $0.statementTimeout = .milliseconds(500)
      $0.controlTimeout = .milliseconds(500)
    }
    try await db.createItems(rowCount: 2)
    for _ in 1...5 { _ = await together(16, db) }
    proxy.fallSilent()
    let watch = TaskStopwatch()
    let errors = await together(16, db)
    let waited = watch.ownTime
    proxy.speakAgain()
    try expectEqual(errors.count, 16, "selects that failed")
    for error in errors {
      let told: Set<DatabaseError.Kind> = [.statementTimeout, .connectionLost, .cannotConnect]
      try expect(told.contains(error.kind), "one ended as \(error)")
    }
    try expect(waited < .seconds(30), "they ended only after \(waited)")
    try await answersAgain(db)
  },

  Clause(
    "CANCEL-7", "A cancelled call ends when the server is silent.", needs: \.networkSession,
    weight: .waiting, otherwise: namesNoServer
  ) { context in
    let proxy = try context.proxy()
    let db = try await context.open(through: proxy) {
      $0.maxConnections = 1
      $0.controlTimeout = .milliseconds(600)
    }
    try await db.createItems(rowCount: 2)
    for call in statements {
      let task = Task { try await call.run(db) { proxy.fallSilent() } }
      // Not after a sleep, which may be late on a busy machine: then the library's own limit comes first.
      let cancelled = Moment()
      Deadline.after(.milliseconds(200)) {
        cancelled.set()
        task.cancel()
      }
      guard let error = try await ended(call, task) else {
        proxy.endSilence()
        try await answersAgain(db)
        continue
      }
      let waited = try cancelled.elapsed()
      try expect(waited < .seconds(15), "\(call.name) ended only \(waited) after the cancellation")
      try expectEqual(error.kind, .cancelled, "the kind, \(call.name)")
      // Rows can be left to be read off later.
      if call.name != rowsThatHaveBegun {
        try expectEqual(error.connection, .spent, "the connection, \(call.name)")
      }
      proxy.endSilence()
      try await answersAgain(db)
    }
  },

  Clause(
    "CANCEL-8", "By default too, what the library asks of a silent server ends.",
    needs: \.networkSession, weight: .waiting, otherwise: namesNoServer
  ) { context in
    try await expectEnd(of: control + resets(context), context, statementTimeout: nil)
  },

  Clause(
    "CANCEL-8", "An idle connection that is silent is replaced, and closing one ends.",
    needs: \.networkSession, weight: .waiting, otherwise: namesNoServer
  ) { context in
    let proxy = try context.proxy()
    let db = try await context.open(through: proxy) {
      $0.maxConnections = 1
      $0.healthCheckAfter = .zero
      $0.controlTimeout = .milliseconds(600)
    }
    try await db.createItems(rowCount: 2)
    proxy.arm(Fault(.stall, .toClient))
    let watch = TaskStopwatch()
    try await db.exec("UPDATE items SET amount = 1")
    let waited = watch.ownTime
    try expectEqual(proxy.armedCount, 0, "connections that fell silent when they were asked")
    try expect(waited < .seconds(20), "it was replaced only after \(waited)")
    proxy.fallSilent()
    let closing = ContinuousClock.now
    await db.close()
    try expect(
      ContinuousClock.now - closing < .seconds(15), "closing took \(ContinuousClock.now - closing)")
    proxy.speakAgain()
  },
]

/// A call during which the server falls silent, at the moment that the call itself chooses.
private struct SilentCall: Sendable {
  let name: String
  /// What it ends with, unless nothing is thrown; nil if that is the application's own error.
  var kinds: Set<DatabaseError.Kind>? = [.statementTimeout, .connectionLost]
  /// Whether it may succeed because nothing was left to be asked: it sees to it that nothing is missing.
  var mayHaveAll = false
  let run: @Sendable (Database, @Sendable () -> Void) async throws -> Void
}

private let rowsThatHaveBegun = "rows that have begun"

private let statements = [
  SilentCall(name: "exec") { db, silence in
    silence()
    try await db.exec("UPDATE items SET amount = 1")
  },
  SilentCall(name: "queryRow") { db, silence in
    silence()
    _ = try await db.queryRow("SELECT amount FROM items WHERE id = 1", as: Int.self)
  },
  SilentCall(name: "query") { db, silence in
    silence()
    _ = try await db.query("SELECT amount FROM items", as: Int.self).collect()
  },
  // Some libraries have read them all before they give the first.
  SilentCall(name: rowsThatHaveBegun, mayHaveAll: true) { db, silence in
    var rows = try await db.query(db.counting(to: 12_000, "n, '\(padding)'"))
    _ = try await rows.next()
    silence()
    var count = 1
    while try await rows.next() { count += 1 }
    try expectEqual(count, 12_000, "rows of an answer that ended")
  },
  SilentCall(name: "insert") { db, silence in
    silence()
    _ = try await db.insert(into: "items", ["id": 7, "name": "seven"])
  },
  SilentCall(name: "upsert") { db, silence in
    silence()
    _ = try await db.upsert(
      Upsert(into: "items", columns: ["id", "name"], key: ["id"]), [[1, "one"]])
  },
  SilentCall(name: "batch") { db, silence in
    silence()
    try await db.batch(["UPDATE items SET amount = 1", "UPDATE items SET amount = 2"])
  },
  SilentCall(name: "bulkInsert") { db, silence in
    silence()
    _ = try await db.bulkInsert(into: "items", columns: ["id", "name"], [[8, "eight"]])
  },
  SilentCall(name: "a statement in a transaction") { db, silence in
    try await db.transaction { transaction in
      try await transaction.exec("UPDATE items SET amount = 1")
      silence()
      try await transaction.exec("UPDATE items SET amount = 2")
    }
  },
  SilentCall(name: "the names of the tables") { db, silence in
    silence()
    _ = try await db.tableNames()
  },
]

private let control = [
  SilentCall(name: "ping") { db, silence in
    silence()
    try await db.ping()
  },
  // Some libraries begin with the first statement.
  SilentCall(name: "the beginning of a transaction", mayHaveAll: true) { db, silence in
    silence()
    try await db.transaction { _ in }
  },
  SilentCall(name: "a commit", kinds: [.connectionLost]) { db, silence in
    try await db.transaction { transaction in
      try await transaction.exec("UPDATE items SET amount = 1")
      silence()
    }
  },
  SilentCall(name: "a rollback", kinds: nil) { db, silence in
    try await db.transaction { transaction in
      try await transaction.exec("UPDATE items SET amount = 1")
      silence()
      throw Refusal()
    }
  },
  SilentCall(name: "the end of a savepoint", kinds: [.connectionLost]) { db, silence in
    try await db.transaction { transaction in
      try await transaction.transaction { savepoint in
        try await savepoint.exec("UPDATE items SET amount = 1")
        silence()
      }
    }
  },
  SilentCall(name: "going back to a savepoint", kinds: nil) { db, silence in
    try await db.transaction { transaction in
      try await transaction.transaction { savepoint in
        try await savepoint.exec("UPDATE items SET amount = 1")
        silence()
        throw Refusal()
      }
    }
  },
]

/// A reset, where it is known what makes one needed.
private func resets(_ context: ConformanceContext) -> [SilentCall] {
  [
    SilentCall(name: "a reset", kinds: nil) { db, silence in
      let leak = try? context.leak(of: db)
      try await db.withConnection { connection in
        if let leak { try await connection.leave(leak) }
        silence()
      }
      throw Refusal()
    }
  ]
}

/// How a call ended that was cancelled; nil if it had all that it had asked for.
private func ended(
  _ call: SilentCall, _ task: Task<Void, any Error>
) async throws -> DatabaseError? {
  guard call.mayHaveAll else {
    return try await thrownError("\(call.name), cancelled") { try await task.value }
  }
  do {
    try await task.value
    return nil
  } catch let error as DatabaseError { return error }
}

/// What the application itself throws.
private struct Refusal: Error {}

private let padding = String(repeating: "x", count: 1000)

private func expectEnd(
  of calls: [SilentCall], _ context: ConformanceContext, statementTimeout: Duration?
) async throws {
  let proxy = try context.proxy()
  let db = try await context.open(through: proxy) {
    $0.maxConnections = 1
    if let statementTimeout { $0.statementTimeout = statementTimeout }
    $0.controlTimeout = .milliseconds(600)
  }
  try await db.createItems(rowCount: 2)
  for call in calls { try await expectEnd(of: call, db, proxy) }
}

private func expectEnd(
  of call: SilentCall, _ db: Database, _ proxy: FaultProxy
) async throws {
  let start = Moment()
  var told: DatabaseError?
  do {
    try await Deadline.run(within: .seconds(30), named: call.name) {
      try await call.run(db) {
        start.set()
        proxy.fallSilent()
      }
    }
    try expect(call.mayHaveAll, "\(call.name) succeeded without an answer")
  } catch is Refusal {
    try expect(call.kinds == nil, "\(call.name) was not expected to get so far")
  } catch let error as DatabaseError {
    told = error
  }
  proxy.endSilence()
  guard let waited = try? start.elapsed() else {
    throw ClauseFailure(
      "\(call.name) failed before the server fell silent: \(told.map { "\($0)" } ?? "no error")")
  }
  if let told {
    let kinds = try expectSome(call.kinds, "what \(call.name) may throw instead of \(told)")
    try expect(kinds.contains(told.kind), "\(call.name) ended as \(told)")
    try expectEqual(told.connection, .spent, "the connection, \(call.name)")
    try expectEqual(told.execution, .unknown, "the execution, \(call.name)")
  }
  try expect(waited < .seconds(15), "\(call.name) ended only after \(waited)")
  try await answersAgain(db)
}

extension FaultProxy {
  /// The server is there again, and its host has cut what was silent: a library that cannot leave a call
  /// would hold its locks until then.
  fileprivate func endSilence() {
    cutAll()
    speakAgain()
  }
}

private func answersAgain(_ db: Database) async throws {
  var last: (any Error)?
  for _ in 1...100 {
    do {
      if try await db.rowCount(of: "items") >= 2 { return }
    } catch let error as DatabaseError {
      last = error
    }
    try await Task.sleep(for: .milliseconds(50))
  }
  throw ClauseFailure("the database does not answer again: \(last.map { "\($0)" } ?? "no rows")")
}

/// What selects at the same time threw.
private func together(_ count: Int, _ db: Database) async -> [DatabaseError] {
  await withTaskGroup(of: DatabaseError?.self) { group in
    for _ in 1...count {
      group.addTask {
        do throws(DatabaseError) {
          _ = try await db.queryRow("SELECT amount FROM items WHERE id = 1", as: Int.self)
          return nil
        } catch {
          return error
        }
      }
    }
    return await group.reduce(into: []) { if let error = $1 { $0.append(error) } }
  }
}
