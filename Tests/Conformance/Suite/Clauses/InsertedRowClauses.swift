import DriverAPI

let insertedRowClauses = [
  Clause("EXEC-6", "An insert that asks for an id which is not there stores nothing, or says so.") {
    context in
    let db = try await context.open()
    try await db.createTable("coded", "code {key} NOT NULL PRIMARY KEY, amount {int}")
    let missing = try await thrownError("an id of a table without one") {
      try await db.insert(into: "coded", ["code": "a", "amount": 1])
    }
    try await db.expect("coded", toAgreeWith: missing)
    if db.dialect.hasReturning {
      try expectEqual(missing.kind, .undefinedObject, "the kind")
      try expectEqual(try await db.rowCount(of: "coded"), 0, "rows stored")
    }
    try await db.createTable("named", "id {key} NOT NULL PRIMARY KEY, amount {int}")
    let text = try await thrownError("an id that is a text") {
      try await db.insert(into: "named", ["id": "a", "amount": 1])
    }
    try await db.expect("named", toAgreeWith: text)
    try await expectError(.uniqueViolation, "a key that is there") {
      try await db.insert(into: "named", ["id": "a", "amount": 1])
    }
    // A transaction undoes the row with everything else.
    _ = try await thrownError("an id that is a text, in a transaction") {
      try await db.transaction { try await $0.insert(into: "named", ["id": "b", "amount": 1]) }
    }
    try expectEqual(try await db.rowCount(of: "named"), 1, "rows after the transaction")
  },

  Clause("EXEC-6", "A row that RETURNING gives and nobody can decode is told of as stored.") {
    context in
    let db = try await context.open()
    guard db.dialect.hasReturning else { return }
    try await db.createTable("coded", "code {key} NOT NULL PRIMARY KEY")
    let ways: [(String, @Sendable (SQL) async throws -> Void)] = [
      ("queryRow", { _ = try await db.queryRow($0, as: Int.self) }),
      ("queryRow of two columns", { _ = try await db.queryRow($0, as: (String, String).self) }),
      ("queryRow of a type", { _ = try await db.queryRow($0, as: Unreadable.self) }),
      ("collect", { _ = try await db.query($0, as: Int.self).collect() }),
      ("a loop", { for try await _ in try await db.query($0, as: Unreadable.self) {} }),
      (
        "a row",
        { sql in
          var rows = try await db.query(sql)
          while try await rows.next() { _ = try rows.row.decode("missing", as: Int.self) }
        }
      ),
    ]
    for (way, run) in ways {
      try await db.exec("DELETE FROM coded")
      let error = try await thrownError(way) {
        try await run("INSERT INTO coded (code) VALUES ('a') RETURNING code")
      }
      // On the connection that wrote: another one may look before a statement that was left has ended.
      try await db.withConnection { connection in
        try await connection.expect("coded", toAgreeWith: error)
      }
      try expectEqual(error.execution, .completed, "the execution of \(way)")
    }
  },

  Clause("EXEC-7", "The last insert id is that of a row which this statement inserted.") {
    context in
    let db = try await context.open()
    try await db.createTable("notes", "id {id}, code {key} UNIQUE, amount {int}")
    try await db.createTable("others", "id {id}, amount {int}")
    try await db.createTable("plain", "code {key} NOT NULL PRIMARY KEY, amount {int}")
    try await db.withConnection { connection in
      try await connection.exec("INSERT INTO notes (code, amount) VALUES ('a', 1)")
      // So that the session's last id is far from those of the other tables.
      for _ in 1...12 { try await connection.exec("INSERT INTO others (amount) VALUES (1)") }
      if connection.dialect.hasUpsertStatement {
        let ignoring = try connection.dialect.insertIgnoreStatement(
          into: "notes", columns: ["code", "amount"], key: ["code"])
        try await connection.expectNoID(after: ignoring.text, ignoring.parameters(of: ["a", 5]))
      }
      for condition in ["1 = 0", "NOT EXISTS (SELECT 1 FROM notes WHERE code = 'a')"] {
        try await connection.expectNoID(
          after: "INSERT INTO notes (code, amount) SELECT ?, amount FROM others WHERE \(condition)",
          ["b"])
      }
      let plain = try await connection.exec("INSERT INTO plain (code, amount) VALUES ('a', 1)")
      try expect(plain.lastInsertID != 12, "the id of a table without is another table's")
    }
  },

  Clause(
    "EXEC-7", "An id that is told after several rows, or an upsert that inserted, is one of theirs."
  ) { context in
    let db = try await context.open()
    try await db.createTable("notes", "id {id}, code {key} UNIQUE, amount {int}")
    try await db.createTable("others", "id {id}, amount {int}")
    try await db.withConnection { connection in
      for _ in 1...12 { try await connection.exec("INSERT INTO others (amount) VALUES (1)") }
      var inserts: [(sql: String, codes: [Value], parameters: [Value])] = [
        ("INSERT INTO notes (code) SELECT ? FROM others WHERE id = 1", ["f"], ["f"])
      ]
      let dialect = connection.dialect
      if dialect.hasUpsertStatement {
        let upsert = try dialect.upsertStatement(onCode)
        let ignoring = try dialect.insertIgnoreStatement(
          into: "notes", columns: ["code"], key: ["code"])
        inserts.append((upsert.text, ["d"], upsert.parameters(of: ["d"])))
        inserts.append((ignoring.text, ["e"], ignoring.parameters(of: ["e"])))
      }
      let codes: [Value] = Array(
        ["a", "b", "c"].prefix(dialect.rowsPerInsert(columnCount: 1)))
      let many = try dialect.insertSQL(into: "notes", columns: ["code"], rowCount: codes.count)
      inserts.append((many, codes, codes))
      for (sql, codes, parameters) in inserts {
        let result = try await connection.exec(SQL(raw: sql, parameters))
        guard let id = result.lastInsertID else { continue }
        let code = try await connection.queryRow(
          "SELECT code FROM notes WHERE id = \(id)", as: String.self)
        let known = code.map { codes.contains(.text($0)) } ?? false
        try expect(known, "id \(id) is not of the rows just inserted: \(sql)")
      }
    }
  },

  Clause("EXEC-7", "Whatever an insert does with ids, the one that is told is exactly that.") {
    context in
    let db = try await context.open { $0.maxConnections = 1 }
    let (tables, inserts) = try idWords(db.dialect)
    // Kept and not kept; the second time all numbers are others.
    for round in 0...1 {
      for table in tables { try await db.exec(SQL(raw: table)) }
      var (tellsIDs, wrong) = (false, [ClauseFailure]())
      try await db.withConnection { connection in
        for (sql, expected) in inserts {
          let text = sql + (round == 0 ? " -- once" : "")
          let told = try await connection.exec(SQL(raw: text)).lastInsertID
          tellsIDs = tellsIDs || told != nil
          // Which numbers an upsert uses up is the engine's affair.
          let newest = try await connection.queryRow("SELECT MAX(id) FROM a", as: Int64.self)
          let wanted = expected == newestID ? newest : expected
          do {
            try expectEqual(told, wanted, "the id told after \(sql), round \(round)")
          } catch let failure as ClauseFailure {
            wrong.append(failure)
          }
        }
      }
      if !tellsIDs {
        throw NotSaid("the driver tells no ids of its own accord; RETURNING asks for them")
      }
      if let first = wrong.first { throw first }
      for name in ["a", "b", "c", "d"] { try await db.exec(SQL(raw: "DROP TABLE \(name)")) }
    }
  },
]

