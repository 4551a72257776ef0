import DriverAPI
import Foundation

// A driver may send and read a value in several forms: as text while it knows nothing of the statement, in
// binary afterwards, otherwise in a batch. None of that may show.
let valueFormClauses = [
  Clause(
    "BIND-4", "The first run of a statement stores what the second does, and a batch.",
    weight: .heavy
  ) { context in
    let db = try await context.open()
    let values = try borderValues()
    for (number, column) in borderColumns.enumerated() {
      let tables = ["known", "first", "batch"].map { "\($0)\(number)" }
      do {
        for table in tables { try await db.createTable(table, "id {int}, v \(column)") }
      } catch let error as DatabaseError {
        // A type in the words of the standard that the engine does not have, or not so long.
        if column.utf8.contains(UInt8(ascii: "{")) { throw error }
        continue
      }
      for (place, value) in values.enumerated() {
        let row: [Value] = [.int(Int64(place)), value]
        let insert = { (table: String) in
          SQL(raw: "INSERT INTO \(table) (id, v) VALUES (?, ?)", row)
        }
        let taken = try await isTaken { try await db.exec(insert(tables[0])) }
        let others = [
          try await isTaken {
            try await db.exec(SQL(raw: insert(tables[1]).text + " -- \(place)", row))
          },
          try await isTaken { try await db.batch([insert(tables[2])]) },
        ]
        try expectEqual(
          others, [taken, taken],
          "whether \(value.kindName) number \(place) is taken for \(column): first run and batch")
      }
      let wanted = try await stored(in: tables[0], db)
      for table in tables {
        for reading in 1...2 {
          let found = try await stored(in: table, db)
          try expectEqual(found.count, wanted.count, "rows of \(table)")
          for (row, other) in zip(found, wanted) {
            try expect(
              row == other, "\(table) for \(column), reading \(reading): \(row), and not \(other)")
          }
        }
      }
      for row in wanted.prefix(12) {
        let sql = SQL(raw: "SELECT id, v FROM \(tables[0]) WHERE id = ?", [row[0]])
        let found = try await db.queryRow(sql, as: (Value, Value).self)
        try expect(
          found?.0 == row[0] && found?.1 == row[1], "\(row) alone is \(String(describing: found))")
      }
    }
  },

  Clause("BIND-1", "Many and large parameters arrive, and small ones behind them.") { context in
    let db = try await context.open { $0.maxConnections = 1 }
    let names = (1...50).map { "c\($0)" }
    try await db.createTable(
      "wide", "id {int}, " + names.map { "\($0) {text}" }.joined(separator: ", "))
    let marks = Array(repeating: "?", count: 51).joined(separator: ", ")
    let insert = "INSERT INTO wide (id, \(names.joined(separator: ", "))) VALUES (\(marks))"
    var written: [[Value]] = []
    for (id, size) in [3, 0, 40_000, 1, 300, 2_000_000, 5, 0].enumerated() {
      // The large one stands among the others, so that what lies behind it has to move.
      var row: [Value] = [.int(Int64(id))]
      for index in names.indices {
        let count = index == 20 || size < 100_000 ? size : index
        let text = String(repeating: "\(index % 10)", count: count)
        row.append(index % 7 == 3 ? .null : .text(text))
      }
      try await db.exec(SQL(raw: insert, row))
      written.append(row)
    }
    var id = 0
    var rows = try await db.query("SELECT * FROM wide ORDER BY id")
    while try await rows.next() {
      let found = try rows.row.values()
      let column = found.indices.first { found[$0] != written[id][$0] }
      if let column { throw ClauseFailure("row \(id) is another in column \(column)") }
      id += 1
    }
    try expectEqual(id, written.count, "rows")
  },

  Clause("QUERY-7", "All rows that a write returns arrive, however many and long.") { context in
    let db = try await context.open()
    try await db.createTable("told", "id {int} NOT NULL, t {text}, y {bytes}, n {int}")
    guard db.dialect.returning.contains(.insert) else { return }
    var written: [[Value]] = []
    for id in 1...900 {
      let text = String(repeating: "\u{fc}\(id)", count: id % 5 == 0 ? 0 : id)
      let bytes = [UInt8](repeating: UInt8(id % 251), count: id % 90)
      let number: Value = id % 3 == 0 ? .null : .int(Int64(-id))
      written.append(
        [.int(Int64(id)), id % 7 == 0 ? .null : .text(text), .bytes(bytes), number])
    }
    // One text, whose rows are few at first, and then more than anybody keeps in memory.
    try await db.bulkInsert(
      into: "told", columns: ["id", "t"], (1...4000).map { [.int($0), .text(long($0))] })
    for (last, expected) in [(2, 2), (3003, 3001), (3003, 0), (4000, 997)]
    where db.dialect.returning.contains(.delete) {
      let sql = SQL(raw: "DELETE FROM told WHERE id <= ? RETURNING id, t", [.int(Int64(last))])
      let rows = try await db.query(sql, as: (Int64, String).self).collect()
      try expectEqual(rows.count, expected, "rows told of those up to \(last)")
      try expect(rows.allSatisfy { $0.1 == long($0.0) }, "a text is another, up to \(last)")
    }
    if db.dialect.returning.contains(.delete) {
      try expectEqual(try await db.rowCount(of: "told"), 0, "rows left")
    }
    try await db.exec("DELETE FROM told")
    let most = db.dialect.rowsPerInsert(columnCount: 4)
    var stored = 0
    for chunk in Set([1, 3, 900].map { min($0, most) }).sorted() {
      var found: [[Value]] = []
      for start in stride(from: 0, to: chunk == 900 ? 900 : 9, by: chunk) {
        let part = written[start..<start + chunk]
        let insert = try db.dialect.insertSQL(
          into: "told", columns: ["id", "t", "y", "n"], rowCount: chunk)
        let sql = SQL(raw: insert + " RETURNING id, t, y, n", Array(part.joined()))
        var rows = try await db.query(sql)
        while try await rows.next() { found.append(try rows.row.values()) }
      }
      try expectEqual(found.count, chunk == 900 ? 900 : 9, "rows told, \(chunk) at once")
      stored += found.count
      for (row, other) in zip(found, written) {
        if row != other {
          throw ClauseFailure("row \(other[0]) is told otherwise, \(chunk) at once")
        }
      }
    }
    try expectEqual(try await db.rowCount(of: "told"), stored, "rows stored")
  },
]

