import DriverAPI
import Foundation

let strangeValueClauses = [
  Clause("TYPE-6", "Instants are the same in a session of whatever zone.") { context in
    let db = try await context.open { $0.maxConnections = 1 }
    try await db.createTable("moments", "id {int} NOT NULL PRIMARY KEY, x {timestamp}")
    let instant = try expectSome(Timestamp("2024-07-01 22:30:00.000001"), "the instant")
    try await db.withConnection { connection in
      try await connection.leaveUTC()
      for id in 1...3 {
        try await connection.exec("INSERT INTO moments (id, x) VALUES (?, ?)", id, instant)
      }
      let insert: SQL = "INSERT INTO moments (id, x) VALUES (\(4), \(instant))"
      _ = try await connection.batch([insert])
      try await connection.bulkInsert(
        into: "moments", columns: ["id", "x"], [[5, .timestamp(instant)]])
      for _ in 1...3 {
        let found = try await connection.query("SELECT x FROM moments", as: Timestamp.self)
          .collect()
        try expectEqual(found, Array(repeating: instant, count: 5), "read in that session")
        let equal = try await connection.single(
          "SELECT COUNT(*) FROM moments WHERE x = \(instant)", as: Int.self)
        try expectEqual(equal, 5, "found in that session")
      }
    }
    // Another session sees it only where the data is not one connection's own.
    let other = db.capabilities.durableStorage ? try await context.open() : db
    let found = try await other.query("SELECT x FROM moments", as: Timestamp.self).collect()
    try expectEqual(found, Array(repeating: instant, count: 5), "read in another session")
  },

  Clause("TYPE-6", "Dates are the same in a session of whatever zone.") { context in
    let db = try await context.open { $0.maxConnections = 1 }
    try await db.createTable("days", "id {int} NOT NULL PRIMARY KEY, x {date}")
    let day = try expectSome(CalendarDate("2024-02-29"), "the day")
    try await db.withConnection { connection in
      try await connection.leaveUTC()
      for id in 1...3 {
        try await connection.exec("INSERT INTO days (id, x) VALUES (?, ?)", id, day)
        let found = try await connection.query("SELECT x FROM days", as: CalendarDate.self)
          .collect()
        try expectEqual(found, Array(repeating: day, count: id), "read in that session")
      }
    }
  },

  Clause("TYPE-6", "A setting that values depend on is refused, or they do not depend on it.") {
    context in
    let db = try await context.open { $0.maxConnections = 1 }
    let settings = valueSettings(db.dialect)
    if settings.isEmpty {
      throw NotSaid("no setting of \(db.dialect) is known that changes values")
    }
    try await db.createTable(
      "kept", "id {int} NOT NULL, t {text}, s {timestamp}, d {double}, y {bytes}, c {date}")
    let instant = try expectSome(Timestamp("2024-07-01 22:30:00.000001"), "the instant")
    let values: [Value] = [
      "\u{e9}\u{20ac}\u{1F600}\\x'", .timestamp(instant), .double(0.1 + 0.2), .bytes([0, 92, 255]),
      .date(instant.date),
    ]
    for (number, setting) in settings.enumerated() {
      try await db.withConnection { connection in
        for run in 0...1 {
          guard try await connection.takes(setting, run: run) else { break }
          let id = Value.int(Int64(number * 2 + run))
          try await connection.exec(
            SQL(
              raw: "INSERT INTO kept (id, t, s, d, y, c) VALUES (?, ?, ?, ?, ?, ?)", [id] + values))
          let found = try await connection.queryRow(
            SQL(raw: "SELECT t, s, d, y, c FROM kept WHERE id = ?", [id]),
            as: (String, Timestamp, Double, [UInt8], CalendarDate).self)
          let row = try expectSome(found, "the row stored after \(setting.words), run \(run)")
          let read: [Value] = [
            .text(row.0), .timestamp(row.1), .double(row.2), .bytes(row.3), .date(row.4),
          ]
          try expectEqual(read, values, "what was stored after \(setting.words), run \(run)")
        }
      }
      let text = try await db.query("SELECT t FROM kept", as: Value.self).collect()
      try expect(
        text.allSatisfy { $0 == values[0] }, "read in the next lease, after \(setting.words)")
    }
  },

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
        for (index, column) in rows.columns.columns.enumerated() where types[index].name != nil {
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

private typealias ValueSetting = (words: [String], question: String?)

extension Connection {
  /// Sets it; false if the session goes no further because of it. What is refused must have no effect, and what
  /// is not refused must have one.
  fileprivate func takes(_ setting: ValueSetting, run: Int) async throws -> Bool {
    let question = setting.question.map { SQL(raw: $0) }
    var usual: Value?
    if let question { usual = try await queryRow(question, as: Value.self) }
    var isRefused = false
    do {
      if run == 0 {
        for words in setting.words { try await exec(SQL(raw: words)) }
      } else if let last = setting.words.last {
        try await query(SQL(raw: last)).forEach { _ in }
      }
    } catch let error as DatabaseError where error.kind == .unsupported {
      try expectEqual(error.execution, .rejected, "the execution of \(setting.words)")
      try expectEqual(error.connection, .usable, "the connection after \(setting.words)")
      isRefused = true
    }
    guard let question else { return true }
    do {
      let now = try await queryRow(question, as: Value.self)
      let hasEffect = now != usual || run > 0
      try expect(
        hasEffect != isRefused || run > 0,
        "\(setting.words), refused: \(isRefused), left \(now ?? .null)")
      return true
    } catch let error as DatabaseError where error.kind == .misuse {
      return false
    }
  }
}

/// What can be set of a session that changes what texts, instants and numbers look like, and the query that
/// tells of it; nil where it may be undone in silence, because no statement sets it by itself.
private func valueSettings(_ dialect: Dialect) -> [ValueSetting] {
  switch dialect.name {
  case "postgres":
    [
      "TIME ZONE 'Pacific/Kiritimati'", "client_encoding = 'LATIN1'", "DateStyle = 'German, DMY'",
      "bytea_output = 'escape'", "extra_float_digits = -15", "IntervalStyle = 'iso_8601'",
    ].map { setting in
      (
        ["SET \(setting)"],
        "SHOW \(setting.hasPrefix("TIME") ? "TIME ZONE" : setting.prefix { $0 != " " } + "")"
      )
    } + [
      (["SELECT set_config('client_encoding', 'LATIN1', false)"], "SHOW client_encoding"),
      (["SELECT set_config('TimeZone', 'Pacific/Kiritimati', false)"], "SHOW TimeZone"),
    ]
  case "mysql", "mariadb":
    [
      (["SET time_zone = '+05:00'"], "SELECT @@time_zone"),
      (["SET NAMES latin1"], "SELECT @@character_set_results"),
      (["SET CHARACTER SET latin1"], "SELECT @@character_set_client"),
      (["SET character_set_client = latin1"], "SELECT @@character_set_client"),
      (["SET character_set_connection = latin1"], "SELECT @@character_set_connection"),
      (["SET character_set_results = latin1"], "SELECT @@character_set_results"),
      (["SET @kept = 5"], "SELECT COALESCE(@kept, 0)"),
      (
        ["CREATE PROCEDURE stray_zone() SET time_zone = '+05:00'", "CALL stray_zone()"], nil
      ),
      (
        [
          "CREATE PROCEDURE stray_names() BEGIN SELECT 1; SET NAMES latin1; END",
          "CALL stray_names()",
        ],
        nil
      ),
    ]
  default: []
  }
}

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

extension Connection {
  /// Gives the session a zone far from UTC, where the engine's sessions have one and the driver lets it
  /// be changed.
  fileprivate func leaveUTC() async throws {
    do {
      switch dialect.name {
      case "postgres": try await exec("SET TIME ZONE 'Pacific/Kiritimati'")
      case "mysql", "mariadb": try await exec("SET SESSION time_zone = '+13:00'")
      default: break
      }
    } catch  where error.kind == .unsupported {
      // A session that stays in UTC keeps the promise too.
    }
  }
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