/// Stands for the largest id of the table.
private let newestID: Int64 = -1

/// Tables, and inserts with the ids that have to be told, in the words of an engine that tells ids by itself.
private func idWords(_ dialect: Dialect) throws -> ([String], [(String, Int64?)]) {
  let keyed = "k INTEGER UNIQUE, n INTEGER"
  switch dialect.name {
  case "sqlite":
    return (
      [
        "CREATE TABLE a (id INTEGER PRIMARY KEY AUTOINCREMENT, \(keyed))",
        "CREATE TABLE b (k INTEGER PRIMARY KEY, n INTEGER) WITHOUT ROWID",
        "CREATE TABLE c (id INTEGER PRIMARY KEY, n INTEGER)",
        "CREATE TABLE d (k INTEGER PRIMARY KEY, n INTEGER) WITHOUT ROWID",
        "CREATE TRIGGER of_d AFTER INSERT ON d BEGIN INSERT INTO c (id) VALUES (70 + new.k); END",
      ],
      [
        ("INSERT INTO a (k, n) VALUES (1, 1)", 1),
        ("INSERT INTO a (k, n) VALUES (2, 1), (3, 1)", 3),
        ("INSERT INTO b VALUES (1, 1)", nil), ("INSERT INTO c (id) VALUES (3)", 3),
        ("INSERT INTO b VALUES (2, 1)", nil), ("INSERT INTO d VALUES (1, 1)", nil),
        ("INSERT INTO d VALUES (2, 1)", nil), ("REPLACE INTO c (id, n) VALUES (3, 2)", 3),
        ("INSERT INTO a (k) VALUES (1) ON CONFLICT (k) DO UPDATE SET n = 9", nil),
        ("insert into a (k) values (1) on conflict (k) do nothing", nil),
        ("INSERT OR IGNORE INTO a (k) VALUES (1)", nil), ("UPDATE a SET n = 7", nil),
        ("INSERT INTO a (k) VALUES (1), (2) ON CONFLICT (k) DO UPDATE SET n = 9", nil),
        ("INSERT INTO a (id, k) VALUES (500, 61)", 500),
        ("REPLACE INTO a (id, k) VALUES (501, 61)", 501),
        ("INSERT INTO a (k) SELECT 50 FROM a WHERE 1 = 0", nil),
        ("INSERT INTO a (k) VALUES (71) ON CONFLICT (k) DO NOTHING", newestID),
        ("DELETE FROM a WHERE k = 71", nil),
      ]
    )
  case "mysql", "mariadb":
    let upsert = "ON DUPLICATE KEY UPDATE n = VALUES(n)"
    return (
      [
        "CREATE TABLE a (id INT PRIMARY KEY AUTO_INCREMENT, \(keyed))",
        "CREATE TABLE b (k INT PRIMARY KEY, n INT)",
        "CREATE TABLE c (id INT PRIMARY KEY AUTO_INCREMENT, n INT)",
        "CREATE TABLE d (id INT PRIMARY KEY AUTO_INCREMENT, n INT)",
      ],
      [
        ("INSERT INTO a (k, n) VALUES (1, 1)", 1),
        ("INSERT INTO a (k, n) VALUES (2, 1), (3, 1)", 2),
        ("INSERT INTO a (k, n) VALUES (1, 9) \(upsert)", nil),
        ("INSERT INTO a (k, n) VALUES (1, 9) \(upsert)", nil),
        ("INSERT INTO a (k, n) VALUES (2, 9) ON DUPLICATE KEY UPDATE id = LAST_INSERT_ID(id)", nil),
        (
          "INSERT INTO a (k, n) VALUES (2, 9) on duplicate key update id = last_insert_id (\n id)",
          nil
        ),
        ("INSERT INTO a (k, n) VALUES (1, 7), (2, 7) \(upsert)", nil),
        ("INSERT IGNORE INTO a (k, n) VALUES (1, 9)", nil),
        ("INSERT IGNORE INTO a (id, k, n) VALUES (1, 1, LAST_INSERT_ID(99))", nil),
        ("INSERT INTO a (k, n) SELECT 50, 1 FROM a WHERE 1 = 0", nil),
        ("INSERT INTO b VALUES (1, 1)", nil),
        ("INSERT INTO b VALUES (2, LAST_INSERT_ID(777))", nil),
        ("INSERT INTO b VALUES (3, LAST_INSERT_ID( 777))", nil),
        ("INSERT INTO b VALUES (4, LAST_INSERT_ID (777))", nil),
        ("UPDATE b SET n = LAST_INSERT_ID(5)", nil), ("DELETE FROM b WHERE k = 3", nil),
        ("INSERT INTO a (id, k, n) VALUES (500, 61, 1)", 500),
        ("REPLACE INTO a (id, k, n) VALUES (501, 61, 1)", 501),
        ("INSERT INTO a (k, n) VALUES (70, LAST_INSERT_ID())", 502),
        ("INSERT INTO a (k, n) VALUES (69, LAST_INSERT_ID( ))", 503),
        ("INSERT INTO a (k, n) VALUES (68, LAST_INSERT_ID ())", 504),
        ("INSERT INTO a (k, n) VALUES (71, 1) \(upsert)", newestID),
        ("INSERT INTO a (k, n) VALUES (71, 2), (72, 2) \(upsert)", newestID),
      ]
    )
  default: throw NotSaid("\(dialect) tells no id by itself, or the suite does not know when")
  }
}

private let onCode = Upsert(
  into: "notes", columns: ["code"], key: ["code"],
  assignments: [.expression("amount", "2")])

/// A type that reads no row, and says so in words of its own.
private struct Unreadable: RowDecodable {
  init(row: borrowing Row) throws(DatabaseError) {
    throw DatabaseError(.invalidValue, "not to be read")
  }
}

extension StatementExecutor {
  /// Runs an insert that inserts nothing.
  fileprivate func expectNoID(after sql: String, _ parameters: [Value]) async throws {
    let result = try await exec(SQL(raw: sql, parameters))
    try expectEqual(result.lastInsertID, nil, "the last insert id after \(sql)")
  }

  /// What the error of an insert says must be true of the table: `rejected` means no row.
  fileprivate func expect(_ table: String, toAgreeWith error: DatabaseError) async throws {
    let count = try await rowCount(of: table)
    switch error.execution {
    case .notSent, .rejected: try expectEqual(count, 0, "rows of \(table) after \(error)")
    case .completed: try expectEqual(count, 1, "rows of \(table) after \(error)")
    case .unknown: throw ClauseFailure("nobody knows whether the row is stored: \(error)")
    }
  }
}
