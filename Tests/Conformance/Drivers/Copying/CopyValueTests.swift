import DriverAPI
import Foundation
import Testing

@Suite("A copy brings every value over", .timeLimit(.minutes(3))) struct CopyValueTests {
  private static let columns = [
    "id", "truth", "whole", "fraction", "words", "name", "raw", "moment", "day", "ident", "price",
    "doc",
  ]

  private static func schema(_ dialect: Dialect) -> String {
    let types: [(String, ColumnType)] = [
      ("truth", .bool), ("whole", .int), ("fraction", .double), ("words", .text),
      ("name", .key(maxLength: 191)), ("raw", .bytes), ("moment", .timestamp), ("day", .date),
      ("ident", .uuid), ("price", .decimal(precision: 38, scale: 10)), ("doc", .json),
    ]
    let columns = types.map { "\($0) \(dialect.typeName($1))" }.joined(separator: ", ")
    return "CREATE TABLE things (id \(dialect.typeName(.id)), \(columns))"
  }

  private static let planes: String = {
    var text = "\u{1}\t\n\r\u{7f}'\"\\`%_; -- e\u{301}\u{e9}\u{feff}\u{200d}"
    for plane in 0...16 {
      for offset: UInt32 in [0x20, 0xa0, 0x2603, 0xd7ff, 0xe000, 0xfffd] {
        if let scalar = Unicode.Scalar(UInt32(plane) << 16 | offset) {
          text.unicodeScalars.append(scalar)
        }
      }
    }
    return text + "👩‍👩‍👧"
  }()

  private static func moment(_ text: String) -> Value { Timestamp(text).databaseValue }

  private static func things(_ database: Database) async throws -> [CopiedThing] {
    let names = columns.joined(separator: ", ")
    return try await database.query(
      SQL(raw: "SELECT \(names) FROM things ORDER BY id"), as: CopiedThing.self
    ).collect()
  }

  private static let rows: [[Value]] = {
    let date = { (text: String) in CalendarDate(text).databaseValue }
    let decimal = { (text: String) in ExactDecimal(text).databaseValue }
    let uuid = UUID()
    return [
      [
        1, true, .int(.max), .double(.greatestFiniteMagnitude), .text(planes), "Ärger",
        .bytes(Array(0...255)), moment("9999-12-31 23:59:59.999999"), date("9999-12-31"),
        .uuid(uuid), decimal("9999999999999999999999999999.9999999999"),
        .json(#"{"b": [1, 2.50, "\u00e9\n"], "a": {"x": null}}"#),
      ],
      [
        2, false, .int(.min), .double(.leastNonzeroMagnitude), "", " ends in blanks  ", .bytes([]),
        moment("0001-01-01 00:00:00"), date("0001-01-01"), .uuid(UUID(uuid: UUID_NULL)),
        decimal("-0.0000000001"), .json("[]"),
      ],
      [3] + Array(repeating: .null, count: 11),
      [
        4, true, 0, 0.1, "é", "e\u{301}", .bytes([0, 255, 0]), moment("1969-12-31 23:59:59.999999"),
        date("2000-02-29"), .uuid(UUID()), decimal("1.5"), .json(#""text""#),
      ],
      // As those of a chat that has been there for long.
      [
        9_007_199_254_740_993, false, -1, -1.7976931348623157e308,
        .text(String(repeating: "x", count: 70_000)),
        "Z", .bytes(Array(repeating: 7, count: 100_000)), moment("2026-03-29 01:30:00.5"),
        date("1970-01-01"),
        .uuid(UUID()), decimal("0"), .json("true"),
      ],
    ]
  }()

  @Test(arguments: CopyPair.all) func `of every kind`(pair: CopyPair) async throws {
    try await pair.run { databases in
      let (source, target) = (databases.source, databases.target)
      try await databases.onBoth(Self.schema)
      let rows = Self.rows
      try await source.bulkInsert(into: "things", columns: Self.columns, rows)
      let report = try await DatabaseCopy(from: source, to: target, tables: ["things"]).run()
      #expect(report.rowCount == rows.count && report.newRowCount == rows.count)
      #expect(report.differing == [])
      #expect(try await target.tableNames() == ["things"], "the marks stay")
      let copied = try await Self.things(target)
      #expect(copied == rows.compactMap(CopiedThing.init))
      #expect(copied.count == rows.count)
      // The target's next id is beyond those that came along.
      try await target.exec("INSERT INTO things (words) VALUES ('next')")
      let next = try await target.single("SELECT MAX(id) FROM things", as: Int64.self)
      #expect(next == 9_007_199_254_740_994)
    }
  }

  @Test(arguments: CopyPair.all.filter { $0.source.testDescription != $0.target.testDescription })
  func `there and back`(pair: CopyPair) async throws {
    try await pair.run { there in
      try await there.onBoth(Self.schema)
      try await there.source.bulkInsert(into: "things", columns: Self.columns, Self.rows)
      _ = try await DatabaseCopy(from: there.source, to: there.target).run()
      try await there.source.exec("DELETE FROM things")
      _ = try await DatabaseCopy(from: there.target, to: there.source).run()
      #expect(try await Self.things(there.source) == Self.rows.compactMap(CopiedThing.init))
    }
  }

  @Test(arguments: CopyPair.toEach)
  func `that this server does not find by itself`(pair: CopyPair) async throws {
    // Ids that were given once are not given again, also where the newest rows are gone.
    try await pair.run { databases in
      let (source, target) = (databases.source, databases.target)
      try await databases.onBoth {
        "CREATE TABLE things (id \($0.typeName(.id)), n \($0.typeName(.int)))"
      }
      try await source.bulkInsert(
        into: "things", columns: ["n"], (0..<20).map { [.int($0)] })
      try await source.exec("DELETE FROM things WHERE id > 5")
      _ = try await DatabaseCopy(from: source, to: target).run()
      try await target.exec("INSERT INTO things (n) VALUES (1)")
      #expect(try await target.single("SELECT MAX(id) FROM things", as: Int.self) == 21)
    }
    // Nor where none is left.
    try await pair.run { databases in
      let (source, target) = (databases.source, databases.target)
      try await databases.onBoth {
        "CREATE TABLE things (id \($0.typeName(.id)), n \($0.typeName(.int)))"
      }
      try await source.bulkInsert(
        into: "things", columns: ["n"], (0..<20).map { [.int($0)] })
      try await source.exec("DELETE FROM things")
      _ = try await DatabaseCopy(from: source, to: target).run()
      try await target.exec("INSERT INTO things (n) VALUES (1)")
      #expect(try await target.single("SELECT MAX(id) FROM things", as: Int.self) == 21)
    }
  }

  @Test(.enabled(if: CopyEngine.postgres != nil))
  func `that PostgreSQL counts in any way`() async throws {
    let postgres = try #require(CopyEngine.postgres)
    try await CopyPair(source: .sqlite, target: postgres).run { databases in
      let (source, target) = (databases.source, databases.target)
      let tables = ["a", "b", "c", "d\"o'd"]
      try await target.execScript(
        """
        CREATE SEQUENCE apart;
        CREATE TABLE a (id BIGSERIAL PRIMARY KEY, n INT);
        CREATE TABLE b (id BIGINT GENERATED ALWAYS AS IDENTITY, n INT, PRIMARY KEY (id));
        CREATE TABLE c (id BIGINT PRIMARY KEY DEFAULT nextval('apart'), n INT);
        CREATE TABLE "d""o'd" (id BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, n INT)
        """)
      for table in tables {
        let name = try source.dialect.quoted(table)
        try await source.exec(SQL(raw: "CREATE TABLE \(name) (id INTEGER PRIMARY KEY, n INTEGER)"))
        // An identity that is always generated takes no id of anybody's.
        if table == "b" { continue }
        try await source.exec(SQL(raw: "INSERT INTO \(name) VALUES (41, 1)"))
      }
      _ = try await DatabaseCopy(from: source, to: target).run()
      for table in tables where table != "b" {
        let name = try target.dialect.quoted(table)
        let id = try await target.single(
          SQL(raw: "INSERT INTO \(name) (n) VALUES (2) RETURNING id"), as: Int.self)
        #expect(id == 42, "\(table)")
      }
    }
  }
}

/// A row of the test's table, read with types.
private struct CopiedThing: RowDecodable, Equatable {
  var id: Int64
  var truth: Bool?
  var whole: Int64?
  var fraction: Double?
  // Bytes: texts that are the same only to the eye are not.
  var words: [UInt8]?
  var name: [UInt8]?
  var raw: [UInt8]?
  var moment: Timestamp?
  var day: CalendarDate?
  var ident: UUID?
  var price: String?
  var doc: JSONDocument?

  init(row: borrowing Row) throws(DatabaseError) {
    id = try row.decode(0)
    truth = try row.decode(1)
    whole = try row.decode(2)
    fraction = try row.decode(3)
    words = try row.decode(4, as: String?.self).map { Array($0.utf8) }
    name = try row.decode(5, as: String?.self).map { Array($0.utf8) }
    raw = try row.decode(6)
    moment = try row.decode(7)
    day = try row.decode(8)
    ident = try row.decode(9)
    price = try row.decode(10, as: ExactDecimal?.self).map(Self.shortened)
    doc = try row.decode(11, as: String?.self).map { JSONDocument(text: $0) }
  }

  init?(_ values: [Value]) {
    guard case .int(let id) = values[0] else { return nil }
    self.id = id
    if case .bool(let value) = values[1] { truth = value }
    if case .int(let value) = values[2] { whole = value }
    if case .double(let value) = values[3] { fraction = value }
    if case .text(let value) = values[4] { words = Array(value.utf8) }
    if case .text(let value) = values[5] { name = Array(value.utf8) }
    if case .bytes(let value) = values[6] { raw = value }
    if case .timestamp(let value) = values[7] { moment = value }
    if case .date(let value) = values[8] { day = value }
    if case .uuid(let value) = values[9] { ident = value }
    if case .decimal(let value) = values[10] { price = Self.shortened(value) }
    if case .json(let value) = values[11] { doc = JSONDocument(text: value) }
  }

  // A column of ten decimals shows all of them.
  private static func shortened(_ decimal: ExactDecimal) -> String {
    var text = decimal.description
    guard text.contains(".") else { return text }
    while text.last == "0" { text.removeLast() }
    if text.last == "." { text.removeLast() }
    return text
  }
}

/// JSON that is the same whatever its blanks and the order of its names.
private struct JSONDocument: Equatable {
  var text: String

  static func == (left: JSONDocument, right: JSONDocument) -> Bool {
    func object(_ document: JSONDocument) -> NSObject? {
      try? JSONSerialization.jsonObject(with: Data(document.text.utf8), options: .fragmentsAllowed)
        as? NSObject
    }
    return object(left) != nil && object(left) == object(right)
  }
}

private let UUID_NULL: uuid_t = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
