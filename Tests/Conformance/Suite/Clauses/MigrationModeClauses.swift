import DriverAPI

let migrationModeClauses = [
  Clause("MIG-5", "A table that others refer to is changed, and no row of them is lost.") {
    context in
    let db = try await context.open()
    try await Migrator([authors]).migrate(db)
    try await db.insertRows("authors", ["id", "name"], [[1, "one"], [2, "two"]])
    try await db.insertRows("books", ["id", "author"], [[10, 1], [20, 2]])
    try await Migrator([authors, rebuilding]).migrate(db)
    try expectEqual(try await db.rowCount(of: "authors"), 2, "rows of the table that was changed")
    try expectEqual(try await db.rowCount(of: "books"), 2, "rows that refer to it")
    try await db.exec("INSERT INTO authors (id, name, born) VALUES (3, 'three', 1900)")
    try await expectReferences(on: db)
  },

  Clause("MIG-5", "References that such a change leaves behind undo it, and are enforced again.") {
    context in
    let db = try await context.open()
    try await Migrator([authors]).migrate(db)
    guard db.dialect.tableRebuild != nil else { return }
    try await db.insertRows("authors", ["id", "name"], [[1, "one"], [2, "two"]])
    try await db.insertRows("books", ["id", "author"], [[10, 1], [20, 2]])
    let losing = Migration(2, "loses an author", mode: .rebuildingTables) { dialect in
      rebuilding.statements(dialect) + ["DELETE FROM authors WHERE id = 2"]
    }
    let error = try await expectError(.foreignKeyViolation, "a reference that leads nowhere") {
      try await Migrator([authors, losing]).migrate(db)
    }
    try expect(error.message.contains("books"), "\(error) does not name the table")
    let broken = Migration(2, "fails", mode: .rebuildingTables) { dialect in
      rebuilding.statements(dialect) + Migration.halves.statements(dialect)
    }
    try await expectError(.undefinedObject, "the failing migration") {
      try await Migrator([authors, broken]).migrate(db)
    }
    try expectEqual(try await db.rowCount(of: "authors"), 2, "rows of the table")
    try expectEqual(try await db.rowCount(of: "books"), 2, "rows that refer to it")
    try expectEqual(try await Migrator([authors]).version(of: db), 1, "the version")
    try await expectReferences(on: db)
    // What runs in the same scope, after such a migration, has its references enforced.
    let orphan = Migration(3, "an orphan") { _ in ["INSERT INTO books (id, author) VALUES (30, 99)"]
    }
    try await expectError(.foreignKeyViolation, "an orphan in the next migration") {
      try await Migrator([authors, rebuilding, orphan]).migrate(db)
    }
  },

  Clause("MIG-5", "A table is not dropped while rows would go with it that nobody mentioned.") {
    context in
    let db = try await context.open()
    try await Migrator([authors]).migrate(db)
    guard db.dialect.tableRebuild != nil else { return }
    try await db.exec("INSERT INTO authors (id, name) VALUES (1, 'one')")
    // Without rows that refer to it nothing is lost.
    let harmless = Migration(2, "rebuilds") { dialect in rebuilding.statements(dialect) }
    try await Migrator([authors, harmless]).migrate(db)
    try await db.exec("INSERT INTO authors (id, name) VALUES (2, 'two')")
    try await db.exec("INSERT INTO books (id, author) VALUES (20, 2)")
    let forms = ["authors", "IF EXISTS \"Authors\"", "/* */ main . [AUTHORS]", "`authors`"]
    for form in forms where db.dialect.reads(form) {
      let dropping = Migration(3, "drops") { _ in ["DROP TABLE \(form)"] }
      let error = try await expectError(.misuse, form) {
        try await Migrator([authors, harmless, dropping]).migrate(db)
      }
      try expect(
        error.message.contains("books") && error.message.contains("rebuildingTables"),
        "\(error) names no remedy")
    }
    try expectEqual(try await db.rowCount(of: "books"), 1, "rows that refer to it")
    let emptying = Migration(3, "drops") { _ in ["DELETE FROM books", "DROP TABLE authors"] }
    try await Migrator([authors, harmless, emptying]).migrate(db)
  },

  Clause("MIG-5", "Neither is one whose name has to be quoted, and its quotes doubled.") {
    context in
    let db = try await context.open()
    guard db.dialect.tableRebuild != nil else {
      throw NotSaid("the engine refuses by itself to drop a table that others refer to")
    }
    let int = db.dialect.typeName(.int)
    for (number, name) in ["a\"b", "\"\"", "a`b", "a.b", "[a]", "it's", "DROP"].enumerated() {
      let parent = try db.dialect.quoted(name)
      let child = try db.dialect.quoted("child of \(name)")
      let making = Migration(number * 2 + 1, "makes") { _ in
        [
          "CREATE TABLE \(parent) (id \(int) NOT NULL PRIMARY KEY)",
          "CREATE TABLE \(child) (of \(int) REFERENCES \(parent) (id) ON DELETE CASCADE)",
          "INSERT INTO \(parent) (id) VALUES (1)", "INSERT INTO \(child) (of) VALUES (1)",
        ]
      }
      let table = "versions of \(name)"
      try await Migrator([making], table: table).migrate(db)
      let dropping = Migration(number * 2 + 2, "drops") { _ in ["DROP TABLE \(parent)"] }
      try await expectError(.misuse, "dropping \(name)") {
        try await Migrator([making, dropping], table: table).migrate(db)
      }
      try expectEqual(try await db.rowCount(of: child), 1, "rows that refer to \(name)")
    }
  },

  Clause("MIG-6", "A cancelled run tells of its own error and leaves no lock behind.") { context in
    let db = try await context.open()
    try await Migrator([.notes]).migrate(db)
    let run = Task {
      withUnsafeCurrentTask { task in task?.cancel() }
      return try await Migrator([.notes, .halves]).migrate(db)
    }
    let early = await run.result
    try expect((try? early.get()) == nil, "a run that was cancelled before it began succeeded")
    // At any moment of the run, also while the lock is asked for.
    for delay in [0, 200, 1_000, 4_000] {
      let run = Task { try await Migrator([.notes, .firstNote]).migrate(db) }
      try await Task.sleep(for: .microseconds(delay))
      run.cancel()
      if case .failure(let error) = await run.result {
        let kind = (error as? DatabaseError)?.kind
        try expect(kind == .cancelled, "a cancelled run tells of \(error)")
      }
    }
    // While the lock is surely held.
    let cancelling = Migration(2, "cancels its own run") { dialect in
      withUnsafeCurrentTask { task in task?.cancel() }
      return Migration.firstNote.statements(dialect)
    }
    let held = await Task { try await Migrator([.notes, cancelling]).migrate(db) }.result
    try expect((try? held.get()) != [2], "a run that was cancelled in the middle went on")
    // Another session gets the lock at once.
    let other = context.othersSeeTheDatabase ? try await context.open() : db
    let watch = TaskStopwatch()
    try await Migrator([.notes, .firstNote]).migrate(other)
    let waited = watch.ownTime
    try expect(waited < .seconds(5), "the next run waited \(waited) for the lock")
    try expectEqual(try await db.rowCount(of: "notes"), 1, "rows the second one made")
  },

  Clause("MIG-7", "A migration that stopped half-way does not count.") { context in
    let db = try await context.open()
    try await expectError(.undefinedObject, "the failing migration") {
      try await Migrator([.notes, .halves]).migrate(db)
    }
    try expectEqual(try await Migrator([.notes, .halves]).version(of: db), 1, "the version")
  },

  Clause("MIG-7", "A step that changes rows and the note that it is done happen together.") {
    context in
    let watched = WatchedDriver(context.harness.driver)
    let db = try await context.open(with: watched)
    try await Migrator([.notes]).migrate(db)
    watched.failAfterStatement(
      containing: "INSERT INTO notes", with: DatabaseError(.other, "the step failed late"))
    try await expectError(.other, "the run that failed") {
      try await Migrator([.notes, .firstNote]).migrate(db)
    }
    let ran = try await Migrator([.notes, .firstNote]).migrate(db)
    try expectEqual(ran, [2], "what ran in the next run")
    try expectEqual(try await db.rowCount(of: "notes"), 1, "rows it made")
  },

  Clause("MIG-8", "What no transaction takes runs outside of one, once, and is resumed.") {
    context in
    let db = try await context.open()
    let other = context.othersSeeTheDatabase ? try await context.open() : db
    let outside = Migration(2, "an index", mode: .outsideTransaction) { dialect in
      switch dialect.name {
      case "postgres": ["CREATE INDEX CONCURRENTLY notes_body ON notes (body)"]
      case "sqlite": ["CREATE INDEX notes_body ON notes (body)", "VACUUM"]
      default: ["CREATE INDEX notes_id ON notes (id)"]
      }
    }
    try await Migrator([.notes]).migrate(db)
    // On a file only a transaction keeps processes apart.
    let runners = db.dialect.migrationLock == .transaction ? [db] : [db, other, db, other]
    let migrator = try Migrator([.notes, outside])
    let runs = try await withThrowingTaskGroup(of: [Int].self) { group in
      for database in runners {
        group.addTask { try await migrator.migrate(database) }
      }
      return try await group.reduce(into: []) { $0 += $1 }
    }
    try expectEqual(runs, [2], "what ran, over all")

    let half = Migration(3, "halves", mode: .outsideTransaction) { Migration.halves.statements($0) }
    try await expectError(.undefinedObject, "the failing migration") {
      try await Migrator([.notes, outside, half]).migrate(db)
    }
    try expectEqual(try await migrator.version(of: db), 2, "the version")
    // Its first statement has run, and does not run again; in another mode neither.
    for mode in [MigrationMode.outsideTransaction, .inTransaction] {
      let repaired = Migration(3, "halves", mode: mode) { dialect in
        Migration.halves.statements(dialect).dropLast() + ["INSERT INTO halves (id) VALUES (1)"]
      }
      _ = try await Migrator([.notes, outside, repaired]).migrate(db)
      try expectEqual(try await db.rowCount(of: "halves"), 1, "rows after it was resumed")
    }
    try expectEqual(try await migrator.version(of: db), 3, "the version at the end")
  },

  Clause("MIG-9", "A setting that the migration's transaction would ignore is refused.") {
    context in
    let db = try await context.open()
    try await Migrator([.notes]).migrate(db)
    for name in db.dialect.settingsIgnoredInTransactions {
      let forms = [
        "\(name) = OFF", "\(name.uppercased())(0)", "main.\"\(name)\"=0", "/**/ [\(name)] = no",
      ]
      for form in forms where db.dialect.reads(form) {
        let setting = Migration(2, "sets") { _ in ["  pragma -- x\n \(form)"] }
        let error = try await expectError(.misuse, form) {
          try await Migrator([.notes, setting]).migrate(db)
        }
        try expect(error.message.contains("rebuildingTables"), "\(error) names no remedy")
      }
    }
    try expectEqual(try await Migrator([.notes]).version(of: db), 1, "the version")
    let harmless = Migration(2, "reads") { dialect in
      dialect.settingsIgnoredInTransactions.map { "PRAGMA \($0)" }
    }
    // One that was released before there were modes is given one, and stays as it is.
    let released = Migration(3, "sets", mode: .rebuildingTables) { dialect in
      dialect.settingsIgnoredInTransactions.map { "PRAGMA \($0) = OFF" }
    }
    try expectEqual(
      try await Migrator([.notes, harmless, released]).migrate(db), [2, 3], "what ran")
    let unchanged = Migration(3, "sets") { dialect in released.statements(dialect) }
    try expectEqual(try await Migrator([.notes, harmless, unchanged]).migrate(db), [], "what ran")
  },
]

