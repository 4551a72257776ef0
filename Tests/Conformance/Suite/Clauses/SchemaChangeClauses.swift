import DriverAPI
import Foundation

// What another connection does to the columns behind a statement that is kept.
let schemaChangeClauses = [
  Clause(
    "STMT-3", "Statements that are kept go with the types that columns have now.", weight: .heavy
  ) { context in
    let db = try await context.open { $0.maxConnections = 1 }
    let other = try await elsewhere(context, besides: db)
    for (number, change) in try await TypeChange.changes(of: db)
      .enumerated()
    {
      let table = "changing\(number)"
      try await other.createTable(table, "id {int} NOT NULL, v \(change.before)")
      let statements = Statements(table)
      for id in 1...3 { try await statements.store(change.old, as: id, with: db) }
      try expectEqual(try await statements.count(of: change.old, with: db), 3, "rows before")
      _ = try await statements.readAll(with: db)
      try await other.retype(table, to: change)
      let what = "\(change.before) to \(change.after)"
      for id in 11...12 {
        try await statements.store(change.new, as: id, with: db)
        let found = try await statements.value(of: id, with: db)
        try expectEqual(found, change.stored, "\(what): row \(id)")
      }
      let count = try await statements.count(of: change.new, with: db)
      try expectEqual(count, change.new == change.old ? 5 : 2, "\(what): found")
      _ = try await statements.readAll(with: db)
    }
  },

  Clause(
    "STMT-3", "So do those that tasks send through sessions that they share.", weight: .waiting
  ) { context in
    let db = try await context.open()
    let other = try await elsewhere(context, besides: db)
    let changes = try await TypeChange.changes(of: db)
    for (number, change) in changes.enumerated() {
      let table = "changing\(number)"
      try await other.createTable(table, "id {int} NOT NULL, v \(change.before)")
      let statements = Statements(table)
      for id in 1...3 { try await statements.store(change.old, as: id, with: db) }
      try await together(16) {
        try expectEqual(try await statements.count(of: change.old, with: db), 3, "rows before")
      }
      try await other.retype(table, to: change)
      try await other.exec(SQL(raw: "INSERT INTO \(table) (id, v) VALUES (11, ?)", [change.new]))
    }
    // Long enough for what is prepared not to count as prepared just now.
    try await Task.sleep(for: .milliseconds(1100))
    for (number, change) in changes.enumerated() {
      let statements = Statements("changing\(number)")
      try await together(16) {
        let what = "\(change.before) to \(change.after)"
        let isOld = change.new == change.old
        let count = try await statements.count(of: change.new, with: db)
        try expectEqual(count, isOld ? 4 : 1, "\(what): found")
        let found = try await statements.value(of: 11, with: db)
        try expectEqual(found, change.stored, "\(what): the value")
        _ = try await statements.readAll(with: db)
      }
    }
  },

  Clause(
    "STMT-3", "In a transaction they are right, or ask to repeat it, and then are right.",
    weight: .heavy
  ) { context in
    let db = try await context.open { $0.maxConnections = 1 }
    let other = try await elsewhere(context, besides: db)
    for (number, change) in try await TypeChange.changes(of: db)
      .enumerated()
    {
      let table = "changing\(number)"
      let what = "\(change.before) to \(change.after)"
      try await other.createTable(table, "id {int} NOT NULL, v \(change.before)")
      let statements = Statements(table)
      for id in 1...3 {
        try await db.transaction { transaction in
          try await statements.store(change.old, as: id, with: transaction)
          _ = try await statements.readAll(with: transaction)
        }
      }
      try await other.retype(table, to: change)
      // Nothing has told yet that the type is another.
      try await db.transaction(retrying: RetryPolicy(maxAttempts: 2)) { transaction in
        try await statements.store(change.new, as: 11, with: transaction)
      }
      try await db.transaction(retrying: RetryPolicy(maxAttempts: 2)) { transaction in
        try expectEqual(
          try await statements.readAll(with: transaction), 4, "\(what): rows read")
      }
      let found = try await statements.value(of: 11, with: db)
      try expectEqual(found, change.stored, "\(what): a row stored in a transaction")
    }
  },

  Clause(
    "STMT-3", "While the schema changes all the time no statement fails for it.", weight: .heavy
  ) { context in
    let db = try await context.open()
    let other = try await elsewhere(context, besides: db)
    try await db.createItems(rowCount: 3)
    let changing = Task {
      while !Task.isCancelled {
        try await other.exec(SQL(raw: other.dialect.addingColumn("extra INTEGER", to: "items")))
        try await other.exec(SQL(raw: other.dialect.removingColumn("extra", from: "items")))
      }
    }
    defer { changing.cancel() }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for task in 1...4 {
        group.addTask {
          for round in 1...100 {
            let count = try await counted(
              try await db.query("SELECT * FROM items WHERE id <= 3 ORDER BY id"))
            try expectEqual(count, 3, "rows in round \(round)")
            let name = try await db.queryRow(
              "SELECT * FROM items WHERE id = ?", 2, as: (Int, String).self)
            try expectEqual(name?.1, "item 2", "the name in round \(round)")
            let id = task * 1000 + round
            try await db.exec("INSERT INTO items (id, name) VALUES (?, 'a')", id)
          }
        }
      }
      try await group.waitForAll()
    }
    changing.cancel()
    if case .failure(let error) = await changing.result {
      let kind = (error as? DatabaseError)?.kind
      try expectEqual(kind, .cancelled, "how the changes of the schema ended")
    }
    try expectEqual(try await db.rowCount(of: "items"), 403, "rows at the end")
  },

  Clause(
    "STMT-3", "Statements that are prepared again leave none behind at the server.", weight: .heavy
  ) { context in
    let db = try await context.open { $0.maxConnections = 1 }
    guard let open = db.dialect.openStatements else {
      throw NotSaid("no words of \(db.dialect) are known that tell what a session has prepared")
    }
    let other = try await elsewhere(context, besides: db)
    try await other.createTable("changing", "id {int} NOT NULL, v {int}")
    let statements = Statements("changing")
    var counts: [Int] = []
    for round in 1...12 {
      let isText = round % 2 == 0
      let change = TypeChange(
        before: isText ? "{int}" : "{text}", after: isText ? "{text}" : "{int}", old: 7, new: 8,
        stored: "8")
      try await other.retype("changing", to: change)
      for value: Value in isText ? ["7", 7] : [7] {
        try await statements.store(value, as: round, with: db)
        _ = try await statements.count(of: value, with: db)
        try expectEqual(try await statements.value(of: round, with: db), "7", "round \(round)")
      }
      _ = try await statements.readAll(with: db)
      counts.append(try await db.single(SQL(raw: open), as: Int.self))
    }
    let (early, late) = (counts[2...3].max() ?? 0, counts.suffix(2).max() ?? 0)
    try expect(late <= early + 1, "the server keeps \(counts) statements, round by round")
  },

  Clause(
    "STMT-3", "What this process changes in a transaction spoils none of its own.",
    needs: \.wholeMigrations, weight: .heavy,
    otherwise: { context in try await expectUnspoilt(context, isKept: true, inTransaction: false) }
  ) { context in
    for isKept in [true, false] {
      try await expectUnspoilt(context, isKept: isKept, inTransaction: true)
    }
  },

  Clause(
    "STMT-4", "A value is not bent by the type that its column had before.", weight: .heavy
  ) { context in
    let db = try await context.open { $0.maxConnections = 1 }
    let other = try await elsewhere(context, besides: db)
    for (number, change) in try TypeChange.bends(of: db.dialect).enumerated() {
      let table = "bending\(number)"
      try await other.createTable(table, "id {int} NOT NULL, v \(change.before)")
      let statements = Statements(table)
      for id in 1...3 { try await statements.store(change.old, as: id, with: db) }
      try await other.retype(table, to: change)
      do { try await statements.store(change.new, as: 11, with: db) } catch let error
        as DatabaseError
      {
        // What is refused is not bent.
        guard error.kind == .unsupported, error.execution == .notSent else { throw error }
        continue
      }
      let found = try await statements.value(of: 11, with: db)
      try expectEqual(found, change.stored, "\(change.before) to \(change.after)")
    }
  },
]

