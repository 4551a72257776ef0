import DriverAPI
import DriverFaults

// A failure of each single call of the driver in turn, until the scenario gets through.
let callFaultClauses = [
  Clause(
    "TX-2", "Whichever call of the driver fails, a transaction happens whole or not at all.",
    needs: \.durableStorage, weight: .heavy, otherwise: dataIsGone
  ) { context in
    let db = try await context.open()
    try await db.createItems()
    let error = DatabaseError(.other, "a failure on purpose")
    try await failingEachCall(error, context) { faulty, round in
      try await faulty.transaction { transaction in
        try await transaction.exec("INSERT INTO items (id, name) VALUES (\(round * 2), 'a')")
        _ = try await transaction.query(
          "SELECT id FROM items WHERE id = \(round * 2)", as: Int.self
        ).collect()
        try await transaction.exec("INSERT INTO items (id, name) VALUES (\(round * 2 + 1), 'b')")
      }
    } verify: { round, succeeded in
      let stored = try await db.single(
        "SELECT COUNT(*) FROM items WHERE id IN (\(round * 2), \(round * 2 + 1))", as: Int.self)
      try expectEqual(stored, succeeded ? 2 : 0, "rows of round \(round)")
    }
  },

  Clause(
    "CANCEL-3", "Whichever call loses its connection, the pool stays whole.",
    needs: \.durableStorage, weight: .heavy, otherwise: dataIsGone
  ) { context in
    let db = try await context.open()
    try await db.createItems()
    let error = DatabaseError(
      .connectionLost, "lost on purpose", connection: .spent, execution: .unknown)
    try await failingEachCall(error, context) { faulty, round in
      try await faulty.exec("INSERT INTO items (id, name) VALUES (\(round), 'a')")
      _ = try await faulty.query("SELECT id FROM items WHERE id = \(round)", as: Int.self)
        .collect()
      try await faulty.transaction { transaction in
        try await transaction.exec("UPDATE items SET amount = 1 WHERE id = \(round)")
      }
    } verify: { round, succeeded in
      let stored = try await db.single(
        "SELECT COUNT(*) FROM items WHERE id = \(round)", as: Int.self)
      try expect(!succeeded || stored == 1, "round \(round) was acknowledged and is not there")
    }
  },
]

/// Where a lost connection takes the data along there is nothing to compare; but nothing hangs.
@Sendable
private func dataIsGone(_ context: ConformanceContext) async throws {
  let error = DatabaseError(
    .connectionLost, "lost on purpose", connection: .spent, execution: .unknown)
  let faulty = FaultyDriver(context.harness.driver, failing: 3, of: [.exec], with: error)
  let db = try await context.open(with: faulty)
  try await expectError(.connectionLost, connection: .spent, "the third statement") {
    for _ in 1...3 { try await db.exec("DROP TABLE IF EXISTS absent") }
  }
  try await db.ping()
  try expectEqual(faulty.failedCall, .exec, "the call that failed")
}

/// Runs a scenario with its first call failing, then the second, and so on until none fails.
///
/// After each the same database must still take statements on all of its connections.
private func failingEachCall(
  _ error: DatabaseError, _ context: ConformanceContext,
  _ scenario: (Database, Int) async throws -> Void,
  verify: (_ round: Int, _ succeeded: Bool) async throws -> Void
) async throws {
  for round in 1...200 {
    let faulty = FaultyDriver(context.harness.driver, failing: round, with: error)
    var succeeded = false
    do {
      let db = try await Database.open(
        DatabaseURL(context.url), with: faulty,
        configuration: context.configuration { $0.maxConnections = 2 })
      do {
        try await scenario(db, round)
        succeeded = true
      } catch let told as DatabaseError {
        try expect(faulty.failedCall != nil, "\(told) without a failed call")
      }
      // The fault has happened: whatever it hit, both connections work or are made anew.
      if faulty.failedCall != nil { try await expectAllAnswer(db) }
      await db.close()
    } catch let told as DatabaseError {
      try expect(faulty.failedCall == .connect, "\(told) after \(faulty.failedCall as Any)")
    }
    try await verify(round, succeeded)
    if faulty.failedCall == nil { return }
  }
  throw ClauseFailure("after 200 rounds a call still failed: the scenario never gets through")
}

private func expectAllAnswer(_ db: Database) async throws {
  try await withThrowingTaskGroup(of: Void.self) { group in
    for _ in 1...4 { group.addTask { try await db.ping() } }
    try await group.waitForAll()
  }
}
