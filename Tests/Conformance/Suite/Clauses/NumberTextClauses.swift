import DriverAPI

// Some engines make a number of a text that writes one, where a column asks for numbers.
let numberTextClauses = [
  Clause("TYPE-8", "A text that writes a number is stored as it says, or refused.", weight: .heavy)
  {
    context in
    let db = try await context.open()
    try await db.createTable("texts", "id {int}, v {text}")
    // Elsewhere a column of numbers takes what its type says of it.
    let bendsText = db.dialect.name == "sqlite"
    let columns = bendsText ? ["NUMERIC", "INTEGER", "REAL", "DECIMAL(10, 5)", "BLOB"] : []
    for (number, column) in columns.enumerated() {
      try await db.createTable("numbers\(number)", "id {int}, v \(column)")
    }
    try await withSeed { generator in
      var texts = fixedTexts
      for _ in 1...300 { texts.append(randomText(using: &generator)) }
      for (id, text) in texts.enumerated() {
        try await db.exec("INSERT INTO texts (id, v) VALUES (?, ?)", id, text)
        for (number, column) in columns.enumerated() {
          let insert = "INSERT INTO numbers\(number) (id, v) VALUES (?, ?)"
          do {
            try await db.exec(SQL(raw: insert, [.int(Int64(id)), .text(text)]))
          } catch let error as DatabaseError where error.kind == .unsupported {
            let isHeld = WrittenNumber(text)?.isHeld(by: column) ?? true
            try expect(!isHeld, "'\(text)' is refused for \(column), which holds it")
          }
        }
      }
      let kept = try await db.query("SELECT v FROM texts ORDER BY id", as: String.self).collect()
      try expectEqual(kept, texts, "texts in a column of text")
      for (number, column) in columns.enumerated() {
        let rows = try await db.query(
          SQL(raw: "SELECT id, v FROM numbers\(number)"), as: (Int, Value).self
        ).collect()
        for (id, value) in rows {
          try expect(
            WrittenNumber.isSame(value, texts[id]), "'\(texts[id])' in \(column) became \(value)")
        }
      }
    }
  },

  Clause(
    "TYPE-8", "So is what a statement takes a long way to its column, and every number.",
    weight: .heavy
  ) { context in
    let db = try await context.open { $0.maxConnections = 1 }
    do { try await db.createTable("stores", storeColumns("DECIMAL(30, 10)")) } catch let error
      as DatabaseError where error.execution == .rejected
    {
      // The engine has no numbers of its own that are so long.
      try await db.createTable("stores", storeColumns("{decimal}"))
    }
    for step in db.dialect.name == "sqlite" ? sqliteStoreTables : [] {
      try await db.exec(SQL(raw: step))
    }
    for store in stores + (db.dialect.name == "sqlite" ? sqliteStores : []) {
      for value in storedValues where store.takes(value, db.dialect) {
        for round in 1...3 {
          try await db.exec(SQL(raw: "DELETE FROM \(store.table)"))
          try await db.exec("DELETE FROM stores")
          try await db.exec("INSERT INTO stores (id, price, note) VALUES (1, 1, 'x')")
          // Once it is not kept, then it is; rows that it may return are another path.
          let sql = store.sql + (round == 1 ? " -- \(value)" : "")
          do {
            if round == 3 {
              _ = try await db.query(SQL(raw: sql, [value]), as: Value.self).collect()
            } else {
              try await db.exec(SQL(raw: sql, [value]))
            }
          } catch let error as DatabaseError {
            let what = "\(value) by \(store.sql): \(error)"
            try expect(!store.holds(value, db.dialect), "what its column holds is refused: \(what)")
            try expectEqual(error.connection, .usable, "the connection after \(what)")
            if db.dialect.name == "sqlite" {
              try expectEqual(error.kind, .unsupported, what)
              try expectEqual(error.execution, .notSent, what)
            }
            continue
          }
          let query = SQL(raw: "SELECT \(store.column) FROM \(store.table)")
          let found = try await db.query(query, as: Value.self).collect()
          try expect(
            found.contains { WrittenNumber.isSame($0, "\(text(of: value))") },
            "\(value) by \(store.sql) became \(found)")
        }
      }
    }
    // What is compared or computed is not stored.
    for value in storedValues {
      for sql in [
        "DELETE FROM stores WHERE note = ?", "UPDATE stores SET note = 'y' WHERE note = ?",
      ]
      where db.dialect.name == "sqlite" || value.kindName == "text" {
        for _ in 1...2 { try await db.exec(SQL(raw: sql, [value])) }
      }
    }
  },
]

/// A statement that stores its only parameter, and where.
private struct Store {
  let sql: String
  let table: String
  let column: String
  /// What the column is by its declaration.
  let kind: String

