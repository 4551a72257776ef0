import DriverAPI

// What an error says of a name that does not exist.
let missingNameClauses = [
  Clause("ERR-2", "What does not exist is named as the statement names it, where it is told.") {
    context in
    let db = try await context.open { $0.maxConnections = 1 }
    try await db.createItems(rowCount: 1)
    let sqlite = db.dialect.name == "sqlite"
    if sqlite {
      try await db.exec("CREATE TABLE \"gr\u{fc}n e\" (\"a b\" INTEGER, \"from\" INTEGER)")
      try await db.exec("CREATE VIEW seen AS SELECT id, name FROM items")
    }
    // What is told has to be right; SQLite's words tell all of it, to whoever can hear them.
    let tellsAll = sqlite && db.capabilities.violationDetails
    var names = missingNames(db.dialect)
    for name in ["_m", "gr\u{fc}n"] {
      // Not every engine takes such a name without quotes.
      do { try await db.exec(SQL(raw: "CREATE TABLE taken (\(name) INTEGER)")) } catch let error
        as DatabaseError
      {
        try expectEqual(error.kind, .syntax, "a table with the column \(name)")
        continue
      }
      try await db.exec("DROP TABLE taken")
      names.append(("SELECT \(name) FROM items", nil, name))
    }
    for (sql, table, column) in names + (sqlite ? sqliteMissingNames : []) {
      let error = try await expectError(.undefinedObject, sql) { try await db.exec(SQL(raw: sql)) }
      try expectEqual(error.execution, .rejected, "the execution of \(sql)")
      let told = (error.details.table, error.details.column)
      if tellsAll || told.0 != nil { try expectEqual(told.0, table, "the table of \(sql)") }
      if tellsAll || told.1 != nil { try expectEqual(told.1, column, "the column of \(sql)") }
      if tellsAll, let name = table ?? column {
        try expect(error.message.contains(name), "\(error) does not name \(name): \(sql)")
      }
    }
    // None of these lacks a name.
    for sql in sqlite ? sqliteMistakes : [] {
      let error = try await thrownError(sql) { try await db.exec(SQL(raw: sql)) }
      try expect(error.kind != .undefinedObject, "\(sql) is told as \(error)")
      try expectEqual(error.details.column, nil, "the column of \(sql)")
    }
    for sql in [
      "CREATE TABLE items (id INTEGER)",
      "CREATE TABLE \(try db.dialect.quoted("items")) (id INTEGER)",
    ] {
      let error = try await thrownError(sql) { try await db.exec(SQL(raw: sql)) }
      try expect(![.undefinedObject, .syntax].contains(error.kind), "\(sql) is told as \(error)")
      if let table = error.details.table { try expectEqual(table, "items", "the table of \(sql)") }
    }
  }
]

private typealias Missing = (sql: String, table: String?, column: String?)

private func missingNames(_ dialect: Dialect) -> [Missing] {
  let nowhere = (try? dialect.quoted("nowhere")) ?? ""
  let missing = (try? dialect.quoted("missing")) ?? ""
  return [
    ("SELECT id FROM nowhere", "nowhere", nil), ("SELECT id  FROM\n\tnowhere", "nowhere", nil),
    ("SELECT id FROM \(nowhere)", "nowhere", nil), ("DELETE FROM \(nowhere)", "nowhere", nil),
    ("SELECT 'FROM elsewhere' FROM nowhere", "nowhere", nil),
    ("SELECT id FROM items WHERE id IN (SELECT id FROM nowhere)", "nowhere", nil),
    ("INSERT INTO items (id, name) SELECT id, name FROM nowhere", "nowhere", nil),
    ("INSERT INTO nowhere VALUES (1)", "nowhere", nil), ("UPDATE nowhere SET id=1", "nowhere", nil),
    ("SELECT items.id FROM items JOIN nowhere ON 1 = 1", "nowhere", nil),
    ("DROP TABLE nowhere", "nowhere", nil), ("CREATE INDEX i ON nowhere (id)", "nowhere", nil),
    ("SELECT missing FROM items", nil, "missing"), ("SELECT \(missing) FROM items", nil, "missing"),
    ("SELECT id,missing,name FROM items", nil, "missing"),
    ("SELECT missing1 FROM items", nil, "missing1"), ("SELECT x FROM items", nil, "x"),
    ("SELECT 'a' || missing FROM items", nil, "missing"),
    ("SELECT MISSING FROM items", nil, "MISSING"),
    ("INSERT INTO items (id, missing) VALUES (1, 2)", nil, "missing"),
    ("INSERT INTO items (id, \(missing)) VALUES (1, 'x')", nil, "missing"),
    ("UPDATE items SET name = 'x', missing = 1", nil, "missing"),
    ("SELECT nosuchfunction(id) FROM items", nil, nil),
    (dialect.selectSQL("nosuchfunction (1)"), nil, nil),
  ].filter { sql, _, column in
    // Folded names are told as they were folded, and elsewhere than on SQLite || may be OR.
    dialect.name == "sqlite" || !(sql.contains("||") || column == "MISSING")
  }
}

