import DriverAPI
import FoundationEssentials

let exactValueClauses = [
  Clause("TYPE-4", "Instants come back to the microsecond, from the year 1 to 9999.") { context in
    let db = try await context.open()
    var instants: [Timestamp] = []
    for text in [
      "0001-01-01 00:00:00.000000", "1582-10-10 12:00:00.000001", "1900-02-28 23:59:59.999999",
      "1969-12-31 23:59:59.999999", "1970-01-01 00:00:00.000000", "2000-02-29 12:34:56.789012",
      "2038-01-19 03:14:08.000001", "9999-12-31 23:59:59.999999",
    ] {
      instants.append(try expectSome(Timestamp(text), text))
    }
    try await db.expectRoundTrip(of: instants, in: "timestamp")
    try await db.expectRoundTrip(of: [nil, Timestamp.now] as [Timestamp?], in: "timestamp")
  },

  Clause("TYPE-4", "The server orders instants as time does.") { context in
    let db = try await context.open()
    try await db.createTable("moments", "id {int} NOT NULL PRIMARY KEY, x {timestamp}")
    let base = try expectSome(Timestamp("2024-02-29 23:59:59.999990"), "the base")
    for id in [3, 1, 2, 5, 4] {
      let instant = try expectSome(Timestamp(microseconds: base.microseconds + Int64(id) * 7), "it")
      try await db.exec("INSERT INTO moments (id, x) VALUES (?, ?)", id, instant)
    }
    let order = try await db.query("SELECT id FROM moments ORDER BY x", as: Int.self).collect()
    try expectEqual(order, [1, 2, 3, 4, 5], "ids by time")
    let third = try expectSome(Timestamp(microseconds: base.microseconds + 21), "it")
    let later = try await db.single(
      "SELECT COUNT(*) FROM moments WHERE x > \(third)", as: Int.self)
    try expectEqual(later, 2, "instants after the third")
  },

  Clause("TYPE-4", "Dates come back, from the year 1 to 9999.") { context in
    let db = try await context.open()
    var dates: [CalendarDate?] = [nil]
    for text in ["0001-01-01", "1899-12-31", "1970-01-01", "2000-02-29", "9999-12-31"] {
      dates.append(try expectSome(CalendarDate(text), text))
    }
    try await db.expectRoundTrip(of: dates, in: "date")
  },

  Clause("TYPE-4", "UUIDs come back.") { context in
    let db = try await context.open()
    let fixed = UUID(uuidString: "00112233-4455-6677-8899-AABBCCDDEEFF")
    try await db.expectRoundTrip(of: [fixed, nil, UUID(), UUID()], in: "uuid")
  },

  Clause("TYPE-4", "Decimals come back exact, to 38 digits.") { context in
    let db = try await context.open()
    var numbers: [ExactDecimal] = []
    for text in [
      "0.0000000000", "1.0000000000", "-1.5000000000", "0.0000000001", "-0.0000000001",
      "1234567890123456789012345678.0123456789", "-9999999999999999999999999999.9999999999",
      "0.1000000000", "9007199254740993.0000000000",
    ] {
      numbers.append(try expectSome(ExactDecimal(text), text))
    }
    try await db.expectRoundTrip(of: numbers, in: "decimal")
  },

  Clause("TYPE-4", "JSON text comes back.") { context in
    let db = try await context.open()
    let json = #"{"a": [1, 2.5, true, null], "b": "Grüße \"x\" 🌍"}"#
    try await db.createTable("documents", "id {int} NOT NULL PRIMARY KEY, x {json}")
    try await db.exec("INSERT INTO documents (id, x) VALUES (1, ?)", Value.json(json))
    try expectEqual(
      try await db.single("SELECT x FROM documents", as: String.self), json, "the document")
  },

  Clause("TYPE-5", "The same input gives equal values on every backend.") { context in
    let db = try await context.open()
    try await db.createTable("kinds", kindColumns)
    try await db.exec(SQL(raw: kindInsert, everyKind))
    let found = try await db.queryRow(SQL(raw: "SELECT \(kindNames) FROM kinds"), as: Kinds.self)
    try expectEqual(try expectSome(found, "the row").values, everyKind, "every kind")
  },

  Clause("BIND-2", "One statement binds every kind at once, NULL among them.") { context in
    let db = try await context.open()
    try await db.createTable("kinds", kindColumns)
    try await db.exec(SQL(raw: kindInsert, everyKind))
    var second = everyKind
    second[0] = 2
    for index in stride(from: 1, to: second.count, by: 2) { second[index] = nil }
    try await db.exec(SQL(raw: kindInsert, second))
    let rows = try await db.query(
      SQL(raw: "SELECT \(kindNames) FROM kinds ORDER BY i"), as: Kinds.self
    ).collect()
    try expectEqual(rows.map(\.values), [everyKind, second], "both rows")
  },

  Clause("TYPE-8", "A decimal is stored as it is, or refused, whatever its column was declared.") {
    context in
    let db = try await context.open()
    do {
      try await db.createTable("prices", "id {int} NOT NULL PRIMARY KEY, x DECIMAL(38, 12)")
    } catch let error as DatabaseError where error.kind == .other {
      throw NotSaid("no DECIMAL of \(db.dialect) has 38 digits")
    }
    for (id, text) in [
      "19.990000000000", "123456789012345678.123456789012", "-0.000000000001", "9007199254740993",
      "99999999999999999999999999.999999999999", "12345678901234567890", "0.1", "1.000000000001",
    ].enumerated() {
      let number = try expectSome(ExactDecimal(text), text)
      try await db.expectKept(number, id: id * 2) { () async throws in
        try await db.exec("INSERT INTO prices (id, x) VALUES (?, ?)", id * 2, number)
      }
      try await db.expectKept(number, id: id * 2 + 1) { () async throws in
        try await db.bulkInsert(
          into: "prices", columns: ["id", "x"], [[.int(Int64(id * 2 + 1)), .decimal(number)]])
      }
    }
  },
]

