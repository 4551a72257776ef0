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
]

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
