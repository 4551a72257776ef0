import DriverAPI

/// What a check throws to see it come back.
struct Deliberate: Error, Equatable {
  var number = 0
}

let transactionClauses = [
  Clause(
    "TX-1", "A commit is visible to others, and only after it.", needs: \.concurrentReads,
    otherwise: { context in
      let db = try await context.open()
      try await db.createItems()
      let reading = Signal()
      async let seen = readWhenTold(db, reading)
      try await db.transaction { transaction in
        try await transaction.exec("INSERT INTO items (id, name) VALUES (1, 'a')")
        reading.fire()
        try await Task.sleep(for: .milliseconds(100))
        try await transaction.exec("INSERT INTO items (id, name) VALUES (2, 'b')")
      }
      try expectEqual(try await seen, 2, "rows the other saw, after waiting for the commit")
    }
  ) { context in
    let db = try await context.open()
    try await db.createItems()
    try await db.transaction { transaction in
      try await transaction.exec("INSERT INTO items (id, name) VALUES (1, 'a')")
      try expectEqual(try await transaction.rowCount(of: "items"), 1, "rows seen inside")
      try expectEqual(try await db.rowCount(of: "items"), 0, "rows seen outside before the commit")
    }
    try expectEqual(try await db.rowCount(of: "items"), 1, "rows seen outside after the commit")
  },

  Clause("TX-2", "A throw rolls back and comes out as it was thrown.") { context in
    let db = try await context.open()
    try await db.createItems(rowCount: 1)
    do {
      try await db.transaction { transaction in
        try await transaction.exec("DELETE FROM items")
        throw Deliberate(number: 7)
      }
      throw ClauseFailure("the error did not come out")
    } catch let error as Deliberate {
      try expectEqual(error.number, 7, "the error")
    }
    try expectEqual(try await db.rowCount(of: "items"), 1, "rows after the throw")
    let result = try await db.transaction { transaction in
      try await transaction.exec("INSERT INTO items (id, name) VALUES (2, 'b')")
      return "result"
    }
    try expectEqual(result, "result", "what the closure returned")
    try expectEqual(try await db.rowCount(of: "items"), 2, "rows after the next one")
  },

  Clause("TX-2", "A statement's error rolls back what came before it.") { context in
    let db = try await context.open()
    try await db.createItems(rowCount: 1)
    try await expectError(.uniqueViolation, "the transaction") {
      try await db.transaction { transaction in
        try await transaction.exec("INSERT INTO items (id, name) VALUES (2, 'b')")
        try await transaction.exec("INSERT INTO items (id, name) VALUES (1, 'again')")
      }
    }
    try expectEqual(try await db.rowCount(of: "items"), 1, "rows afterwards")
  },

  Clause("TX-2", "A task that is cancelled before the commit rolls back.") { context in
    let db = try await context.open()
    try await db.createItems()
    let task = Task {
      try await db.transaction { transaction in
        try await transaction.exec("INSERT INTO items (id, name) VALUES (1, 'a')")
        withUnsafeCurrentTask { $0?.cancel() }
      }
    }
    try await expectError(.cancelled, "the transaction") { try await task.value }
    try expectEqual(try await db.rowCount(of: "items"), 0, "rows afterwards")
  },

  Clause("TX-3", "Nested means savepoint: what it did is undone, and only that.") { context in
    let db = try await context.open()
    try await db.createItems()
    try await db.transaction { outer in
      try await outer.exec("INSERT INTO items (id, name) VALUES (1, 'outer')")
      _ = try await outer.transaction { inner in
        try await inner.exec("INSERT INTO items (id, name) VALUES (2, 'kept')")
      }
      do {
        try await outer.transaction { inner in
          try await inner.exec("INSERT INTO items (id, name) VALUES (3, 'undone')")
          try await inner.transaction { innermost in
            try expectEqual(innermost.depth, 2, "the depth of the innermost")
            try await innermost.exec("INSERT INTO items (id, name) VALUES (4, 'undone too')")
          }
          throw Deliberate()
        }
      } catch is Deliberate {}
      try await outer.exec("INSERT INTO items (id, name) VALUES (5, 'after')")
    }
    let ids = try await db.query("SELECT id FROM items ORDER BY id", as: Int.self).collect()
    try expectEqual(ids, [1, 2, 5], "rows committed")
  },

  Clause("TX-3", "After a violation in a savepoint the outer transaction goes on.") { context in
    let db = try await context.open()
    try await db.createItems(rowCount: 1)
    try await db.transaction { outer in
      try await expectError(.uniqueViolation, "the savepoint") {
        try await outer.transaction { inner in
          try await inner.exec("INSERT INTO items (id, name) VALUES (1, 'again')")
        }
      }
      try await outer.exec("INSERT INTO items (id, name) VALUES (2, 'b')")
      try await expectRefusal(.misuse, "a savepoint with an isolation level") {
        try await outer.transaction(TransactionOptions(isolation: .serializable)) { _ in }
      }
    }
    try expectEqual(try await db.rowCount(of: "items"), 2, "rows afterwards")
  },

  Clause("TX-4", "After a failed statement the transaction is what the server says it is.") {
    context in
    let db = try await context.open()
    try await db.createItems(rowCount: 1)
    try await db.withConnection { connection in
      do {
        try await connection.transaction { transaction in
          try await expectError(.uniqueViolation, "the bad insert") {
            try await transaction.exec("INSERT INTO items (id, name) VALUES (1, 'again')")
          }
          switch connection.transactionStatus {
          case .active: try await transaction.exec("INSERT INTO items (id, name) VALUES (2, 'b')")
          case .failed:
            try await expectError(.transactionAborted, "a statement after the failure") {
              try await transaction.exec("INSERT INTO items (id, name) VALUES (2, 'b')")
            }
          case .none: throw ClauseFailure("the server ended the transaction for a violation")
          }
          throw Deliberate()
        }
      } catch is Deliberate {}
      try expectEqual(connection.transactionStatus, .none, "the status afterwards")
      try expectEqual(try await connection.rowCount(of: "items"), 1, "rows afterwards")
    }
  },

  Clause("TX-4", "So it is whatever fails, and however the transaction was begun.") { context in
    let db = try await context.open { $0.maxConnections = 1 }
    try await db.createItems(rowCount: 1)
    let other = context.othersSeeTheDatabase ? try await context.open() : nil
    let begin = db.dialect.begin(TransactionOptions())
    let isMySQL = ["mysql", "mariadb"].contains(db.dialect.name)
    for (number, begin) in ([begin] + (isMySQL ? [["SET autocommit = 0"]] : [])).enumerated() {
      for (fault, sql) in faults.enumerated() {
        let id = 100 + number * 100 + fault
        try await db.withConnection { connection in
          let what = "\(sql) behind \(begin)"
          for statement in begin { try await connection.exec(SQL(raw: statement)) }
          // The second time the transaction may begin with what fails.
          if fault % 2 == 0 || number == 0 {
            try await connection.exec("INSERT INTO items (id, name) VALUES (?, 'a')", id)
            try expectEqual(connection.transactionStatus, .active, "the status before \(what)")
          }
          for run in 1...2 {
            let error = try await thrownError(what) {
              if run == 1 {
                try await connection.exec(SQL(raw: sql))
              } else {
                _ = try await connection.query(SQL(raw: sql), as: Value.self).collect()
              }
            }
            try expectEqual(error.connection, .usable, "the connection after \(what)")
          }
          if connection.transactionStatus == .none {
            // Then all can see what the session sees, and nothing is left to be undone.
            let own = try await connection.rowCount(of: "items")
            if let other {
              try expectEqual(try await other.rowCount(of: "items"), own, "rows after \(what)")
            }
            _ = try? await connection.exec("ROLLBACK")
            try expectEqual(try await connection.rowCount(of: "items"), own, "rows of \(what)")
          } else {
            try await connection.exec("ROLLBACK")
            try expectEqual(connection.transactionStatus, .none, "the status after ROLLBACK")
            let count = try await connection.single(
              "SELECT COUNT(*) FROM items WHERE id = \(id)", as: Int.self)
            try expectEqual(count, 0, "rows that ROLLBACK undid, after \(what)")
          }
          if number > 0 { try await connection.exec("SET autocommit = 1") }
        }
        try expectEqual(
          try await db.single("SELECT COUNT(*) FROM items WHERE id = 1", as: Int.self), 1, "the row"
        )
      }
    }
  },

  Clause("TX-4", "The status follows begin and end.") { context in
    let db = try await context.open()
    try await db.withConnection { connection in
      try expectEqual(connection.transactionStatus, .none, "before")
      try await connection.transaction { _ in
        try expectEqual(connection.transactionStatus, .active, "inside")
        try await expectRefusal(.misuse, "a second transaction on the connection") {
          try await connection.transaction { _ in }
        }
      }
      try expectEqual(connection.transactionStatus, .none, "after")
    }
  },

  Clause("TX-9", "A lease returned with an open transaction is rolled back and reported.") {
    context in
    let db = try await context.open { $0.maxConnections = 1 }
    try await db.createItems(rowCount: 1)
    let error = try await expectRefusal(.misuse, "the scope that left it open") {
      try await db.withConnection { connection in
        for statement in connection.dialect.begin(TransactionOptions()) {
          try await connection.exec(SQL(raw: statement))
        }
        try await connection.exec("DELETE FROM items")
      }
    }
    try expect(error.message.contains("transaction"), "\(error) does not say what was left")
    try expect(!context.log.lines.isEmpty, "nothing was logged")
    try await db.withConnection { connection in
      try expectEqual(connection.transactionStatus, .none, "the next lease's transaction")
      try expectEqual(try await connection.rowCount(of: "items"), 1, "rows afterwards")
    }
  },

  Clause("TX-9", "Beginning a transaction without a connection of one's own is misuse.") {
    context in
    let db = try await context.open()
    for statement in ["BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT a"] {
      try await expectRefusal(.misuse, statement) { try await db.exec(SQL(raw: statement)) }
    }
  },

  Clause(
    "TX-10", "DDL is undone by a rollback.", needs: \.transactionalDDL,
    otherwise: { context in
      let db = try await context.open()
      try await abandonTable(db)
      try expectEqual(try await db.tableNames(), ["passing"], "tables after the rollback")
    }
  ) { context in
    let db = try await context.open()
    try await abandonTable(db)
    try expectEqual(try await db.tableNames(), [], "tables after the rollback")
  },

  Clause(
    "TX-12", "A connection lost during commit is unknown, and never repeated.",
    needs: \.durableStorage,
    otherwise: { context in
      let db = try await loseCommit(context)
      try expectEqual(try await db.tableNames(), [], "tables after the only connection is gone")
    }
  ) { context in
    let db = try await loseCommit(context)
    try expectEqual(try await db.rowCount(of: "items"), 1, "rows: the commit had happened, once")
  },
]

