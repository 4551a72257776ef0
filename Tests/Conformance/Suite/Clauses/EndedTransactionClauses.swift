import DriverAPI

/// What becomes of transactions that end otherwise than by their closure.
let endedTransactionClauses = [
  Clause("TX-13", "A transaction that returned is stored; one that was spoilt throws.") { context in
    let db = try await context.open()
    try await db.createItems(rowCount: 1)
    var isSpoilt = false
    do {
      try await db.transaction { transaction in
        try await transaction.exec("INSERT INTO items (id, name) VALUES (2, 'b')")
        try await transaction.catchClash()
      }
    } catch let error as DatabaseError {
      try expectEqual(error.kind, .transactionAborted, "the error of a spoilt transaction")
      try expectEqual(error.execution, .rejected, "what became of it")
      isSpoilt = true
    }
    try expectEqual(
      try await db.rowCount(of: "items"), isSpoilt ? 1 : 2, "rows, spoilt: \(isSpoilt)")
  },

  Clause("TX-13", "A commit that was typed stores what it says, or throws.") { context in
    let db = try await context.open { $0.maxConnections = 1 }
    try await db.createItems(rowCount: 1)
    for (number, word) in ["COMMIT", "COMMIT", "commit", "-- now\nCOMMIT"].enumerated() {
      let id = 10 + number
      var isStored = true
      try await db.withConnection { connection in
        try await connection.exec("BEGIN")
        try await connection.exec("INSERT INTO items (id, name) VALUES (?, 'b')", id)
        _ = try? await connection.exec("INSERT INTO items (id, name) VALUES (1, 'again')")
        do {
          if number == 1 {
            var rows = try await connection.query(SQL(raw: word))
            while try await rows.next() {}
          } else {
            try await connection.exec(SQL(raw: word))
          }
        } catch let error as DatabaseError {
          try expectEqual(error.kind, .transactionAborted, "the error of \(word)")
          try expectEqual(error.execution, .rejected, "what became of it")
          isStored = false
        }
        try expectEqual(connection.transactionStatus, .none, "the connection after \(word)")
      }
      let stored = try await db.single("SELECT COUNT(*) FROM items WHERE id = \(id)", as: Int.self)
      try expectEqual(stored, isStored ? 1 : 0, "rows, told as stored: \(isStored)")
    }
  },

  Clause("TX-13", "A savepoint that was spoilt throws, and the transaction around it goes on.") {
    context in
    let db = try await context.open()
    try await db.createItems(rowCount: 1)
    var isSpoilt = false
    try await db.transaction { transaction in
      try await transaction.exec("INSERT INTO items (id, name) VALUES (2, 'b')")
      do {
        try await transaction.transaction { savepoint in
          try await savepoint.exec("INSERT INTO items (id, name) VALUES (3, 'c')")
          try await savepoint.catchClash()
        }
      } catch let error as DatabaseError {
        try expectEqual(error.kind, .transactionAborted, "the error of a spoilt savepoint")
        isSpoilt = true
      }
      try await transaction.exec("INSERT INTO items (id, name) VALUES (4, 'd')")
    }
    try expectEqual(
      try await db.rowCount(of: "items"), isSpoilt ? 3 : 4, "rows, spoilt: \(isSpoilt)")
  },

  Clause("TX-14", "What follows a COMMIT typed inside a transaction is refused, not stored.") {
    context in
    let db = try await context.open()
    try await db.createItems()
    let error = try await expectError(.transactionAborted, "the transaction") {
      try await db.transaction { transaction in
        try await transaction.exec("INSERT INTO items (id, name) VALUES (1, 'a')")
        try await transaction.exec("COMMIT")
        try await expectRefusal(.transactionAborted, "an insert after it") {
          try await transaction.exec("INSERT INTO items (id, name) VALUES (2, 'b')")
        }
        try await expectRefusal(.transactionAborted, "a query after it") {
          try await transaction.rowCount(of: "items")
        }
        try await expectRefusal(.transactionAborted, "a savepoint after it") {
          try await transaction.transaction { savepoint in
            try await savepoint.exec("INSERT INTO items (id, name) VALUES (3, 'c')")
          }
        }
      }
    }
    try expect(error.message.contains("COMMIT"), "\(error) does not say what ended it")
    try expectEqual(try await db.rowCount(of: "items"), 1, "rows: what had been committed")
  },

  Clause("TX-14", "Neither does a ROLLBACK typed inside it, also in a savepoint, go unnoticed.") {
    context in
    let db = try await context.open()
    try await db.createItems()
    let error = try await expectError(.transactionAborted, "the transaction") {
      try await db.transaction { transaction in
        try await transaction.exec("INSERT INTO items (id, name) VALUES (1, 'a')")
        try await expectError(.transactionAborted, "the savepoint") {
          try await transaction.transaction { savepoint in
            try await savepoint.exec("ROLLBACK")
          }
        }
        try await expectRefusal(.transactionAborted, "an insert after it") {
          try await transaction.exec("INSERT INTO items (id, name) VALUES (2, 'b')")
        }
      }
    }
    try expectEqual(error.execution, .rejected, "what became of it")
    try expectEqual(try await db.rowCount(of: "items"), 0, "rows")
  },

  Clause("TX-14", "What ended a transaction is told, and not what had failed in it before.") {
    context in
    let db = try await context.open()
    try await db.createItems(rowCount: 1)
    for (number, word) in ["COMMIT", "ROLLBACK"].enumerated() {
      let error = try await expectError(.transactionAborted, "the transaction") {
        try await db.transaction { transaction in
          try await transaction.exec("INSERT INTO items (id, name) VALUES (?, 'b')", 2 + number)
          _ = try? await transaction.transaction { try await $0.catchClash() }
          try await transaction.exec(SQL(raw: word))
        }
      }
      try expect(error.message.contains(word), "\(error) does not say that a \(word) ended it")
      try expect(
        (error.execution == .rejected) == (word == "ROLLBACK"),
        "what became of it after a \(word) is told as \(error.execution)")
    }
    let ids = try await db.query("SELECT id FROM items ORDER BY id", as: Int.self).collect()
    try expectEqual(ids, [1, 2], "rows")
  },

  Clause(
    "TX-14", "DDL that ends a transaction is followed by nothing of it.",
    needs: \.transactionalDDL,
    otherwise: { context in
      let db = try await context.open()
      try await db.createItems()
      try await expectError(.transactionAborted, "the transaction") {
        try await db.transaction { transaction in
          try await transaction.exec("INSERT INTO items (id, name) VALUES (1, 'a')")
          try await transaction.createTable("more", "id {int}")
          try await expectRefusal(.transactionAborted, "an insert after it") {
            try await transaction.exec("INSERT INTO items (id, name) VALUES (2, 'b')")
          }
        }
      }
      try expectEqual(try await db.rowCount(of: "items"), 1, "rows: what the engine committed")
    }
  ) { context in
    let db = try await context.open()
    try await db.createItems()
    try await db.transaction { transaction in
      try await transaction.createTable("more", "id {int}")
      try await transaction.exec("INSERT INTO items (id, name) VALUES (1, 'a')")
    }
    try expectEqual(try await db.rowCount(of: "items"), 1, "rows")
  },

  Clause("TX-14", "A transaction inside a transaction is a savepoint, not a second BEGIN.") {
    context in
    let db = try await context.open()
    try await db.createItems()
    try await db.transaction { transaction in
      try await transaction.exec("INSERT INTO items (id, name) VALUES (1, 'a')")
      try await expectRefusal(.misuse, "a BEGIN inside it") { try await transaction.exec("BEGIN") }
      try await transaction.exec("INSERT INTO items (id, name) VALUES (2, 'b')")
    }
    try expectEqual(try await db.rowCount(of: "items"), 2, "rows")
  },

  Clause("TX-15", "While a savepoint is open only that takes statements.") { context in
    let db = try await context.open()
    try await db.createItems()
    try await db.transaction { transaction in
      try await transaction.transaction { savepoint in
        try await expectRefusal(.misuse, "a statement beside the savepoint") {
          try await transaction.exec("INSERT INTO items (id, name) VALUES (1, 'a')")
        }
        try await expectRefusal(.misuse, "a second savepoint beside it") {
          try await transaction.transaction { other in
            try await other.exec("INSERT INTO items (id, name) VALUES (2, 'b')")
          }
        }
        try await savepoint.exec("INSERT INTO items (id, name) VALUES (3, 'c')")
      }
      _ = try? await transaction.transaction { savepoint in
        try await savepoint.exec("INSERT INTO items (id, name) VALUES (4, 'd')")
        throw Deliberate()
      }
      try await transaction.exec("INSERT INTO items (id, name) VALUES (5, 'e')")
    }
    let ids = try await db.query("SELECT id FROM items ORDER BY id", as: Int.self).collect()
    try expectEqual(ids, [3, 5], "rows")
  },

  Clause("TX-16", "A transaction used after its closure is misuse, and stores nothing.") {
    context in
    let db = try await context.open()
    try await db.createItems()
    var kept: Transaction?
    var keptSavepoint: Transaction?
    try await db.transaction { transaction in
      kept = transaction
      try await transaction.transaction { keptSavepoint = $0 }
      let over = try expectSome(keptSavepoint, "the savepoint")
      try await expectRefusal(.misuse, "a statement of a savepoint that is over") {
        try await over.exec("INSERT INTO items (id, name) VALUES (1, 'a')")
      }
    }
    let over = try expectSome(kept, "the transaction")
    try await expectRefusal(.misuse, "a statement") {
      try await over.exec("INSERT INTO items (id, name) VALUES (2, 'b')")
    }
    try await expectRefusal(.misuse, "a query") { try await over.rowCount(of: "items") }
    try await expectRefusal(.misuse, "a savepoint") {
      try await over.transaction { try await $0.exec("DELETE FROM items") }
    }
    try await expectRefusal(.misuse, "a bulk insert") {
      try await over.bulkInsert(into: "items", columns: ["id", "name"], [[3, "c"]])
    }
    try expectEqual(try await db.rowCount(of: "items"), 0, "rows")
  },

  Clause("TX-17", "A transaction that only reads writes by no call.") { context in
    let db = try await context.open()
    try await db.createItems(rowCount: 1)
    try await db.withConnection { connection in
      try await connection.transaction(.readOnly) { transaction in
        try expectEqual(try await transaction.rowCount(of: "items"), 1, "rows it reads")
      }
    }
    let row: [[Value]] = [[2, "b"]]
    let calls: [(String, @Sendable (Transaction) async throws -> Void)] = [
      ("exec", { try await $0.exec("INSERT INTO items (id, name) VALUES (2, 'b')") }),
      ("bulkInsert", { try await $0.bulkInsert(into: "items", columns: ["id", "name"], row) }),
      (
        "insertIgnore",
        { _ = try await $0.insertIgnore(into: "items", columns: ["id", "name"], row) }
      ),
      (
        "upsert",
        { try await $0.upsert(Upsert(into: "items", columns: ["id", "name"], key: ["id"]), row) }
      ),
      ("batch", { try await $0.batch(["INSERT INTO items (id, name) VALUES (2, 'b')"]) }),
    ]
    for (name, call) in calls {
      try await expectError(.readOnly, name) {
        try await db.withConnection { connection in
          try await connection.transaction(.readOnly) { try await call($0) }
        }
      }
    }
    try expectEqual(try await db.rowCount(of: "items"), 1, "rows")
  },
]

extension Transaction {
  /// Runs a statement that fails, as an application does that goes on after it.
  fileprivate func catchClash() async throws {
    try await expectError(.uniqueViolation, "a clash that is caught") {
      try await exec("INSERT INTO items (id, name) VALUES (1, 'again')")
    }
  }
}