/// Changes a table by one session, in a transaction that is kept or not, and uses what both sessions had
/// prepared: in that transaction, and as the first thing of later ones.
private func expectUnspoilt(
  _ context: ConformanceContext, isKept: Bool, inTransaction: Bool
) async throws {
  let db = try await context.open { $0.maxConnections = 1 }
  let other =
    context.othersSeeTheDatabase ? try await context.open { $0.maxConnections = 1 } : db
  let renames = try await takesRenames(db)
  for (number, make) in ownChanges.enumerated() {
    let table = "own\(number)\(isKept ? "kept" : "undone")"
    let change = make(db.dialect, table)
    if !renames, change.contains(where: { $0.contains(" RENAME TO ") }) { continue }
    let what = "\(change.last ?? ""), kept: \(isKept)"
    try await db.createTable(table, "id {int} NOT NULL, v {text}")
    let statements = Statements(table)
    func use(_ session: Database) async throws {
      try await session.transaction { transaction in
        try await statements.store("a", as: 1, with: transaction)
        _ = try await statements.readAll(with: transaction)
      }
    }
    for _ in 1...2 {
      try await use(db)
      try await use(other)
    }
    @Sendable func apply(_ executor: some StatementExecutor) async throws {
      for step in change {
        let text = executor.expanded(step)
        try await executor.exec(SQL(raw: text))
        // In between it may not be there.
        if text.contains("TO away") || text.hasPrefix("DROP") { continue }
        try await statements.store("b", as: 2, with: executor)
        _ = try await statements.readAll(with: executor)
      }
    }
    if inTransaction {
      do {
        try await db.transaction { transaction in
          try await apply(transaction)
          if !isKept { throw Deliberate() }
        }
      } catch is Deliberate {}
    } else {
      try await apply(db)
    }
    for _ in 1...2 {
      for session in [other, db] {
        do { try await use(session) } catch { throw ClauseFailure("\(what): \(error)") }
      }
    }
    let ids = try await other.query(
      SQL(raw: "SELECT DISTINCT id FROM \(table) ORDER BY id"), as: Int.self
    ).collect()
    try expectEqual(ids, isKept ? [1, 2] : [1], "\(what): rows")
  }
}

