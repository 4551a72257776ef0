import DriverAPI
import Foundation

let errorClauses = [
  Clause("ERR-1", "Each violated constraint has its own kind.") { context in
    let db = try await context.open()
    try await db.createFamily()
    var words: Set<String> = []
    words.insert(
      try await expectViolation(.uniqueViolation, "a primary key twice", db) {
        "INSERT INTO children (id, name) VALUES (1, 'new')"
      })
    try await expectViolation(.uniqueViolation, "a unique column twice", db) {
      "INSERT INTO children (id, name) VALUES (2, 'Ada')"
    }
    words.insert(
      try await expectViolation(.notNullViolation, "a required column without a value", db) {
        "INSERT INTO children (id, name) VALUES (2, NULL)"
      })
    words.insert(
      try await expectViolation(.checkViolation, "a value the check refuses", db) {
        "INSERT INTO children (id, name, age) VALUES (2, 'Bob', -1)"
      })
    words.insert(
      try await expectViolation(.foreignKeyViolation, "a reference to nothing", db) {
        "INSERT INTO children (id, name, parent) VALUES (2, 'Bob', 9)"
      })
    try expectEqual(words.count, 4, "different words for different violations")
    try await expectViolation(.foreignKeyViolation, "removing what is referred to", db) {
      "DELETE FROM parents WHERE id = 1"
    }
  },

  Clause("ERR-1", "A mistake in the grammar is told from a name that does not exist.") { context in
    let db = try await context.open()
    try await db.createItems(rowCount: 1)
    for text in [
      "SELEC 1", "SELECT FROM WHERE", "INSERT items VALUES", "SELECT (1", "UPDATE items",
      "SELECT id id id FROM items", "SELECT id FROM items WHERE id = = 1", "DELETE items WHERE",
      "CREATE TABLE (id INTEGER)", "SELECT * FROM items ORDER BY", "INSERT INTO items VALUES",
      "SELECT 'nowhere' FROM items WHERE", "SELECT 1abc(2",
    ] {
      try await expectError(.syntax, text) { try await db.exec(SQL(raw: text)) }
    }
    for text in [
      "SELECT id FROM nowhere", "SELECT missing FROM items", "INSERT INTO nowhere (id) VALUES (1)",
      "UPDATE items SET missing = 1", "DROP TABLE nowhere", "SELECT nosuchfunction(id) FROM items",
      "SELECT i.missing FROM items i", "DELETE FROM items WHERE missing = 1",
      "SELECT i.id FROM items i JOIN nowhere n ON n.id = i.id", "DROP VIEW nowhere",
      "CREATE INDEX i ON nowhere (id)", db.dialect.addingColumn("x INTEGER", to: "nowhere"),
      "SELECT COUNT(*) FROM (SELECT id FROM nowhere) n", "SELECT id FROM items ORDER BY missing",
      "INSERT INTO items (id, missing) VALUES (1, 2)", "SELECT id FROM items GROUP BY missing",
      "SELECT id, missing FROM items WHERE name = 'SELECT (1'", "CREATE INDEX i ON items (missing)",
      "SELECT id FROM items WHERE nosuchfunction(name) = 1", "UPDATE nowhere SET id = 1",
      "SELECT 'nowhere' FROM nowhere", "DELETE FROM nowhere", "SELECT items.missing FROM items",
    ] {
      try await expectError(.undefinedObject, text) { try await db.exec(SQL(raw: text)) }
    }
    try expectEqual(try await db.rowCount(of: "items"), 1, "rows afterwards")
    let error = try await thrownError("a table that is there") {
      try await db.exec("CREATE TABLE items (id INTEGER)")
    }
    try expect(![.syntax, .undefinedObject].contains(error.kind), "it is told as \(error)")
  },

  Clause("ERR-1", "Calls that break the library's rules are misuse, and never sent.") { context in
    let db = try await context.open()
    try await db.createItems(rowCount: 1)
    try await expectRefusal(.misuse, "an empty text") { try await db.exec("") }
    try await expectRefusal(.misuse, "a text of comments") { try await db.exec("-- nothing\n") }
    try await expectRefusal(.misuse, "values both ways") {
      try await db.exec("UPDATE items SET amount = \(1) WHERE id = ?", 1)
    }
    try await expectRefusal(.misuse, "no columns") {
      try await db.bulkInsert(into: "items", columns: [], [[]])
    }
    try await expectRefusal(.misuse, "an empty name") { try db.dialect.quoted("") }
  },

  Clause(
    "ERR-2", "Constraint, table and column are right where the server tells them.",
    needs: \.violationDetails,
    otherwise: { context in
      let db = try await context.open()
      try await db.createFamily()
      let error = try await thrownError("a unique column twice") {
        try await db.exec("INSERT INTO children (id, name) VALUES (2, 'Ada')")
      }
      let told = [error.details.constraint, error.details.table, error.details.column]
      try expectEqual(told, [nil, nil, nil], "what is told of a violation")
    }
  ) { context in
    let db = try await context.open()
    try await db.createFamily()
    let unique = try await thrownError("a unique column twice") {
      try await db.exec("INSERT INTO children (id, name) VALUES (2, 'Ada')")
    }
    try unique.expectTold(constraint: "children_name", table: "children", column: "name")
    let notNull = try await thrownError("a required column without a value") {
      try await db.exec("INSERT INTO children (id, name) VALUES (2, NULL)")
    }
    try notNull.expectTold(constraint: nil, table: "children", column: "name")
    let check = try await thrownError("a value the check refuses") {
      try await db.exec("INSERT INTO children (id, name, age) VALUES (2, 'Bob', -1)")
    }
    try check.expectTold(constraint: "children_age", table: "children", column: "age")
  },

  Clause(
    "ERR-2", "So they are however the statement names its tables.", needs: \.violationDetails,
    otherwise: { context in
      let db = try await context.open()
      try await db.createFamily()
      let error = try await thrownError("a row that is referred to") {
        try await db.exec("DELETE FROM parents")
      }
      try expectEqual(error.details.table, nil, "the table of what is not told")
    }
  ) { context in
    let db = try await context.open()
    try await db.createFamily()
    try await db.createTable(
      "pairs",
      "a {int} NOT NULL, b {int} NOT NULL, c {int} NOT NULL, CONSTRAINT pairs_key UNIQUE (a, b)")
    try await db.insertRows("pairs", ["a", "b", "c"], [[1, 2, 3], [1, 3, 3]])
    try await db.exec("INSERT INTO children (id, name) VALUES (2, 'Bob')")
    let (pairs, children) = (try db.dialect.quoted("pairs"), try db.dialect.quoted("children"))
    let schema = try db.dialect.quoted(try await schemaName(db))
    for (text, constraint, table, column) in [
      ("INSERT INTO \(pairs) (a, b, c) VALUES (1, 2, 3)", "pairs_key", "pairs", "a, b"),
      ("INSERT INTO pairs(a,b,c)VALUES(1,3,'9')", "pairs_key", "pairs", "a, b"),
      ("INSERT INTO pairs (a, b, c) SELECT a, b, c FROM pairs", "pairs_key", "pairs", "a, b"),
      ("UPDATE pairs SET b = 2 WHERE b = 3", "pairs_key", "pairs", "a, b"),
      ("UPDATE \(children) SET name = 'Ada' WHERE id = 2", "children_name", "children", "name"),
      ("UPDATE children SET age = -5 WHERE name <> 'a,b (c'", "children_age", "children", "age"),
      ("UPDATE children SET parent = 77 WHERE id = 2", "children_parent", "children", "parent"),
      ("INSERT INTO pairs (a, b) VALUES (8, 8)", nil, "pairs", "c"),
      ("INSERT INTO \(schema).\(pairs) (a, b, c) VALUES (1, 2, 3)", "pairs_key", "pairs", "a, b"),
      ("INSERT INTO children (id, name) VALUES (1, 'it''s INTO pairs')", nil, "children", "id"),
    ] as [(String, String?, String, String)] {
      // SQLite says of references only that one is broken.
      if constraint == "children_parent", !db.capabilities.networkSession { continue }
      let first = try await thrownError(text) { try await db.exec(SQL(raw: text)) }
      let error = try await thrownError(text) { try await db.exec(SQL(raw: text)) }
      try expectEqual(error.details, first.details, "what is told the second time: \(text)")
      try error.expectTold(constraint: constraint, table: table, column: column)
      if constraint == nil, column == "id" { continue }
      // SQLite names the index that it made.
      let told = error.details.constraint.flatMap { $0.contains("autoindex") ? constraint : $0 }
      try expectEqual(told, constraint, "the constraint of \(text)")
      if db.capabilities.networkSession {
        try expectEqual(error.details.table, table, "the table of \(text)")
      }
    }
    if ["sqlite", "postgres"].contains(db.dialect.name) {
      try await db.exec("CREATE UNIQUE INDEX upper_name ON children (upper(name))")
      let error = try await thrownError("an expression twice") {
        try await db.exec("INSERT INTO children (id, name) VALUES (3, 'ADA')")
      }
      try expectEqual(error.details.constraint, "upper_name", "the index that was in the way")
    }
    guard db.capabilities.networkSession else { return }
    let kept = try await thrownError("a row that is referred to") {
      try await db.exec("DELETE FROM parents WHERE id = 1")
    }
    try expectEqual(kept.details.constraint, "children_parent", "the constraint of what is kept")
  },

  Clause("ERR-2", "The position of a mistake is right where the server tells it.") { context in
    let db = try await context.open()
    let error = try await thrownError("a mistake in the middle") {
      try await db.exec("SELECT 'é' FROM FROM")
    }
    if let position = error.details.position { try expectEqual(position, 17, "the position") }
    // Each parameter may have another length in what the server is sent.
    let marks = Array(repeating: "?", count: 12).joined(separator: ", ")
    let text = "SELECT id FROM items WHERE id IN (\(marks)) AND name = '??' AND missing = 1"
    try await db.createItems(rowCount: 1)
    let values = (1...12).map { Value.int($0) }
    let other = try await expectError(.undefinedObject, "a name behind twelve parameters") {
      try await db.query(SQL(raw: text, values)).close()
    }
    let place = try expectSome(text.range(of: "missing"), "the place").lowerBound
    if let position = other.details.position {
      let expected = text.unicodeScalars.distance(from: text.startIndex, to: place) + 1
      try expectEqual(position, expected, "the position behind twelve parameters")
    }
  },

  Clause("ERR-4", "An error is told as what the server says of it, whoever raised it.") { context in
    let db = try await context.open { $0.maxConnections = 1 }
    guard db.dialect.name == "postgres" else {
      throw NotSaid("the suite does not know how \(db.dialect) raises an error of any kind")
    }
    for (state, kind, connection, execution) in raised {
      let text = """
        DO $$ BEGIN RAISE EXCEPTION 'primary words' USING ERRCODE = '\(state)', DETAIL = 'detail words',
        HINT = 'hint words', CONSTRAINT = 'the_constraint', TABLE = 'the_table', COLUMN = 'the_column';
        END $$
        """
      let error = try await thrownError(state) { try await db.exec(SQL(raw: text)) }
      try expectEqual(error.kind, kind, "the kind of \(state)")
      try expectEqual(error.connection, connection, "the connection after \(state)")
      try expectEqual(error.execution, execution, "the execution of \(state)")
      try expectEqual(error.details.sqlState, state, "the SQLSTATE")
      let told = [error.details.constraint, error.details.table, error.details.column]
      let tells = db.capabilities.violationDetails
      try expectEqual(
        told, tells ? ["the_constraint", "the_table", "the_column"] : [nil, nil, nil],
        "what \(state) is about")
      let words = error.serverMessage ?? ""
      // What stands in fields of its own does not come through every client library.
      for part in ["primary words"] + (tells ? ["detail words", "hint words"] : []) {
        try expect(words.contains(part), "the server's words of \(state) are \(words)")
      }
      // Who has the sockets knows where they lead to.
      if connection == .usable || db.capabilities.socketAccess {
        let tellsHost = connection == .spent
        try expectEqual(error.details.host != nil, tellsHost, "whether \(state) tells the host")
      }
      try await db.ping()
    }
  },

  Clause("ERR-3", "No values, SQL text or secrets in descriptions and logs.") { context in
    let db = try await context.open { $0.slowStatementThreshold = .zero }
    try await db.createFamily()
    // Words that stand in no message by chance.
    let value = "v4lue-to-hide"
    try await db.exec("UPDATE children SET name = ?", value)
    let statements: [SQL] = [
      "INSERT INTO children (id, name) VALUES (7, \(value))",
      "INSERT INTO children (id, name, age) VALUES (7, \(value), -1)",
      "INSERT INTO children (id, name, parent) VALUES (7, \(value), 99)",
      "SELECT '\(raw: value)' FROM FROM",
      "SELECT '\(raw: value)' FROM nowhere",
      "SELECT '\(raw: value)",
      "SELECT ? FROM children WHERE name = '\(raw: value)'",
      "SELECT '\(raw: value)'; SELECT 1",
    ]
    for statement in statements {
      let error = try await thrownError("a statement with something to hide") {
        try await db.exec(statement)
      }
      try expect(!"\(error)".contains(value), "\(error.kind) tells a value")
    }
    let error = try await expectError(.decoding, "text read as an integer") {
      try await db.single("SELECT name FROM children", as: Int.self)
    }
    try expect(!"\(error)".contains(value), "the decoding error tells the value")
    let telling = context.log.lines.filter { $0.contains(value) || $0.contains("FROM FROM") }
    try expect(telling.isEmpty, "\(telling.count) log lines tell a value or a statement")
  },

  Clause("ERR-6", "A slow statement is logged by its operation and time, and no other.") {
    context in
    let db = try await context.open { $0.slowStatementThreshold = .milliseconds(300) }
    try await db.createItems(rowCount: 1)
    let slow = { context.log.lines.filter { $0.contains("slow statement") } }
    let before = slow().count
    for _ in 1...5 { _ = try await db.single("SELECT name FROM items", as: String.self) }
    let task = Task { try await db.exec(db.endlessCount) }
    Deadline.after(.milliseconds(600)) { task.cancel() }
    try await expectError(.cancelled, "a slow statement") { try await task.value }
    let lines = slow().dropFirst(before)
    // A busy machine may make one of the others slow, but not all of them.
    try expect(lines.count < 6, "\(lines.count) statements are told as slow")
    let line = try expectSome(lines.last, "the slow statement in the log")
    try expect(
      line.contains("WITH") && line.contains("seconds"), "\(line) names no operation or time")
  },

  Clause("ERR-4", "An error says whether the statement may have had an effect.") { context in
    let db = try await context.open()
    try await db.createItems(rowCount: 1)
    let rejected = try await expectError(.uniqueViolation, "a key twice") {
      try await db.exec("INSERT INTO items (id, name) VALUES (1, 'again')")
    }
    try expectEqual(rejected.execution, .rejected, "a violation's execution")
    let cancelled = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return try await db.exec("DELETE FROM items")
    }
    try await expectRefusal(.cancelled, "a statement of a cancelled task") {
      try await cancelled.value
    }
    try expectEqual(try await db.rowCount(of: "items"), 1, "rows afterwards")
  },
]

