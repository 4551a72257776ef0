import DriverAPI

let migrationClauses = [
  Clause("MIG-1", "Migrations run once, in order.") { context in
    let db = try await context.open()
    let migrator = try Migrator([second, first])
    try expectEqual(try await migrator.version(of: db), 0, "the version before")
    try expectEqual(try await migrator.migrate(db), [1, 2], "what ran")
    try expectEqual(try await migrator.migrate(db), [], "what ran the second time")
    try expectEqual(try await migrator.version(of: db), 2, "the version after")
    try expectEqual(try await db.rowCount(of: "notes"), 1, "rows the second one made")
    try expectEqual(try await Migrator([first, second, third]).migrate(db), [3], "what came later")
  },

  Clause("MIG-1", "Several at the same time run each migration once.") { context in
    let db = try await context.open()
    let other = context.url.contains(":memory:") ? db : try await context.open()
    let migrator = try Migrator([first, second, third])
    let runs = try await withThrowingTaskGroup(of: [Int].self) { group in
      for database in [db, other, db, other] {
        group.addTask { try await migrator.migrate(database) }
      }
      return try await group.reduce(into: []) { $0 += $1 }
    }
    try expectEqual(runs.sorted(), [1, 2, 3], "what ran, over all")
    try expectEqual(try await db.rowCount(of: "notes"), 1, "rows the second one made")
  },

  Clause("MIG-2", "A changed migration is refused.") { context in
    let db = try await context.open()
    try await Migrator([first, second]).migrate(db)
    let changed = Migration(1, "notes") { dialect in
      ["CREATE TABLE notes (id \(dialect.typeName(.int)))"]
    }
    let error = try await expectError(.misuse, "a changed migration") {
      try await Migrator([changed, second, third]).migrate(db)
    }
    try expect(error.message.contains("1"), "\(error) does not say which")
    try expectEqual(try await Migrator([first, second]).version(of: db), 2, "the version")
    try await expectError(.misuse, "two of one version") { try Migrator([first, changed]) }
    try await expectError(.misuse, "version 0") { try Migrator([Migration(0, "x") { _ in [] }]) }
  },

  Clause(
    "MIG-3", "A failed migration leaves the schema as it was.", needs: \.transactionalDDL,
    otherwise: { context in
      let db = try await context.open()
      try await expectError(.undefinedObject, "the failing migration") {
        try await Migrator([first, failing]).migrate(db)
      }
      let repaired = Migration(2, "halves") { dialect in
        failing.statements(dialect).dropLast() + ["INSERT INTO halves (id) VALUES (1)"]
      }
      _ = try? await Migrator([first, repaired]).migrate(db)
      try expectEqual(try await db.rowCount(of: "halves"), 1, "rows after it was resumed")
    }
  ) { context in
    let db = try await context.open()
    let error = try await expectError(.undefinedObject, "the failing migration") {
      try await Migrator([first, failing]).migrate(db)
    }
    try expect(error.message.contains("2"), "\(error) does not say which migration")
    try expectEqual(try await Migrator([first]).version(of: db), 1, "the version")
    try expect(try await !db.tableNames().contains("halves"), "half of the failed one stayed")
    try expectEqual(try await Migrator([first, second]).migrate(db), [2], "what ran instead")
  },

  Clause("MIG-4", "A newer schema than the program is refused, and left alone.") { context in
    let db = try await context.open()
    try await Migrator([first, second, third]).migrate(db)
    try await expectError(.misuse, "an older program") {
      try await Migrator([first, second]).migrate(db)
    }
    try expectEqual(try await Migrator([first]).version(of: db), 3, "the version")
  },

  Clause("MIG-6", "A cancelled run tells of its own error and leaves no lock behind.") { context in
    let db = try await context.open()
    try await Migrator([first]).migrate(db)
    let run = Task {
      withUnsafeCurrentTask { task in task?.cancel() }
      return try await Migrator([first, failing]).migrate(db)
    }
    let early = await run.result
    try expect((try? early.get()) == nil, "a run that was cancelled before it began succeeded")
    // At any moment of the run, also while the lock is asked for.
    for delay in [0, 200, 1_000, 4_000] {
      let run = Task { try await Migrator([first, second]).migrate(db) }
      try await Task.sleep(for: .microseconds(delay))
      run.cancel()
      if case .failure(let error) = await run.result {
        let kind = (error as? DatabaseError)?.kind
        try expect(kind == .cancelled, "a cancelled run tells of \(error)")
      }
    }
    // Another session gets the lock at once.
    let other = context.url.contains(":memory:") ? db : try await context.open()
    let start = ContinuousClock.now
    try await Migrator([first, second]).migrate(other)
    let waited = ContinuousClock.now - start
    try expect(waited < .seconds(5), "the next run waited \(waited) for the lock")
    try expectEqual(try await db.rowCount(of: "notes"), 1, "rows the second one made")
  },

  Clause("MIG-7", "A migration that stopped half-way does not count.") { context in
    let db = try await context.open()
    try await expectError(.undefinedObject, "the failing migration") {
      try await Migrator([first, failing]).migrate(db)
    }
    try expectEqual(try await Migrator([first, failing]).version(of: db), 1, "the version")
  },
]

private let first = Migration(1, "notes") { dialect in
  [
    """
    CREATE TABLE notes (
      id \(dialect.typeName(.int)) NOT NULL PRIMARY KEY, body \(dialect.typeName(.text)))
    """
  ]
}

private let second = Migration(2, "a first note") { _ in
  ["INSERT INTO notes (id, body) VALUES (1, 'one')"]
}

private let third = Migration(3, "titles") { dialect in
  ["ALTER TABLE notes ADD COLUMN title \(dialect.typeName(.text))"]
}

private let failing = Migration(2, "halves") { dialect in
  [
    "CREATE TABLE halves (id \(dialect.typeName(.int)))",
    "INSERT INTO nowhere (id) VALUES (1)",
  ]
}