private let sqliteMissingNames: [Missing] = [
  ("SELECT id FROM [nowhere]", "nowhere", nil), ("SELECT id FROM `nowhere`", "nowhere", nil),
  ("SELECT id FROM main.nowhere", "nowhere", nil), ("DROP VIEW nowhere", "nowhere", nil),
  ("DROP INDEX nowhere", "nowhere", nil), ("DROP TRIGGER nowhere", "nowhere", nil),
  ("REPLACE INTO nowhere VALUES (1)", "nowhere", nil), ("DROP TABLE [n]", "n", nil),
  ("INSERT OR REPLACE INTO nowhere VALUES (1)", "nowhere", nil),
  ("INSERT OR IGNORE INTO \"no\" VALUES (1)", "no", nil),
  ("CREATE UNIQUE INDEX IF NOT EXISTS i ON nowhere (id)", "nowhere", nil),
  ("CREATE TEMP TRIGGER t AFTER INSERT ON nowhere BEGIN SELECT 1; END", "nowhere", nil),
  ("SELECT \"a b\" FROM \"gr\u{fc}n\"", "gr\u{fc}n", nil),
  ("INSERT INTO \"gr\u{fc}n e\" (missing) VALUES (1)", nil, "missing"),
  ("UPDATE seen SET missing = 1", nil, "missing"),
  ("INSERT INTO items (id, \"missing\", name) VALUES (1, 'name', abs(-1))", nil, "missing"),
  ("CREATE INDEX i ON items (id, missing)", nil, "missing"),
  ("SELECT items.missing FROM items", nil, "items.missing"),
  ("SELECT id FROM items WHERE (missing) = 1", nil, "missing"),
  ("SELECT \"missing\"  FROM items", nil, "missing"), ("SELECT `m` FROM items", nil, "m"),
  ("SELECT [not there] FROM items", nil, "not there"),
  ("SELECT \"not there\",id FROM items", nil, "not there"),
  ("SELECT items.\"missing\" FROM items", nil, "items.\"missing\""),
]

/// What SQLite refuses for another reason.
private let sqliteMistakes = [
  "INSERT INTO items (id, name) VALUES (1)", "SELECT abs() FROM items", "SELECT abs (1, 2)",
  "SELECT id FROM items WHERE", "SELECT (SELECT id, name FROM items)", "SELECT 1x FROM items",
  "CREATE VIEW seen AS SELECT 1", "CREATE INDEX sqlite_x ON items (id)", "SELECT FROM items",
  "INSERT INTO items VALUES (1, 2)", "SELECT max(max(id)) FROM items", "SELECT id name amount",
  "ALTER TABLE items ADD COLUMN name TEXT", "ALTER TABLE \"items\" ADD \"name\" TEXT",
  "CREATE TABLE items(id INTEGER)", "DROP TABLE seen",
  "CREATE TABLE  \"gr\u{fc}n e\" (id INTEGER)", "SELECT id FROM items LIMIT 1 2",
]