/// Where the case's tables are, in the words of the engine.
private func schemaName(_ db: Database) async throws -> String {
  switch db.dialect.name {
  case "sqlite": "main"
  case "mysql", "mariadb": try await db.single("SELECT DATABASE()", as: String.self)
  case "postgres": try await db.single("SELECT CURRENT_SCHEMA", as: String.self)
  default: throw NotSaid("the suite does not know how \(db.dialect.name) names a schema")
  }
}

/// What a server can say, and what has to come of it.
private let raised:
  [(String, DatabaseError.Kind, DatabaseError.ConnectionState, DatabaseError.Execution)] = [
    ("23505", .uniqueViolation, .usable, .rejected),
    ("23502", .notNullViolation, .usable, .rejected),
    ("40001", .serializationFailure, .usable, .rejected), ("40P01", .deadlock, .usable, .rejected),
    ("40003", .other, .usable, .unknown), ("55P03", .lockTimeout, .usable, .rejected),
    ("25006", .readOnly, .usable, .rejected), ("42501", .permissionDenied, .usable, .rejected),
    ("53100", .resourceExhausted, .usable, .rejected), ("0A000", .unsupported, .usable, .rejected),
    ("57014", .other, .usable, .rejected), ("P0001", .other, .usable, .rejected),
    ("08006", .connectionLost, .spent, .unknown), ("57P01", .connectionLost, .spent, .unknown),
  ]

