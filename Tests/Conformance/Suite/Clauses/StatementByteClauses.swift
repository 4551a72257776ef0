import DriverAPI

/// What the lexer takes a text for and what the engine does must be the same, byte by byte.
let statementByteClauses = [
  Clause("REBIND-6", "A NUL in SQL or in a name is refused, wherever it stands.") { context in
    let db = try await context.open()
    try await db.createItems(rowCount: 3)
    for text in [
      "DELETE FROM items -- \0\n WHERE id = 1", "DELETE FROM items /* \0 */ WHERE id = 1",
      "DELETE FROM items WHERE name = '\0' OR id = 1", "DELETE FROM items\0 WHERE id = 1",
    ] {
      try await expectRefusal(.misuse, "a statement") { try await db.exec(SQL(raw: text)) }
      try await expectRefusal(.misuse, "a script") { try await db.execScript(text) }
    }
    try await expectRefusal(.misuse, "the name of a table") {
      try await db.bulkInsert(into: "items\0", columns: ["id"], [[.int(9)]])
    }
    try await expectRefusal(.misuse, "the name of a column") {
      try await db.bulkInsert(into: "items", columns: ["id\0"], [[.int(9)]])
    }
    try expectEqual(try await db.rowCount(of: "items"), 3, "rows")
  },

  Clause("REBIND-7", "Texts that Unicode takes for equal are two statements and two names.") {
    context in
    let db = try await context.open { $0.maxConnections = 1 }
    for _ in 1...3 {
      for form in ["\u{e9}", "e\u{301}"] {
        let found = try await db.single(db.selecting("'\(form)'"), as: String.self)
        try expectEqual(Array(found.utf8), Array(form.utf8), "bytes of a text")
      }
    }
    // A quote and an accent behind it are one character, and to the engine a quote.
    let name = "a\(db.dialect.identifierQuote)\u{301}b"
    let rows = try await db.query(db.selecting("1 AS \(try db.dialect.quoted(name))"))
    try expectEqual(
      rows.columns.names.first.map { Array($0.utf8) }, Array(name.utf8), "bytes of a name")
  },

  Clause("REBIND-8", "Where the engine counts other parameters, nothing runs.") { context in
    let db = try await context.open()
    switch db.dialect.name {
    case "sqlite":
      // A parameter to SQLite, though its documentation names none that begins so.
      try await expectRefusal(.misuse, "a parameter more") { try await db.exec("SELECT #a") }
    case "mariadb", "mysql":
      // The server skips what is meant for a later version.
      try await expectRefusal(.misuse, "a parameter less") {
        try await db.exec(SQL(raw: "SELECT 1 /*!999999 + ? */", [.int(7)]))
      }
    default: throw NotSaid("no text is known in which \(db.dialect) counts other parameters")
    }
  },

  Clause("REBIND-9", "Comments, strings and bodies end where the engine ends them.") { context in
    let db = try await context.open()
    try await db.createItems(rowCount: 1)
    switch db.dialect.name {
    case "sqlite":
      try await db.execScript(
        """
        CREATE TABLE spans (begin INT, end INT);
        CREATE TRIGGER note AFTER UPDATE ON items BEGIN
          INSERT INTO spans (begin, end) VALUES (1, CASE WHEN new.id THEN new.amount END);
          UPDATE spans SET end = 7;
        END;
        UPDATE items SET amount = 5;
        """)
      let end = try await db.single("SELECT end FROM spans", as: Int.self)
      try expectEqual(end, 7, "what the last statement of the trigger wrote")
    case "postgres":
      let number = try await db.single("SELECT -- one\r CAST(\(5) AS int)", as: Int.self)
      try expectEqual(number, 5, "a parameter behind a comment that a return ends")
      let text = SQL(raw: "SELECT E'a'\n'\\'?' || CAST(? AS text)", ["b"])
      try expectEqual(try await db.single(text, as: String.self), "a'?b", "a string in two lines")
    case "mariadb":
      try await db.execScript(
        """
        CREATE PROCEDURE fill() BEGIN
          FOR i IN 2..3 DO INSERT INTO items (id, name) VALUES (i, 'a'); END FOR;
        END;
        CALL fill();
        """)
      try expectEqual(try await db.rowCount(of: "items"), 3, "rows that a loop wrote")
    default: throw NotSaid("nothing is known that \(db.dialect) reads in a way of its own")
    }
  },
]
