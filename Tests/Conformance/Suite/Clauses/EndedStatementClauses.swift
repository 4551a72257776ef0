import DriverAPI
import DriverFaults

// Statements and sessions that somebody else ends.
let endedStatementClauses = [
  Clause(
    "CANCEL-6", "The server's own limit for statements is told as a timeout.",
    needs: \.networkSession, weight: .waiting, otherwise: namesNoServer
  ) { context in
    let db = try await context.open { $0.maxConnections = 1 }
    let words = try ServerWords.known(to: db.dialect)
    for isInTransaction in [false, true] {
      try await db.withConnection { connection in
        try await connection.exec(SQL(raw: words.limit))
        let error = try await expectError(.statementTimeout, "a statement beyond the limit") {
          if isInTransaction {
            try await connection.transaction { try await $0.exec($0.endlessCount) }
          } else {
            _ = try await connection.query(connection.endlessCount, as: Int.self).collect()
          }
        }
        try expectEqual(error.execution, .rejected, "the execution")
      }
    }
    try await db.ping()
  },

  Clause(
    "CANCEL-6", "A statement that another session stopped is not told as the task's cancellation.",
    needs: \.networkSession, weight: .waiting, otherwise: namesNoServer
  ) { context in
    let db = try await context.open { $0.maxConnections = 1 }
    let other = try await context.open { $0.maxConnections = 1 }
    let words = try ServerWords.known(to: db.dialect)
    try await db.createItems(rowCount: 1)
    // What the session's user has stopped before is past.
    let own = Task { try await db.exec(db.endlessCount) }
    Deadline.after(.milliseconds(100)) { own.cancel() }
    try await expectError(.cancelled, "a cancelled statement") { try await own.value }
    try await db.withConnection { connection in
      let id = try await connection.single(SQL(raw: words.session), as: Int.self)
      for run in ["exec", "query"] {
        let stopping = Task { try await stop(SQL(raw: words.stop(id)), on: other) }
        let error = try await expectError(.other, "\(run) stopped from outside") {
          switch run {
          case "exec": try await connection.exec(connection.endlessCount)
          default: _ = try await connection.query(connection.endlessCount, as: Int.self).collect()
          }
        }
        stopping.cancel()
        _ = await stopping.result
        try expectEqual(error.execution, .rejected, "the execution of \(run)")
        try expectEqual(error.connection, .usable, "the connection after \(run)")
        // A stop that came late can hit one that follows.
        _ = try? await connection.single(connection.one, as: Int.self)
        try expectEqual(try await connection.single(connection.one, as: Int.self), 1, "the next")
      }
    }
  },

  Clause(
    "CANCEL-7", "A cancelled call ends although the first request for it is lost.",
    needs: \.networkSession, weight: .waiting, otherwise: namesNoServer
  ) { context in
    let proxy = try context.proxy()
    let db = try await context.open(through: proxy) { $0.maxConnections = 1 }
    for isInTransaction in [false, true] {
      let task = Task {
        if isInTransaction {
          try await db.transaction { _ = try await $0.exec($0.endlessCount) }
        } else {
          _ = try await db.query(db.endlessCount, as: Int.self).collect()
        }
      }
      try await Task.sleep(for: .milliseconds(200))
      // What asks the server comes by a connection of its own.
      proxy.acceptsConnections = false
      let watch = TaskStopwatch()
      task.cancel()
      Deadline.after(.milliseconds(400)) { proxy.acceptsConnections = true }
      let error = try await thrownError("a cancelled statement") { try await task.value }
      let waited = watch.ownTime
      try expectEqual(error.kind, .cancelled, "how it ended")
      try expect(waited < .seconds(12), "it ended only after \(waited)")
      try expectEqual(error.connection, .usable, "the connection, since the request is repeated")
      proxy.acceptsConnections = true
      try await Task.sleep(for: .milliseconds(100))
      try await db.ping()
    }
  },

  Clause(
    "ERR-5", "What a session was doing when the server ended it is unknown.",
    needs: \.networkSession, weight: .waiting, otherwise: namesNoServer
  ) { context in
    let other = try await context.open { $0.maxConnections = 1 }
    let words = try ServerWords.known(to: other.dialect)
    let db = try await context.open { $0.maxConnections = 1 }
    for run in ["exec", "query", "transaction"] {
      let error = try await thrownError("\(run) in a session that was ended") {
        try await db.withConnection { connection in
          let id = try await connection.single(SQL(raw: words.session), as: Int.self)
          Task { try await stop(SQL(raw: words.end(id)), on: other, once: true) }
          switch run {
          case "exec": try await connection.exec(connection.endlessCount)
          case "query":
            _ = try await connection.query(connection.endlessCount, as: Int.self).collect()
          default: try await connection.transaction { try await $0.exec($0.endlessCount) }
          }
        }
      }
      try expectEqual(error.kind, .connectionLost, "the kind of \(run)")
      try expectEqual(error.execution, .unknown, "the execution of \(run)")
      try expectEqual(error.connection, .spent, "the connection of \(run)")
      try await db.ping()
    }
  },

  Clause(
    "PIPE-5", "A shared statement that ran out of time says so and holds nobody up.", weight: .heavy
  ) { context in
    let db = try await context.open { $0.statementTimeout = .milliseconds(500) }
    try await db.createItems(rowCount: 5)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for task in 0..<12 {
        group.addTask {
          // By then there are sessions that are shared.
          try await readItems(db)
          if task % 6 == 0 {
            let watch = TaskStopwatch()
            try await expectError(.statementTimeout, "a statement without an end") {
              try await db.queryRow(db.endlessCount(task), as: Int.self)
            }
            let took = watch.ownTime
            try expect(took < .seconds(10), "the limit of half a second came after \(took)")
          }
          try await readItems(db)
        }
      }
      try await group.waitForAll()
    }
  },
]