private let borderColumns: [String] = [
  "{int}", "SMALLINT", "REAL", "{double}", "{decimal}", "NUMERIC(30, 0)", "{text}", "{key}",
  "CHAR(20)",
  "{bytes}", "{bool}", "{timestamp}", "{date}", "{uuid}", "{json}", "JSON",
]

/// Values at the borders of what the types hold, and of each kind some.
private func borderValues() throws -> [Value] {
  let instant = try expectSome(Timestamp("1969-12-31 23:59:59.999999"), "the instant")
  let number = try expectSome(ExactDecimal("-12345.6789"), "the number")
  let uuid = try expectSome(UUID(uuidString: "00112233-4455-6677-8899-AABBCCDDEEFF"), "the UUID")
  return [
    nil, true, false, 0, 1, -1, 32_767, 32_768, -32_768, -32_769, 2_147_483_647, 2_147_483_648,
    -2_147_483_648, -2_147_483_649, 16_777_217, 9_007_199_254_740_993, .int(.max), .int(.min),
    .uint(0),
    .uint(7), .uint(UInt64(Int64.max)), .uint(.max), 0.0, -0.0, 0.5, 0.1, 1e10, -1e300, 3.4e38,
    1e-300,
    "", " ", "text", "a  ", "12", "-7.25", "1e3", "true", "it's \\ \t\n\r ü", "null",
    "2024-02-29", "2024-02-29 12:00:00", "[1, 2]", "00112233-4455-6677-8899-aabbccddeeff", "a\0b",
    .bytes([]), .bytes([0, 1, 255]), .bytes(Array(repeating: 66, count: 16)),
    .bytes(Array("12".utf8)), .uuid(uuid), .timestamp(instant), .date(instant.date),
    .decimal(number),
    .decimal(try expectSome(ExactDecimal("7"), "seven")), .json("{\"a\": [1, null]}"), .json("1"),
  ]
}

private func isTaken<R>(_ body: () async throws -> R) async throws -> Bool {
  do {
    _ = try await body()
    return true
  } catch let error as DatabaseError {
    try expectEqual(error.connection, .usable, "the connection after \(error)")
    return false
  }
}

private func stored(in table: String, _ db: Database) async throws -> [[Value]] {
  let sql = SQL(raw: "SELECT id, v FROM \(table) ORDER BY id")
  return try await db.query(sql, as: (Value, Value).self).collect().map { [$0.0, $0.1] }
}

/// A text of half a kilobyte, another for each number.
private func long(_ id: Int64) -> String { String(repeating: "\(id)\u{fc}", count: 100) }
