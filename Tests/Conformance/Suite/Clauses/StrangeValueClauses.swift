import DriverAPI
import Foundation

let strangeValueClauses = [
  Clause("TYPE-7", "Every kind of value can be had as text that says exactly what it is.") {
    context in
    let db = try await context.open()
    try await db.createTable(
      "kept", "i {int}, t {text}, s {timestamp}, c {date}, u {uuid}, n {decimal}")
    let instant = try expectSome(Timestamp("2024-02-29 12:34:56.789012"), "the instant")
    let number = try expectSome(ExactDecimal("-1.5000000000"), "the number")
    let uuid: Value = .text("00112233-4455-6677-8899-aabbccddeeff")
    try await db.exec(
      SQL(
        raw: "INSERT INTO kept (i, t, s, c, u, n) VALUES (?, ?, ?, ?, ?, ?)",
        [
          .int(.min), "x", .timestamp(instant), .date(instant.date), uuid, .decimal(number),
        ]))
    for _ in 1...2 {
      let found = try await db.queryRow(
        "SELECT i, t, s, c, u, n FROM kept",
        as: (String, String, String, String, String, String).self)
      let row = try expectSome(found, "the row")
      try expectEqual(row.0, "-9223372036854775808", "an integer")
      try expectEqual(row.1, "x", "a text")
      try expectEqual(Timestamp(row.2), instant, "an instant, read again")
      try expectEqual(CalendarDate(row.3), instant.date, "a date, read again")
      try expectEqual(row.4, "00112233-4455-6677-8899-aabbccddeeff", "a UUID")
      try expectEqual(row.5, "-1.5000000000", "a decimal")
    }
  },

  Clause("TYPE-7", "A value that no kind has room for is text, and fails no row.") { context in
    let db = try await context.open()
    let strange = strangeValues(of: db.dialect)
    if strange.isEmpty { throw NotSaid("no type of \(db.dialect) is known that the library lacks") }
    for (expression, expected) in strange {
      let query = db.selecting("7 AS a, \(expression) AS x, 'z' AS b")
      for _ in 1...2 {
        var values: [Value] = []
        let rows = try await db.query(query)
        try await rows.forEach { row in values = try row.values() }
        try expectEqual(values, [7, .text(expected), "z"], "\(expression) in a row")
        let text = try await db.single(
          db.selecting(expression), as: String.self)
        try expectEqual(text, expected, expression)
        // Beside some, a driver may read the whole row in another form.
        let company = strange[strange.count - 1].expression
        let other = try await db.queryRow(
          db.selecting("\(expression) AS x, \(company) AS y, 7 AS z"),
          as: (Value, Value, Int).self)
        try expectEqual(other?.0, .text(expected), "\(expression) beside \(company)")
      }
    }
  },

  Clause("TYPE-7", "A value is the same beside one that no kind has room for.") { context in
    let db = try await context.open { $0.maxConnections = 1 }
    let strange = strangeValues(of: db.dialect)
    if strange.isEmpty { throw NotSaid("no type of \(db.dialect) is known that the library lacks") }
    try await db.createTable(
      "kept",
      "i {int}, k SMALLINT, b {bool}, d {double}, r REAL, t {text}, y {bytes}, s {timestamp}, "
        + "c {date}, u {uuid}, n {decimal}, j {json}")
    let columns = ["i", "k", "b", "d", "r", "t", "y", "s", "c", "u", "n", "j"]
    for row in try keptRows() {
      try await db.exec(SQL(raw: try db.dialect.insertSQL(into: "kept", columns: columns), row))
    }
    let names = columns.joined(separator: ", ")
    try await db.withConnection { connection in
      for setting in settings(of: db.dialect) {
        try await connection.exec(SQL(raw: setting))
        let alone = try await rows(SQL(raw: "SELECT \(names) FROM kept ORDER BY i"), connection)
        try expectEqual(alone.count, 4, "rows")
        for (expression, _) in strange {
          let sql = SQL(raw: "SELECT \(names), \(expression) FROM kept ORDER BY i")
          let beside = try await rows(sql, connection)
          try expectEqual(
            beside.map { $0.dropLast() }, alone.map { $0[...] }, "rows beside \(expression)")
        }
      }
    }
  },

  Clause(
    "QUERY-2", "Rows beside values that no kind has room for stream in bounded memory too.",
    weight: .heavy
  ) { context in
    let db = try await context.open { $0.maxConnections = 1 }
    guard let strange = strangeValues(of: db.dialect).last else {
      throw NotSaid("no type of \(db.dialect) is known that the library lacks")
    }
    try await db.createTable("kept", "t {text}, y {bytes}")
    let bytes = [UInt8](repeating: 92, count: 3000)
    try await db.exec("INSERT INTO kept (t, y) VALUES (?, ?)", "text", bytes)
    try await db.createTable("many", "id {int} NOT NULL")
    try await db.bulkInsert(into: "many", columns: ["id"], (1...200).map { [.int($0)] })
    let sql = "SELECT k.y, k.t, \(strange.expression) FROM kept k, many a, many b WHERE b.id <= 25"
    var growths: [Int] = []
    for _ in 1...3 {
      let before = ResidentMemory.baseline()
      var rows = try await db.query(SQL(raw: sql))
      var count = 0
      while try await rows.next() {
        count += 1
        if count % 1000 > 0 { continue }
        try expect(try rows.row.decode(0, as: [UInt8].self) == bytes, "row \(count) is another")
      }
      growths.append(ResidentMemory.current() - before)
      try expectEqual(count, 5000, "rows")
    }
    let least = growths.min() ?? 0
    try expect(least < 8 << 20, "memory grew by \(growths.map { $0 >> 20 }) MiB")
  },

  Clause(
    "TYPE-7", "Values of every length are themselves beside each other, whichever way they come."
  ) {
    context in
    let db = try await context.open()
    let sizes = [1, 300, 40, 1200, 0, 7, 6000, 2, 70_000, 600]
    let names = sizes.indices.map { "y\($0)" }.joined(separator: ", ")
    try await db.createTable(
      "lengths", "id {int}, " + sizes.indices.map { "y\($0) {bytes}" }.joined(separator: ", "))
    var written: [[Value]] = []
    // Longer ones behind shorter ones, and the other way round.
    for row in 0..<4 {
      let order = sizes[row...] + sizes[..<row]
      let values = (row < 2 ? Array(order) : order.reversed()).enumerated().map { column, size in
        Value.bytes((0..<size).map { UInt8(truncatingIfNeeded: $0 * 31 + column + row) })
      }
      let marks = Array(repeating: "?", count: sizes.count + 1).joined(separator: ", ")
      let insert = "INSERT INTO lengths (id, \(names)) VALUES (\(marks))"
      try await db.exec(SQL(raw: insert, [.int(Int64(row))] + values))
      written.append(values)
    }
    for company in [""] + strangeValues(of: db.dialect).suffix(1).map({ ", \($0.expression)" }) {
      for reading in 1...2 {
        let sql = "SELECT \(names)\(company) FROM lengths"
        let all = try await db.withConnection { connection in
          try await rows(SQL(raw: "\(sql) ORDER BY id"), connection)
        }
        for (row, values) in written.enumerated() {
          let one = SQL(raw: "\(sql) WHERE id = ?", [.int(Int64(row))])
          var first: [Value] = []
          _ = try await db.withFirstRow(of: one, at: CallSite(file: #fileID, line: #line)) {
            row throws(DatabaseError) in first = try row.values()
          }
          for found in [all[row], first] {
            let column = values.indices.first { found[$0] != values[$0] }
            if let column {
              throw ClauseFailure("reading \(reading): row \(row) is another in column \(column)")
            }
          }
        }
      }
    }
  },

  Clause("TYPE-7", "An expression of texts is text, also where one of them has no type.") {
    context in
    let db = try await context.open()
    var expressions = ["COALESCE(\(db.dialect.parameter(.text)), 'ab')"]
    if ["mysql", "mariadb"].contains(db.dialect.name) {
      expressions += [
        "COALESCE(@nobody, ?, 'ab')", "IFNULL(@nobody, CONCAT('a', COALESCE(?, 'b')))",
        "(SELECT x FROM (SELECT COALESCE(@nobody, ?, 'ab') AS x) AS d)",
      ]
    }
    for expression in expressions {
      for _ in 1...2 {
        let text = try await db.single(
          SQL(raw: db.dialect.selectSQL(expression), [.null]), as: String.self)
        try expectEqual(text, "ab", expression)
      }
    }
  },

  Clause("TYPE-7", "Every type that an engine has gives its values, whichever way they come.") {
    context in
    let db = try await context.open { $0.maxConnections = 1 }
    let types = EngineType.known(to: db.dialect)
    if types.isEmpty { throw NotSaid("the types of \(db.dialect) are not known") }
    let columns = types.enumerated().map { "c\($0) \($1.type)" }.joined(separator: ", ")
    let names = types.indices.map { "c\($0)" }.joined(separator: ", ")
    try await db.exec(SQL(raw: "CREATE TABLE typed (row INTEGER NOT NULL PRIMARY KEY, \(columns))"))
    let literals = types.map(\.literal).joined(separator: ", ")
    try await db.withConnection { connection in
      // Some values only a session stores that is not strict.
      if ["mysql", "mariadb"].contains(connection.dialect.name) {
        try await connection.exec("SET SESSION sql_mode = ''")
      }
      for row in 1...2 {
        try await connection.exec(
          SQL(raw: "INSERT INTO typed (row, \(names)) VALUES (\(row), \(literals))"))
      }
    }
    try await db.exec("INSERT INTO typed (row) VALUES (3)")
    let nothing = Array(repeating: Value.null, count: types.count)
    let wanted = [types.map(\.value), types.map(\.value), nothing]
    let query = "SELECT \(names) FROM typed ORDER BY row"
    try await db.withConnection { connection in
      var ways = [query, query, "SELECT \(names) FROM typed ORDER BY row + 0"]
      if let preparing = handPreparing(query, connection.dialect) {
        try await connection.exec(SQL(raw: preparing))
        ways.append("EXECUTE typed_asked")
      }
      if connection.dialect.returning.contains(.delete) {
        ways.append("DELETE FROM typed RETURNING \(names)")
      }
      for (number, way) in ways.enumerated() {
        var found: [[Value]] = []
        var rows = try await connection.query(SQL(raw: way))
        let told = rows.columns.columns
        // Who tells of one tells of all.
        let tells = told.contains { $0.typeName != nil }
        for (index, column) in told.enumerated() where tells && types[index].name != nil {
          try expectEqual(
            column.typeName, types[index].name, "the name of \(types[index].type), way \(number)")
        }
        while try await rows.next() { found.append(try rows.row.values()) }
        try expectEqual(found.count, 3, "rows, way \(number)")
        for (row, other) in zip(found, wanted) {
          for (index, type) in types.enumerated() {
            try expect(
              row[index] == other[index]
                || number > 2 && isWritten(row[index], other[index]),
              "\(type.literal) in \(type.type), way \(number), is \(row[index])")
          }
        }
      }
    }
  },

  Clause("TYPE-9", "No content of a cell does harm: it is read, or refused as decoding.") {
    context in
    let db = try await context.open()
    let nines = String(repeating: "9", count: 42)
    try await db.createTable("kept", "id {int} NOT NULL PRIMARY KEY, x {text}")
    let texts = [
      nines, "-" + nines, "0." + nines, "1e39", "1e-39", "1e999999999999999999999", "1e-2147483649",
      "170141183460469231731687303715884105728", "9223372036854775808", "", "-", ".", "e5",
      "0000-00-00", "9999-99-99", "10000-01-01", "2024-02-30 00:00:00", "2024-01-01 00:00:00+99:99",
      "9999-12-31 23:59:59.999999-23:59", "0001-01-01 00:00:00+23:59", "{}", "\u{1F4A9}",
      "00112233-4455-6677-8899-aabbccddeeg0", "-838:59:59", "NaN", "Infinity", "-Infinity",
    ]
    for (id, text) in texts.enumerated() {
      try await db.exec("INSERT INTO kept (id, x) VALUES (?, ?)", id, text)
    }
    for (id, text) in texts.enumerated() {
      try await harmless(db, id, text, as: ExactDecimal.self)
      try await harmless(db, id, text, as: Timestamp.self)
      try await harmless(db, id, text, as: CalendarDate.self)
      try await harmless(db, id, text, as: Int64.self)
      try await harmless(db, id, text, as: Double.self)
    }
    try await expectError(.decoding, "42 digits as a decimal of 38") {
      try await db.queryRow("SELECT x FROM kept WHERE id = 0", as: ExactDecimal.self)
    }
    // Whatever the engine makes of the number.
    for number in [nines, "-" + nines, "0." + nines] {
      do {
        _ = try await db.queryRow(db.selecting("\(number)"), as: Value.self)
        _ = try await db.queryRow(db.selecting("\(number)"), as: String.self)
      } catch let error as DatabaseError {
        let refusals: Set<DatabaseError.Kind> = [.syntax, .dataOutOfRange, .invalidValue]
        try expect(refusals.contains(error.kind), "a number of 42 digits ended as \(error)")
      }
    }
  },
]

/// Prepares a query as `typed_asked` by a statement; nil where there is none.
private func handPreparing(_ query: String, _ dialect: Dialect) -> String? {
  switch dialect.name {
  case "postgres": "PREPARE typed_asked AS \(query)"
  case "mysql", "mariadb": "PREPARE typed_asked FROM '\(query)'"
  default: nil
  }
}

/// Whether a text says what a value of another kind says: by hand some engines prepare for texts alone.
private func isWritten(_ found: Value, _ value: Value) -> Bool {
  guard case .text(let text) = found else { return false }
  return switch value {
  case .timestamp(let instant): Timestamp(text) == instant
  case .date(let date): CalendarDate(text) == date
  case .uuid(let uuid): UUID(uuidString: text) == uuid
  // Only a query says beside the type of the text that it is JSON.
  case .json(let json): text == json
  default: false
  }
}

/// Rows of every kind of value, also with what a text form has to escape.
private func keptRows() throws -> [[Value]] {
  let instant = try expectSome(Timestamp("2024-02-29 12:34:56.789012"), "the instant")
  let early = try expectSome(Timestamp("0001-01-01 00:00:00"), "the first instant")
  let number = try expectSome(ExactDecimal("-12345.0070000000"), "the number")
  let uuid = try expectSome(UUID(uuidString: "00112233-4455-6677-8899-AABBCCDDEEFF"), "the UUID")
  let bytes = (0...255).map { UInt8($0) }
  return [
    [
      .int(.min), -7, true, 0.1, 0.5, "it's \\ \t\n\r \u{fc}", .bytes(bytes), .timestamp(instant),
      .date(instant.date), .uuid(uuid), .decimal(number), .json("{\"a\": \"\\\\\"}"),
    ],
    [
      0, 0, false, -1e300, -0.25, "", .bytes([]), .timestamp(early), .date(early.date),
      .uuid(UUID(uuid: (255, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 160))),
      .decimal(try expectSome(ExactDecimal("0.0000000001"), "the small number")), .json("[]"),
    ],
    // Digits behind a backslash, of which there may be two.
    [
      1, 1, nil, 1.5, 1.5, "\\x41", .bytes(Array("\\x41\\\\101\\".utf8)), nil, nil, nil, nil, nil,
    ],
    [.int(.max), nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil],
  ]
}

/// What the session is set to, one after the other; the first changes nothing.
private func settings(of dialect: Dialect) -> [String] {
  dialect.name == "postgres"
    ? ["SET bytea_output = 'hex'", "SET bytea_output = 'escape'", "SET TIME ZONE 'Asia/Kathmandu'"]
    : [dialect.selectSQL("1")]
}

private func rows(_ sql: SQL, _ connection: Connection) async throws -> [[Value]] {
  var found: [[Value]] = []
  let rows = try await connection.query(sql)
  try await rows.forEach { row in found.append(try row.values()) }
  return found
}

/// Reads a cell as that type; an error must be `decoding`, and the row is read as text all the same.
private func harmless<T: ColumnDecodable>(
  _ db: Database, _ id: Int, _ text: String, as type: T.Type
) async throws {
  do {
    _ = try await db.queryRow("SELECT x FROM kept WHERE id = ?", id, as: type)
  } catch {
    try expectEqual(error.kind, .decoding, "text number \(id) as \(type)")
  }
  let found = try await db.queryRow("SELECT x FROM kept WHERE id = ?", id, as: String.self)
  try expectEqual(found, text, "text number \(id) as it is")
}

/// Expressions of an engine whose values have no kind of their own, and how the engine writes them.
private func strangeValues(of dialect: Dialect) -> [(expression: String, text: String)] {
  switch dialect.name {
  case "postgres":
    [
      ("'NaN'::numeric", "NaN"), ("'infinity'::timestamptz", "infinity"),
      ("'-infinity'::timestamp", "-infinity"), ("'infinity'::date", "infinity"),
      ("'0044-03-15 BC'::date", "0044-03-15 BC"), ("'12345-06-07'::date", "12345-06-07"),
      ("'0044-03-15 01:02:03.5 BC'::timestamp", "0044-03-15 01:02:03.5 BC"),
      ("'12345-01-01 00:00:00+00'::timestamptz", "12345-01-01 00:00:00+00"),
      ("2::numeric(60,45)", "2." + String(repeating: "0", count: 45)),
      ("'1 day 02:00:00'::interval", "1 day 02:00:00"), ("'{1,NULL}'::int[]", "{1,NULL}"),
      ("'[1,5)'::int4range", "[1,5)"), ("'10.0.0.0/8'::inet", "10.0.0.0/8"), ("B'101'", "101"),
      ("'(1,2)'::point", "(1,2)"), ("'\\377'::\"char\"", "\\377"), ("ROW(1, 'a')", "(1,a)"),
      ("'a & b'::tsquery", "'a' & 'b'"), ("'12:00:00+05:30'::timetz", "12:00:00+05:30"),
    ]
  case "mysql", "mariadb":
    [
      (
        "CAST(\(String(repeating: "9", count: 60)) AS DECIMAL(65, 5))",
        String(repeating: "9", count: 60) + ".00000"
      ),
      ("CAST('-838:59:59' AS TIME)", "-838:59:59"), ("TIME('100:00:00.5')", "100:00:00.5"),
    ]
  default: []
  }
}
