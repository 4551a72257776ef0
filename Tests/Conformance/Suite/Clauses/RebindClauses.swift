import DriverAPI

let rebindClauses = [
  Clause("REBIND-1", "Question marks become parameters only outside quotes and comments.") {
    context in
    let db = try await context.open()
    try await db.createItems(rowCount: 3)
    let alias = try db.dialect.quoted("a?b")
    let text = """
      SELECT '?' AS \(alias), /* ? */ name, 'it''s ?' -- ?
      FROM items WHERE id = ? /* '? */ AND name = ? AND amount <> ?
      """
    try expectEqual(try db.dialect.rebind(text).parameterCount, 3, "parameters of \(text)")
    var rows = try await db.query(SQL(raw: text, [2, "item 2", 7]))
    try expectEqual(rows.columns.names.first, "a?b", "the quoted name")
    try expect(try await rows.next(), "the row was not found")
    let (mark, name, quoted) = try rows.row.decode(as: (String, String, String).self)
    try expect(mark == "?" && name == "item 2" && quoted == "it's ?", "\(mark), \(name), \(quoted)")
  },

  Clause("REBIND-1", "Parameters are numbered from left to right.") { context in
    let db = try await context.open()
    try await db.createItems()
    try await db.exec("INSERT INTO items (amount, id, name) VALUES (?, ?, ?)", 30, 10, "twenty")
    let row = try await db.queryRow(
      "SELECT id, name, amount FROM items", as: (Int, String, Int).self)
    let found = try expectSome(row, "the row")
    try expect(found == (10, "twenty", 30), "the row is \(found)")
  },

  Clause("REBIND-2", "Native placeholders pass through; a mixture is misuse.") { context in
    let db = try await context.open()
    try await db.createItems(rowCount: 3)
    let native = db.dialect.placeholders == .dollarNumber ? ("$2", "$1") : ("?", "?")
    let sql = "SELECT id FROM items WHERE id > \(native.0) AND name <> \(native.1) ORDER BY id"
    let values: [Value] = db.dialect.placeholders == .dollarNumber ? ["item 3", 1] : [1, "item 3"]
    let found = try await db.query(SQL(raw: sql, values), as: Int.self).collect()
    try expectEqual(found, [2], "rows found by native placeholders")
    guard db.dialect.placeholders == .dollarNumber else { return }
    try await expectRefusal(.misuse, "a mixture") {
      try await db.exec(SQL(raw: "SELECT id FROM items WHERE id = ? OR id = $1", [1, 1]))
    }
  },

  Clause("REBIND-2", "A doubled question mark is one, or refused where no operator has one.") {
    context in
    let db = try await context.open()
    let text = "SELECT 1 ?? 2"
    if db.dialect.placeholders == .dollarNumber {
      try expectEqual(try db.dialect.rebind(text).text, "SELECT 1 ? 2", "the text")
      try expectEqual(try db.dialect.rebind(text).parameterCount, 0, "its parameters")
    } else {
      let error = try await expectRefusal(.misuse, "??") { try db.dialect.rebind(text) }
      try expectEqual(error.details.position, 10, "the position")
    }
    let quoted = try await db.single(db.selecting("'??'"), as: String.self)
    try expectEqual(quoted, "??", "two question marks in a string")
  },

  Clause("REBIND-3", "Doing it twice changes nothing.") { context in
    let dialect = try await context.open().dialect
    try await withSeed { generator in
      for _ in 0..<200 {
        let statement = GeneratedStatement(dialect: dialect, using: &generator)
        let once = try dialect.rebind(statement.text)
        let twice = try dialect.rebind(once.text)
        try expectEqual(twice.text, once.text, "the text of \(statement.text)")
        try expectEqual(twice.parameterCount, once.parameterCount, "its parameters")
      }
    }
  },

  Clause("REBIND-4", "Text without an end is misuse with its position.") { context in
    let db = try await context.open()
    var texts = [
      ("SELECT 'abc", 8), ("SELECT 1, 'it''s", 11), ("SELECT 'é', 'abc", 13),
      ("SELECT \(db.dialect.identifierQuote)abc", 8),
    ]
    if !db.dialect.lexical.lastCommentMayBeOpen { texts.append(("SELECT /* ? ", 8)) }
    for (text, position) in texts {
      let error = try await expectRefusal(.misuse, text) { try await db.exec(SQL(raw: text)) }
      try expectEqual(error.details.position, position, "where \(text) has no end")
    }
  },

  Clause("REBIND-5", "The parameter count equals the one the server's own prepare reports.") {
    context in
    let connection = try await context.harness.driver.connect(
      to: DatabaseURL(context.url), as: .writer)
    do {
      try await withSeed { generator in
        for _ in 0..<300 {
          try await expectAgreement(connection, &generator)
        }
      }
    } catch {
      await connection.close()
      throw error
    }
    await connection.close()
  },

  Clause("REBIND-5", "Generated statements give back every value they were given.") { context in
    let db = try await context.open()
    try await withSeed { generator in
      for _ in 0..<300 {
        let statement = GeneratedStatement(dialect: db.dialect, using: &generator)
        let sql = SQL(raw: statement.text, statement.parameters)
        let found = try await expectSuccess(statement.text) {
          try await db.query(sql, as: AnyRow.self).collect()
        }
        try expectEqual(found.map(\.values), [statement.expected], "the row of \(statement.text)")
      }
    }
  },
]

private func expectAgreement(
  _ connection: any DriverConnection, _ generator: inout SeededGenerator
) async throws {
  let dialect = connection.server.dialect
  let statement = GeneratedStatement(dialect: dialect, using: &generator)
  let text = try dialect.rebind(statement.text)
  try expectEqual(text.parameterCount, statement.parameterCount, "parameters of \(statement.text)")
  let prepared = try await expectSuccess(text.text) {
    try await connection.prepare(text, isKept: false)
  }
  defer { prepared.finalize() }
  // A driver that puts the round trip off has counted only after the first execution.
  let rows = try await prepared.query(statement.parameters)
  rows.close()
  let counted = try expectSome(prepared.parameterCount, "the server's count")
  try expectEqual(counted, text.parameterCount, "the server's count for \(text.text)")
}

/// A row of whatever its columns hold.
private struct AnyRow: RowDecodable, Sendable {
  let values: [Value]

  init(row: borrowing Row) throws(DatabaseError) { values = try row.values() }
}

/// What `body` answers; its error would not show the statement.
private func expectSuccess<R>(_ statement: String, _ body: () async throws -> R) async throws -> R {
  do { return try await body() } catch { throw ClauseFailure("\(error) in \(statement)") }
}