@discardableResult
private func expectViolation(
  _ kind: DatabaseError.Kind, _ what: String, _ db: Database, _ statement: () -> SQL
) async throws -> String {
  let error = try await expectError(kind, what) { try await db.exec(statement()) }
  try expectEqual(error.execution, .rejected, "the execution of \(what)")
  try expectEqual(try await db.rowCount(of: "children"), 1, "children after \(what)")
  try expectEqual(try await db.rowCount(of: "parents"), 1, "parents after \(what)")
  return error.message
}

extension StatementExecutor {
  fileprivate func createFamily() async throws {
    try await createTable("parents", "id {int} NOT NULL PRIMARY KEY")
    try await createTable(
      "children",
      """
      id {int} NOT NULL PRIMARY KEY, name {key} NOT NULL, age {int}, parent {int},
      CONSTRAINT children_name UNIQUE (name),
      CONSTRAINT children_age CHECK (age >= 0),
      CONSTRAINT children_parent FOREIGN KEY (parent) REFERENCES parents (id)
      """)
    try await exec("INSERT INTO parents (id) VALUES (1)")
    try await exec("INSERT INTO children (id, name, age, parent) VALUES (1, 'Ada', 10, 1)")
  }
}

extension DatabaseError {
  /// Whatever was told must be right, and something must have been.
  fileprivate func expectTold(constraint: String?, table: String, column: String) throws {
    try expect(
      details.constraint != nil || details.table != nil || details.column != nil,
      "\(self) names neither constraint, table nor column")
    if let told = details.table { try expectEqual(told, table, "the table of \(kind)") }
    if let told = details.column { try expectEqual(told, column, "the column of \(kind)") }
    // An engine may name the index it made for the constraint.
    if let told = details.constraint, let constraint, !told.contains("autoindex") {
      try expect(told.hasSuffix(constraint), "the constraint of \(kind) is told as \(told)")
    }
  }
}