/// Whether tables can be given another name; there are no words of the dialect for it.
private func takesRenames(_ db: Database) async throws -> Bool {
  try await db.createTable("named", "id {int}")
  do throws(DatabaseError) { try await db.exec("ALTER TABLE named RENAME TO renamed") } catch {
    guard error.kind == .syntax || error.kind == .unsupported else { throw error }
    try await db.exec("DROP TABLE named")
    return false
  }
  try await db.exec("DROP TABLE renamed")
  return true
}

private let ownChanges: [@Sendable (Dialect, String) -> [String]] = [
  { [$0.addingColumn("extra INTEGER", to: $1)] },
  { ["ALTER TABLE \($1) RENAME TO away", "ALTER TABLE away RENAME TO \($1)"] },
  { ["DROP TABLE \($1)", "CREATE TABLE \($1) (v {text}, id {int}, extra {int})"] },
  { ["CREATE INDEX index_of_\($1) ON \($1) (id)"] },
  { [$0.addingColumn("extra INTEGER", to: $1), $0.removingColumn("extra", from: $1)] },
]

/// Another connection, which the driver cannot know to lead to the same database where that is a
/// server: what changes by it can only be seen in what the server says.
private func elsewhere(
  _ context: ConformanceContext, besides db: Database
) async throws -> Database {
  guard context.othersSeeTheDatabase else { return db }
  guard db.capabilities.networkSession else { return try await context.open() }
  return try await context.open(through: try context.proxy()) { $0.maxConnections = 1 }
}

/// Texts that are the same each time, so that they are kept.
private struct Statements: Sendable {
  let table: String

  init(_ table: String) { self.table = table }

  func store(_ value: Value, as id: Int, with db: some StatementExecutor) async throws {
    let sql = "INSERT INTO \(table) (v, id) VALUES (?, ?)"
    try await db.exec(SQL(raw: sql, [value, .int(Int64(id))]))
  }

  func count(of value: Value, with db: some StatementExecutor) async throws -> Int {
    let sql = SQL(raw: "SELECT COUNT(*) FROM \(table) WHERE v = ?", [value])
    return try await db.queryRow(sql, as: Int.self) ?? -1
  }

  func readAll(with db: some StatementExecutor) async throws -> Int {
    try await counted(try await db.query(SQL(raw: "SELECT * FROM \(table)")))
  }

  func value(of id: Int, with db: some StatementExecutor) async throws -> String {
    let sql = SQL(raw: "SELECT v FROM \(table) WHERE id = ?", [.int(Int64(id))])
    switch try await db.queryRow(sql, as: Value.self) {
    case .text(let text): return text
    case .bytes(let bytes): return String(decoding: bytes, as: UTF8.self)
    case .int(let integer): return "\(integer)"
    case .decimal(let decimal): return "\(decimal)"
    case .bool(let truth): return "\(truth)"
    case .double(let double): return "\(double)"
    case .uuid(let uuid): return uuid.uuidString.lowercased()
    case .timestamp(let instant): return "\(instant)"
    case .date(let date): return "\(date)"
    case let other: return "\(String(describing: other))"
    }
  }
}

private func counted(_ rows: consuming Rows) async throws -> Int {
  var count = 0
  while try await rows.next() { count += 1 }
  return count
}

/// Runs the same many times at once.
private func together(
  _ count: Int, _ body: @escaping @Sendable () async throws -> Void
) async throws {
  try await withThrowingTaskGroup(of: Void.self) { group in
    for _ in 0..<count { group.addTask { try await body() } }
    try await group.waitForAll()
  }
}
