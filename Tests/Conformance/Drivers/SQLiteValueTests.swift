import DriverAPI
import DriverSQLite
import Testing

@Suite("SQLite stores values as they are, or refuses them")
struct SQLiteValueTests {
  private static let long = decimal("123456789012345678.123456789012")

  private static let schema = """
    CREATE TABLE t (id INTEGER PRIMARY KEY, price DECIMAL(30, 12), note TEXT, rate REAL, whole INT,
      anything);
    CREATE TABLE checked (price NUMERIC CHECK (price > 0), note TEXT);
    CREATE TABLE keyed (price NUMERIC PRIMARY KEY, note TEXT) WITHOUT ROWID;
    CREATE TABLE strict (id INTEGER PRIMARY KEY, rate REAL, note TEXT, whole INT) STRICT;
    CREATE TABLE prices (price NUMERIC);
    CREATE VIEW seen AS SELECT price, note FROM t;
    CREATE TRIGGER seen_insert INSTEAD OF INSERT ON seen BEGIN
      INSERT INTO t (price, note) VALUES (new.price, new.note);
    END;
    CREATE TABLE logged (note TEXT);
    CREATE TRIGGER logged_insert AFTER INSERT ON logged BEGIN
      INSERT INTO prices (price) VALUES (new.note);
    END;
    INSERT INTO t (id, price, note, rate, whole) VALUES (1, 1, '', 1, 1);
    """

  private static func decimal(_ text: String) -> ExactDecimal {
    guard let number = ExactDecimal(text) else { preconditionFailure("no decimal: \(text)") }
    return number
  }

  private func open() async throws -> Database {
    let db = try await Database.open("sqlite::memory:", registry: DriverRegistry(SQLiteDriver()))
    try await db.execScript(Self.schema)
    return db
  }

  /// The number of rows of all tables, and of changes that could be seen.
  private func state(_ db: Database) async throws -> [String] {
    var state: [String] = []
    for table in ["t", "checked", "keyed", "strict", "prices", "logged"] {
      let rows = try await db.query(SQL(raw: "SELECT * FROM \(table)"), as: Value.self).collect()
      state.append("\(table) \(rows.count)")
    }
    let price = try await db.queryRow("SELECT price FROM t WHERE id = 1", as: Value.self)
    state.append("\(String(describing: price))")
    return state
  }