  init(_ sql: String, _ table: String, _ column: String, _ kind: String) {
    (self.sql, self.table, self.column, self.kind) = (sql, table, column, kind)
  }

  /// One into the table that all engines have.
  init(_ sql: String, _ column: String, _ kind: String) {
    self.init(sql, "stores", column, kind)
  }

  /// Whether it makes sense to try: elsewhere than on SQLite a type says of itself what it makes of others.
  func takes(_ value: Value, _ dialect: Dialect) -> Bool {
    if dialect.name == "sqlite" { return true }
    return switch (value, kind) {
    case (.text, "text"), (.decimal, "numeric"), (.double, "real"): true
    default: false
    }
  }

  /// Whether it surely can be stored there as it is.
  func holds(_ value: Value, _ dialect: Dialect) -> Bool {
    switch (value, kind) {
    case (.text, "text"), (.double, "real"): true
    // SQLite has no exact numbers.
    case (.decimal, "numeric"): dialect.name != "sqlite"
    case (.decimal, "text"), (_, "any"): true
    case (.int, "integer"), (.int, "numeric"), (.int, "text"), (.double, "numeric"): true
    case (.double(let double), _): double == 0.25
    default: false
    }
  }
}

private let storedValues: [Value] = [
  .text("123456789012345678.1234567890"), .text(" 12345678901234567890 "),
  .text("-1.2345678901234567e3"), .double(0.1 + 0.2), .double(12_345_678.901_234_567),
  .double(0.25), .int(9_007_199_254_740_993), .int(-9_007_199_254_740_993),
  ExactDecimal("123456789012345678.1234567890").databaseValue,
]

/// What the value says, as a text that writes a number.
private func text(of value: Value) -> String {
  switch value {
  case .text(let text): text
  case .double(let double): "\(double)"
  case .int(let integer): "\(integer)"
  case .decimal(let decimal): "\(decimal)"
  default: ""
  }
}

private func storeColumns(_ price: String) -> String {
  "id INTEGER NOT NULL PRIMARY KEY, price \(price), note {text}, rate DOUBLE PRECISION"
}

private let stores = [
  Store("INSERT INTO stores (id, price) VALUES (2, ?)", "price", "numeric"),
  Store("INSERT INTO stores (id, note) VALUES (2, ?)", "note", "text"),
  Store("INSERT INTO stores (id, rate) VALUES (2, ?)", "rate", "real"),
  Store("UPDATE stores SET price = ?", "price", "numeric"),
  Store("UPDATE stores SET note = ?", "note", "text"),
  Store("UPDATE stores SET rate = ? WHERE id = 1", "rate", "real"),
  Store("INSERT INTO stores (id, note, price) VALUES (2, 'x', ?)", "price", "numeric"),
  Store("UPDATE stores SET note = CASE WHEN id = 1 THEN ? ELSE note END", "note", "text"),
]

/// Kinds of tables that only SQLite has.
private let sqliteStoreTables = [
  "CREATE TABLE whole (whole INT)", "CREATE TABLE anything (anything)",
  "CREATE TABLE checked (price NUMERIC CHECK (price <> 0), note TEXT)",
  "CREATE TABLE keyed (price NUMERIC PRIMARY KEY, note TEXT) WITHOUT ROWID",
  "CREATE TABLE strict (id INTEGER PRIMARY KEY, twice TEXT GENERATED ALWAYS AS (note || note), "
    + "rate REAL, note TEXT, whole INT, anything ANY) STRICT",
  "CREATE TABLE prices (price NUMERIC)",
  "CREATE TABLE indexed (note TEXT, price NUMERIC)",
  "CREATE INDEX of_indexed ON indexed (price, note)",
  "CREATE VIEW seen AS SELECT price, note FROM stores",
  """
  CREATE TRIGGER seen_insert INSTEAD OF INSERT ON seen BEGIN
    INSERT INTO stores (price, note) VALUES (new.price, new.note);
  END
  """,
  "CREATE TABLE logged (note TEXT)",
  """
  CREATE TRIGGER logged_insert AFTER INSERT ON logged BEGIN
    INSERT INTO prices (price) VALUES (new.note);
  END
  """,
]

private func price(_ sql: String) -> Store { Store(sql, "price", "numeric") }