private let authors = Migration(1, "authors and books") { dialect in
  let int = dialect.typeName(.int)
  return [
    "CREATE TABLE authors (id \(int) NOT NULL PRIMARY KEY, name \(dialect.typeName(.text)))",
    """
    CREATE TABLE books (id \(int) NOT NULL PRIMARY KEY, author \(int) NOT NULL,
      FOREIGN KEY (author) REFERENCES authors (id) ON DELETE CASCADE)
    """,
  ]
}

/// Adds a column: by a new table where the engine needs that for larger changes.
private let rebuilding = Migration(2, "years of birth", mode: .rebuildingTables) { dialect in
  let int = dialect.typeName(.int)
  guard dialect.tableRebuild != nil else {
    return [dialect.addingColumn("born \(int)", to: "authors")]
  }
  return [
    """
    CREATE TABLE authors_new (id \(int) NOT NULL PRIMARY KEY, name \(dialect.typeName(.text)),
      born \(int))
    """,
    "INSERT INTO authors_new (id, name) SELECT id, name FROM authors",
    "DROP TABLE authors",
    "ALTER TABLE authors_new RENAME TO authors",
  ]
}

private func expectReferences(on db: Database) async throws {
  try await expectError(.foreignKeyViolation, "a book without an author") {
    try await db.exec("INSERT INTO books (id, author) VALUES (99, 99)")
  }
}

extension Dialect {
  /// Whether a statement's quotes are known to the engine's driver.
  fileprivate func reads(_ form: String) -> Bool {
    (lexical.bracketIdentifiers || !form.utf8.contains(UInt8(ascii: "[")))
      && (lexical.backtickIdentifiers || !form.utf8.contains(UInt8(ascii: "`")))
  }
}
