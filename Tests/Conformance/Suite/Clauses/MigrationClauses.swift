import DriverAPI

let migrationClauses = [
  Clause("MIG-1", "Migrations run once, in order.") { context in
    let db = try await context.open()
    let migrator = try Migrator([.firstNote, .notes])
    try expectEqual(try await migrator.version(of: db), 0, "the version before")
    try expectEqual(try await migrator.migrate(db), [1, 2], "what ran")
    try expectEqual(try await migrator.migrate(db), [], "what ran the second time")
    try expectEqual(try await migrator.version(of: db), 2, "the version after")
    try expectEqual(try await db.rowCount(of: "notes"), 1, "rows the second one made")
    try expectEqual(
      try await Migrator([.notes, .firstNote, .titles]).migrate(db), [3], "what came later")
  },

  Clause("MIG-1", "Several at the same time run each migration once.") { context in
    let db = try await context.open()
    let other = context.othersSeeTheDatabase ? try await context.open() : db
    let migrator = try Migrator([.notes, .firstNote, .titles])
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
    try await Migrator([.notes, .firstNote]).migrate(db)
    let changed = Migration(1, "notes") { dialect in
      ["CREATE TABLE notes (id \(dialect.typeName(.int)))"]
    }
    let error = try await expectError(.misuse, "a changed migration") {
      try await Migrator([changed, .firstNote, .titles]).migrate(db)
    }
    try expect(error.message.contains("1"), "\(error) does not say which")
    try expectEqual(try await Migrator([.notes, .firstNote]).version(of: db), 2, "the version")
    try await expectError(.misuse, "two of one version") { try Migrator([.notes, changed]) }
    try await expectError(.misuse, "version 0") { try Migrator([Migration(0, "x") { _ in [] }]) }
  },

  Clause(
    "MIG-3", "A failed migration leaves the schema as it was.", needs: \.wholeMigrations,
    otherwise: { context in
      let db = try await context.open()
      try await expectError(.undefinedObject, "the failing migration") {
        try await Migrator([.notes, .halves]).migrate(db)
      }
      let repaired = Migration(2, "halves") { dialect in
        Migration.halves.statements(dialect).dropLast() + ["INSERT INTO halves (id) VALUES (1)"]
      }
      _ = try? await Migrator([.notes, repaired]).migrate(db)
      try expectEqual(try await db.rowCount(of: "halves"), 1, "rows after it was resumed")
    }
  ) { context in
    let db = try await context.open()
    let error = try await expectError(.undefinedObject, "the failing migration") {
      try await Migrator([.notes, .halves]).migrate(db)
    }
    try expect(error.message.contains("2"), "\(error) does not say which migration")
    try expectEqual(try await Migrator([.notes]).version(of: db), 1, "the version")
    try expect(try await !db.tableNames().contains("halves"), "half of the failed one stayed")
    try expectEqual(try await Migrator([.notes, .firstNote]).migrate(db), [2], "what ran instead")
  },

  Clause("MIG-4", "A newer schema than the program is refused, and left alone.") { context in
    let db = try await context.open()
    try await Migrator([.notes, .firstNote, .titles]).migrate(db)
    try await expectError(.misuse, "an older program") {
      try await Migrator([.notes, .firstNote]).migrate(db)
    }
    try expectEqual(try await Migrator([.notes]).version(of: db), 3, "the version")
  },
]