/// The ways of a parameter through SQLite's programs: copies, records, temporary tables, sorters, triggers.
private let sqliteStores =
  [
    "INSERT INTO stores (price) VALUES (1), (?), (2)",
    "REPLACE INTO stores (id, price) VALUES (1, ?)",
    "INSERT INTO stores (price) SELECT ? FROM stores ORDER BY 1",
    "INSERT INTO stores (price) SELECT DISTINCT ? FROM stores",
    "INSERT INTO stores (price) VALUES (max(?, -99999999999999999999999.0))",
    "INSERT INTO stores (price) VALUES (min(99999999999999999999999.0, ?))",
    "INSERT INTO stores (price) VALUES (nullif(?, 0))",
    "INSERT INTO stores (price) VALUES (iif(1, ?, 0))",
    "INSERT INTO stores (price) VALUES (coalesce(NULL, ?))",
    "INSERT INTO seen (price) VALUES (?)",
    "INSERT INTO stores (price) SELECT * FROM (SELECT ? UNION SELECT 2)",
    "INSERT INTO stores (price) SELECT * FROM (SELECT ? UNION ALL SELECT 2) ORDER BY 1 LIMIT 5",
    "INSERT INTO stores (price) SELECT * FROM (SELECT ? EXCEPT SELECT 2)",
    "INSERT INTO stores (id, price) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET price = excluded.price",
    "INSERT INTO stores (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET price = ?",
    "INSERT INTO stores (price) VALUES (?) RETURNING id",
    "UPDATE stores SET price = CASE WHEN id = 1 THEN ? ELSE price END",
    "UPDATE stores SET (note, price) = ('', ?)",
    "UPDATE stores SET price = n.x FROM (SELECT ? AS x) AS n",
    "UPDATE stores SET price = (SELECT ?) RETURNING price",
    "WITH n (x) AS (SELECT ?) INSERT INTO stores (price) SELECT x FROM n",
    "WITH n (x) AS MATERIALIZED (SELECT ? UNION SELECT 2) "
      + "INSERT INTO stores (price) SELECT a.x FROM n AS a, n AS b",
    "WITH RECURSIVE n (x, i) AS (SELECT ?, 1 UNION ALL SELECT x, i + 1 FROM n WHERE i < 3) "
      + "INSERT INTO stores (price) SELECT x FROM n",
    "WITH RECURSIVE n (x, i) AS (SELECT 0, 1 UNION ALL SELECT ?, i + 1 FROM n WHERE i < 3) "
      + "INSERT INTO stores (price) SELECT x FROM n",
    "INSERT INTO stores (price) SELECT b.x FROM (SELECT 1 AS i UNION SELECT 2) AS a "
      + "JOIN (SELECT ? AS x, 1 AS i UNION ALL SELECT 3, 4) AS b ON a.i = b.i",
    "INSERT INTO stores (price) SELECT x FROM (SELECT ? AS x, 1 AS i UNION ALL SELECT 2, 3) "
      + "GROUP BY i ORDER BY i DESC",
  ].map(price)
  + [
    Store("INSERT INTO whole (whole) VALUES (?)", "whole", "whole", "integer"),
    Store("INSERT INTO anything (anything) VALUES (?)", "anything", "anything", "any"),
    Store("INSERT INTO checked (price) VALUES (?)", "checked", "price", "numeric"),
    Store("INSERT INTO checked (price, note) VALUES (7, ?)", "checked", "note", "text"),
    Store("INSERT INTO keyed (price) VALUES (?)", "keyed", "price", "numeric"),
    Store("INSERT INTO keyed (price, note) VALUES (1, ?)", "keyed", "note", "text"),
    Store("INSERT INTO strict (rate) VALUES (?)", "strict", "rate", "strict real"),
    Store("INSERT INTO strict (note) VALUES (?)", "strict", "note", "text"),
    Store("INSERT INTO strict (anything) VALUES (?)", "strict", "anything", "any"),
    Store("INSERT INTO indexed (note) VALUES (?)", "indexed", "note", "text"),
    Store("INSERT INTO indexed (price) VALUES (?)", "indexed", "price", "numeric"),
    Store("INSERT INTO logged (note) VALUES (?)", "prices", "price", "text, and then a number"),
    Store("INSERT INTO seen (note) VALUES (?)", "stores", "note", "text"),
  ]

private let fixedTexts: [String] = [
  "0", "-0", "00", "+5", " 7 ", "\t7\n", "1e5", "1E+5", "1e-5", "1e", "1e+", "e5", ".5", "5.", ".",
  "-",
  "", " ", "1.5.2", "0x10", "1 2", "1e400", "1e-400", "0e400", "0.0e999999999", "1e5x", "5-", "--5",
  "9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809",
  "9223372036854780000", "-9256906029026200000", "18446744073709551616", "100000000000000000000",
  "1234567890123456", "12345678901234567",
  "9007199254740993", "9007199254740993.0", "0.1234567890123456", "0.123456789012345",
  "123456789012345.0", "12345678901234.56", "000000000000000000001", "0.000000000000000000000001",
  "123456789012345e275", "123456789012345e276", "1e290", "1e291", "1e308", "1e309", "1e-290",
  "1e-291",
  "0.1e-289", "999999999999999", "9999999999999999", "1000000000000000000000.5",
  "9223372036854775807e0",
  "9223372036854775807.0", "nan", "inf", "Infinity", "1_000", "1,5",
  "12345678901234567890123456789012345",
]