/// Reads rows again and again; nobody may hold that up for long.
private func readItems(_ db: Database) async throws {
  for round in 0..<50 {
    let id = round % 5 + 1
    let watch = TaskStopwatch()
    let name = try await db.queryRow("SELECT name FROM items WHERE id = ?", id, as: String.self)
    try expectEqual(name, "item \(id)", "the name of \(id)")
    let took = watch.ownTime
    try expect(took < .seconds(2), "a neighbour was held up for \(took)")
  }
}

/// Sends a text again and again: what it is meant to stop may not have begun yet.
private func stop(_ sql: SQL, on db: Database, once: Bool = false) async throws {
  repeat {
    try await Task.sleep(for: .milliseconds(300))
    try await db.withConnection { connection in
      var rows = try await connection.query(sql)
      while try await rows.next() {}
    }
  } while !once && !Task.isCancelled
}

/// How the servers are asked for what only servers do.
private struct ServerWords {
  /// Limits the statements of a session to a fifth of a second.
  let limit: String
  /// Answers with the number of the session.
  let session: String
  private let isPostgres: Bool

  static func known(to dialect: Dialect) throws -> ServerWords {
    guard let words = ServerWords(dialect) else {
      throw NotSaid(
        "the suite does not know how \(dialect) stops the statements of another session")
    }
    return words
  }

  private init?(_ dialect: Dialect) {
    switch dialect.name {
    case "postgres":
      limit = "SET statement_timeout = 200"
      session = "SELECT pg_backend_pid()"
      isPostgres = true
    case "mariadb":
      limit = "SET max_statement_time = 0.2"
      session = "SELECT CONNECTION_ID()"
      isPostgres = false
    case "mysql":
      limit = "SET max_execution_time = 200"
      session = "SELECT CONNECTION_ID()"
      isPostgres = false
    default: return nil
    }
  }

  /// Stops what a session is doing.
  func stop(_ id: Int) -> String {
    isPostgres ? "SELECT pg_cancel_backend(\(id))" : "KILL QUERY \(id)"
  }

  /// Ends a session.
  func end(_ id: Int) -> String {
    isPostgres ? "SELECT pg_terminate_backend(\(id))" : "KILL \(id)"
  }
}