private let kindColumns = """
  i {int} NOT NULL PRIMARY KEY, b {bool}, d {double}, t {text}, y {bytes}, s {timestamp}, c {date},
  u {uuid}, n {decimal}, e {text}
  """
private let kindNames = "i, b, d, t, y, s, c, u, n, e"
private let kindInsert =
  "INSERT INTO kinds (\(kindNames)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"

private let everyKind: [Value] = [
  1, true, 0.1, "Grüße", .bytes([0, 1, 255]),
  Timestamp(microseconds: 1_709_251_199_999_999).databaseValue,
  CalendarDate(daysSince1970: 19_782).databaseValue,
  UUID(uuidString: "00112233-4455-6677-8899-AABBCCDDEEFF").databaseValue,
  ExactDecimal(unscaled: -15_000_000_000, scale: 10).databaseValue, "",
]

/// A row of every kind, each column read as the type it was written from.
private struct Kinds: RowDecodable, Sendable {
  let values: [Value]

  init(row: borrowing Row) throws(DatabaseError) {
    values = [
      try row.decode(0, as: Int64?.self).databaseValue,
      try row.decode(1, as: Bool?.self).databaseValue,
      try row.decode(2, as: Double?.self).databaseValue,
      try row.decode(3, as: String?.self).databaseValue,
      try row.decode(4, as: [UInt8]?.self).databaseValue,
      try row.decode(5, as: Timestamp?.self).databaseValue,
      try row.decode(6, as: CalendarDate?.self).databaseValue,
      try row.decode(7, as: UUID?.self).databaseValue,
      try row.decode(8, as: ExactDecimal?.self).databaseValue,
      try row.decode(9, as: String?.self).databaseValue,
    ]
  }
}

extension Database {
  /// Whether what `insert` stored in `prices` is that number, or it refused and stored nothing.
  fileprivate func expectKept(
    _ number: ExactDecimal, id: Int, _ insert: () async throws -> Void
  ) async throws {
    do {
      try await insert()
    } catch let error as DatabaseError where error.kind == .unsupported {
      let count = try await single("SELECT COUNT(*) FROM prices WHERE id = \(id)", as: Int.self)
      try expectEqual(count, 0, "rows of a decimal that was refused")
      return
    }
    let back = try await single("SELECT x FROM prices WHERE id = \(id)", as: ExactDecimal.self)
    try expect(back.isNumericallyEqual(to: number), "\(number) came back as \(back)")
  }
}