private func readWhenTold(_ db: Database, _ signal: Signal) async throws -> Int {
  await signal.wait()
  return try await db.rowCount(of: "items")
}

private func abandonTable(_ db: Database) async throws {
  do {
    try await db.transaction { transaction in
      try await transaction.createTable("passing", "id {int}")
      throw Deliberate()
    }
  } catch is Deliberate {}
}

/// Loses the connection when the engine has committed and before the answer arrives.
private func loseCommit(_ context: ConformanceContext) async throws -> Database {
  let watched = WatchedDriver(context.harness.driver)
  let db = try await context.open(with: watched)
  try await db.createItems()
  watched.failAfterStatement(
    containing: db.dialect.transactions.commit,
    with: DatabaseError(
      .connectionLost, "the server went away", connection: .spent, execution: .unknown))
  var attempts = 0
  let error = try await expectError(.connectionLost, connection: .spent, "the commit") {
    try await db.transaction(retrying: RetryPolicy()) { transaction in
      attempts += 1
      try await transaction.exec("INSERT INTO items (id, name) VALUES (1, 'a')")
    }
  }
  try expectEqual(error.execution, .unknown, "whether it was executed")
  try expectEqual(attempts, 1, "attempts")
  return db
}

/// Statements that fail: by a violation, in the grammar, by a name, and as a change of the schema.
private let faults = [
  "INSERT INTO items (id, name) VALUES (1, 'again')",
  "INSERT INTO items (id, name) VALUES (1, NULL)",
  "CREATE TABLE items (id INTEGER)", "SELECT nothing FROM nowhere", "SELEC 1",
  "DROP TABLE nowhere", "UPDATE items SET id = NULL WHERE id = 1",
]