  @Test(
    "a decimal is refused by the type that its column has now, whoever changed it [STMT-4]",
    arguments: ["INSERT INTO prices (price) VALUES (?)", "INSERT INTO prices VALUES (?)"])
  func changedElsewhere(text: String) async throws {
    let scratch = try ScratchDirectory()
    defer { scratch.remove() }
    let url = "sqlite:\(scratch.path)/prices.db"
    let db = try await Database.open(url, registry: DriverRegistry(SQLiteDriver()))
    let other = try await Database.open(url, registry: DriverRegistry(SQLiteDriver()))
    try await db.exec("CREATE TABLE prices (price TEXT)")
    for _ in 1...3 { try await db.exec("INSERT INTO prices (price) VALUES (?)", Self.long) }
    try await other.execScript("DROP TABLE prices; CREATE TABLE prices (price NUMERIC)")
    let error = await #expect(throws: DatabaseError.self) {
      // One text is kept, and nobody has seen the other.
      try await db.exec(SQL(raw: text, [.decimal(Self.long)]))
    }
    #expect(error?.kind == .unsupported && error?.execution == .notSent)
    await other.close()
    await db.close()
  }

  @Test(
    "a decimal that a column would make a double of is refused, wherever it is stored",
    arguments: [
      "INSERT INTO t (price) VALUES (?)", "INSERT INTO t (rate) VALUES (?)",
      "INSERT INTO t (whole) VALUES (?)", "INSERT INTO t (note, price) VALUES ('x', ?)",
      "INSERT INTO t (price) VALUES (1), (?), (2)", "REPLACE INTO t (id, price) VALUES (1, ?)",
      "INSERT INTO t (price) SELECT ? FROM t ORDER BY 1",
      "INSERT INTO t (price) VALUES (max(?, 0))",
      "INSERT INTO t (price) VALUES (coalesce(NULL, ?))", "INSERT INTO seen (price) VALUES (?)",
      "INSERT INTO t (price) SELECT * FROM (SELECT ? UNION SELECT 2)",
      "INSERT INTO t (id, price) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET price = excluded.price",
      "INSERT INTO t (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET price = ?",
      "INSERT INTO t (price) VALUES (?) RETURNING id", "UPDATE t SET price = ?",
      "UPDATE t SET price = CASE WHEN id = 1 THEN ? ELSE price END",
      "UPDATE t SET (note, price) = ('', ?)",
      "UPDATE t SET price = n.x FROM (SELECT ? AS x) AS n",
      "INSERT INTO checked (price) VALUES (?)",
      "INSERT INTO keyed (price) VALUES (?)", "INSERT INTO strict (rate) VALUES (?)",
      "WITH n (x) AS (SELECT ?) INSERT INTO t (price) SELECT x FROM n",
      "INSERT INTO logged (note) VALUES (?)",
    ])
  func refused(sql: String) async throws {
    let db = try await open()
    let before = try await state(db)
    let texts = [
      "123456789012345678.123456789012", " 12345678901234567890 ", "-1.2345678901234567e3",
    ]
    for value in [Value.decimal(Self.long)] + texts.map(Value.text) {
      // Fresh and cached.
      for _ in 1...2 {
        let error = await #expect(throws: DatabaseError.self) {
          try await db.exec(SQL(raw: sql), value)
        }
        #expect(error?.kind == .unsupported)
        await #expect(throws: DatabaseError.self) {
          _ = try await db.query(SQL(raw: sql), value, as: Value.self).collect()
        }
      }
    }
    #expect(try await state(db) == before)
    await db.close()
  }

  @Test("digits that a column keeps are stored")
  func kept() async throws {
    let db = try await open()
    for text in ["19.99", "-0.000001", "9007199254740993", "9223372036854775807", "1e20", "100.50"]
    {
      let number = Self.decimal(text)
      try await db.exec("INSERT INTO t (id, price) VALUES (2, ?)", number)
      let back = try await db.queryRow(
        "DELETE FROM t WHERE id = 2 RETURNING price", as: ExactDecimal.self)
      #expect(
        back?.isNumericallyEqual(to: number) ?? false,
        "\(number) became \(String(describing: back))")
    }
    let id = try await db.insert(
      into: "t",
      ["note": .decimal(Self.long), "anything": .decimal(Self.long), "price": 1, "whole": 2])
    let back = try await db.queryRow(
      "SELECT note, anything FROM t WHERE id = ?", id, as: (ExactDecimal, ExactDecimal).self)
    #expect(back?.0 == Self.long && back?.1 == Self.long)
    // A comparison stores nothing, and what is computed was asked for.
    try await db.exec("DELETE FROM t WHERE price = ?", Self.long)
    try await db.exec("UPDATE t SET price = ? * 1.0", Self.long)
    await db.close()
  }

  @Test("the bulk path refuses the same, and stores nothing")
  func bulk() async throws {
    let db = try await open()
    let error = await #expect(throws: DatabaseError.self) {
      try await db.bulkInsert(
        into: "t", columns: ["note", "price"], [["a", 1], ["b", .decimal(Self.long)]])
    }
    #expect(error?.kind == .unsupported)
    #expect(try await db.queryRow("SELECT COUNT(*) FROM t", as: Int.self) == 1)
    #expect(
      try await db.bulkInsert(into: "t", columns: ["note", "price"], [[.decimal(Self.long), 1]])
        == 1)
    await db.close()
  }

  @Test("an integer that a REAL column cannot hold, and a double that would become short text")
  func integersAndDoubles() async throws {
    let db = try await open()
    let large: Int64 = 9_007_199_254_740_993
    let sum = 0.1 + 0.2
    for table in ["t", "strict"] {
      for (column, value) in [("rate", Value.int(large)), ("note", .double(sum))] {
        for _ in 1...2 {
          let error = await #expect(throws: DatabaseError.self) {
            try await db.exec(SQL(raw: "INSERT INTO \(table) (\(column)) VALUES (?)"), value)
          }
          #expect(error?.kind == .unsupported)
        }
      }
    }
    try await db.exec(
      "INSERT INTO t (id, rate, whole, anything, note) VALUES (7, ?, ?, ?, ?)", sum, large, sum,
      0.25)
    let row = try await db.queryRow(
      "SELECT rate, whole, anything FROM t WHERE id = 7", as: (Double, Int64, Double).self)
    #expect(row?.0 == sum && row?.1 == large && row?.2 == sum)
    await db.close()
  }

  @Test("text that is not UTF-8 is refused as text, and can be had as it is")
  func invalidText() async throws {
    let db = try await open()
    try await db.exec("INSERT INTO t (id, note) VALUES (2, CAST(x'61ff62' AS TEXT))")
    let error = await #expect(throws: DatabaseError.self) {
      _ = try await db.queryRow("SELECT note FROM t WHERE id = 2", as: String.self)
    }
    #expect(error?.kind == .decoding)
    let value = try await db.queryRow("SELECT note FROM t WHERE id = 2", as: Value.self)
    #expect(value == .bytes([0x61, 0xff, 0x62]))
    await db.close()
  }

  @Test("text with a NUL in it is stored, found and read whole")
  func nul() async throws {
    let db = try await open()
    try await db.exec("INSERT INTO t (id, note) VALUES (2, ?), (3, ?)", "a\0b", "a")
    let note = try await db.queryRow("SELECT note FROM t WHERE note = ?", "a\0b", as: String.self)
    #expect(note == "a\0b")
    #expect(try await db.insert(into: "t", ["note": "123\0"]) > 3)
    await db.close()
  }

  @Test("double quotes name a column, and never make a string of a misspelt one")
  func doubleQuotes() async throws {
    let db = try await open()
    for sql in ["SELECT \"nowhere\" FROM t", "INSERT INTO t (note) VALUES (\"nowhere\")"] {
      let error = await #expect(throws: DatabaseError.self) { try await db.exec(SQL(raw: sql)) }
      #expect(error?.kind == .undefinedObject)
    }
    await db.close()
    let old = try await Database.open(
      "sqlite::memory:?double_quoted_strings=on", registry: DriverRegistry(SQLiteDriver()))
    #expect(try await old.queryRow("SELECT \"text\"", as: String.self) == "text")
    await old.close()
  }
}