/// A text of digits, with a sign, a point, an exponent and blanks or without.
private func randomText(using generator: inout some RandomNumberGenerator) -> String {
  var text = ["", "", "-", "+", " "].randomElement(using: &generator) ?? ""
  let count = Int.random(in: 1...20, using: &generator)
  let point = Int.random(in: 0...(count * 2), using: &generator)
  for place in 0..<count {
    if place == point { text += "." }
    // Zeros more often than others: they count only between digits.
    text += Bool.random(using: &generator) ? "0" : "\(Int.random(in: 1...9, using: &generator))"
  }
  switch Int.random(in: 0...5, using: &generator) {
  case 0: text += "e\(Int.random(in: -330...330, using: &generator))"
  case 1: text += "E+\(Int.random(in: 0...20, using: &generator))"
  case 2: text += " "
  default: break
  }
  return text
}

/// What a text says that writes a number: its digits without zeros at either end, and the power of ten of the
/// last of them.
private struct WrittenNumber: Equatable {
  var isNegative = false
  var digits: [Character] = []
  var power = 0
  /// Whether it has neither a point nor an exponent.
  var isWhole = true

  /// Nil for a text that writes none.
  init?(_ text: String) {
    var rest = Substring(text)
    let blanks: Set<Character> = [" ", "\t", "\n", "\r", "\r\n", "\u{B}", "\u{C}"]
    while let last = rest.last, blanks.contains(last) { rest.removeLast() }
    rest = rest.drop(while: blanks.contains)
    if let sign = rest.first, sign == "-" || sign == "+" {
      isNegative = sign == "-"
      rest.removeFirst()
    }
    let mantissa = rest.prefix { $0 != "e" && $0 != "E" }
    let parts = mantissa.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    digits = parts.flatMap { Array($0) }
    guard !digits.isEmpty, digits.allSatisfy({ ("0"..."9").contains($0) }) else { return nil }
    if parts.count > 1 { power = -parts[1].count }
    isWhole = parts.count == 1 && mantissa.count == rest.count
    if mantissa.count < rest.count {
      let exponent = rest.dropFirst(mantissa.count + 1)
      let unsigned = exponent.drop { $0 == "-" || $0 == "+" }
      guard exponent.count - unsigned.count <= 1, !unsigned.isEmpty,
        unsigned.allSatisfy({ ("0"..."9").contains($0) }), let number = Int(exponent)
      else { return nil }
      power += number
    }
    while digits.last == "0" {
      digits.removeLast()
      power += 1
    }
    digits = Array(digits.drop { $0 == "0" })
    if digits.isEmpty { (isNegative, power) = (false, 0) }
  }

  /// The power of ten of the first digit.
  private var firstPower: Int { power + digits.count - 1 }

  /// Whether a double surely keeps it: 15 digits it always does.
  var isDouble: Bool { digits.count <= 15 && (-290...290).contains(firstPower) }

  /// Whether a column of that kind surely holds it: as a double of 15 digits, or as an integer.
  func isHeld(by column: String) -> Bool {
    if digits.isEmpty || column == "BLOB" { return true }
    // A whole double becomes an integer where the column takes both, and some have other digits then.
    let isWholeDouble = column != "REAL" && !isWhole && (16...18).contains(firstPower)
    if isDouble, !isWholeDouble { return true }
    guard column != "REAL", isWhole, power >= 0, digits.count + power <= 19 else { return false }
    let text = (isNegative ? "-" : "") + String(digits) + String(repeating: "0", count: power)
    return Int64(text) != nil
  }

  /// Whether a value that was read says what a text said that was stored.
  static func isSame(_ value: Value, _ text: String) -> Bool {
    switch value {
    case .text(let found): found == text
    case .int(let integer): same("\(integer)", text)
    // SQLite before 3.43 makes of one text in three thousand the double beside the right one: 15 digits of both say
    // the same.
    case .double(let double):
      [double, double.nextUp, double.nextDown].contains { same("\($0)", text) }
    case .decimal(let decimal): same("\(decimal)", text)
    default: false
    }
  }

  private static func same(_ found: String, _ text: String) -> Bool {
    guard let found = WrittenNumber(found), let wanted = WrittenNumber(text) else { return false }
    return found.digits == wanted.digits && found.power == wanted.power
      && found.isNegative == wanted.isNegative
  }
}
