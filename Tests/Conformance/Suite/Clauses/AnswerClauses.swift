import DriverAPI

// Answers that come otherwise than most.
let answerClauses = [
  Clause("QUERY-11", "What no engine prepares gives its rows like anything else.") { context in
    let db = try await context.open()
    try await db.createItems(rowCount: 3)
    try await db.exec("UPDATE items SET amount = NULL WHERE id = 2")
    let plain = "SELECT id, name, amount FROM items ORDER BY id"
    let wanted = try await db.query(SQL(raw: plain), as: Item.self).collect()
    let (preparing, executing) =
      switch db.dialect.name {
      case "sqlite": ("PRAGMA user_version", plain)
      case "postgres": ("PREPARE asked AS \(plain)", "EXECUTE asked")
      case "mysql", "mariadb": ("PREPARE asked FROM '\(plain)'", "EXECUTE asked")
      default: throw NotSaid("no statement is known that \(db.dialect) cannot prepare")
      }
    try await db.withConnection { connection in
      try await connection.exec(SQL(raw: preparing))
      for round in 1...2 {
        let sql = SQL(raw: executing)
        let found = try await connection.query(sql, as: Item.self).collect()
        try expectEqual(found, wanted, "rows, round \(round)")
        let first = try await connection.queryRow(sql, as: Item.self)
        try expectEqual(first, wanted[0], "the first row, round \(round)")
        var rows = try await connection.query(sql)
        try expectEqual(rows.columns.names, ["id", "name", "amount"], "names, round \(round)")
        try expect(try await rows.next(), "there is no row, round \(round)")
        rows.close()
        try await connection.exec(sql)
        try expectEqual(try await connection.rowCount(of: "items"), 3, "rows counted afterwards")
      }
      let error = try await thrownError("what was never prepared") {
        try await connection.query(SQL(raw: "EXECUTE nowhere")).close()
      }
      try expectEqual(error.connection, .usable, "the connection after \(error)")
      try expectEqual(try await connection.rowCount(of: "items"), 3, "rows counted in the end")
    }
  },

  Clause("QUERY-11", "So do values of every kind.") { context in
    let db = try await context.open()
    try await db.createTable(
      "kinds",
      "i {int} NOT NULL, b {bool}, d {double}, t {text}, y {bytes}, s {timestamp}, c {date}, n {decimal}"
    )
    let insert = "INSERT INTO kinds (i, b, d, t, y, s, c, n) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
    let instant = Timestamp(microseconds: 1_709_251_199_999_999)
    try await db.exec(
      SQL(
        raw: insert,
        [
          .int(.max), true, 0.1, "Gr\u{fc}\u{df}e", .bytes([0, 1, 255]), instant.databaseValue,
          CalendarDate(daysSince1970: 19_782).databaseValue,
          ExactDecimal(unscaled: -15_000_000_001, scale: 10).databaseValue,
        ]))
    try await db.exec(SQL(raw: insert, [.int(.min), nil, nil, nil, nil, nil, nil, nil]))
    try await db.exec(SQL(raw: insert, [0, false, -1e300, "", .bytes([]), nil, nil, nil]))
    let plain = "SELECT i, b, d, t, y, s, c, n FROM kinds ORDER BY i"
    let wanted = try await db.query(SQL(raw: plain), as: AllKinds.self).collect()
    let (preparing, executing) =
      switch db.dialect.name {
      case "sqlite": ("PRAGMA user_version", plain)
      case "postgres": ("PREPARE kinds_asked AS \(plain)", "EXECUTE kinds_asked")
      case "mysql", "mariadb": ("PREPARE kinds_asked FROM '\(plain)'", "EXECUTE kinds_asked")
      default: throw NotSaid("no statement is known that \(db.dialect) cannot prepare")
      }
    try await db.withConnection { connection in
      try await connection.exec(SQL(raw: preparing))
      let found = try await connection.query(SQL(raw: executing), as: AllKinds.self).collect()
      for (row, other) in zip(found, wanted) { try expectEqual(row, other, "a row") }
      try expectEqual(found.count, 3, "rows")
    }
  },

  Clause("QUERY-4", "An error far behind the first row is thrown where it stands.") { context in
    let db = try await context.open()
    try await db.createItems()
    let text = String(repeating: "x", count: 80)
    var written: [[Value]] = []
    for id in 1...4000 as ClosedRange<Int64> {
      written.append([.int(id), .text(text), .int(id == 3900 ? .min : id)])
    }
    try await db.bulkInsert(into: "items", columns: ["id", "name", "amount"], written)
    let sql: SQL = "SELECT ABS(amount), name FROM items"
    try await db.withConnection { connection in
      for round in 1...2 {
        var readCount = 0
        let error = try await thrownError("rows of which one overflows, round \(round)") {
          var rows = try await connection.query(sql)
          while try await rows.next() { readCount += 1 }
        }
        try expect(readCount < 4000, "\(readCount) rows were read before the error")
        try expectEqual(error.connection, .usable, "the connection after \(error)")
        try expectEqual(error.execution, .rejected, "what became of the statement")
        try expectEqual(try await connection.rowCount(of: "items"), 4000, "rows counted afterwards")
        // Who leaves before the error never meets it, unless the engine had come to it already.
        do {
          var rows = try await connection.query(sql)
          _ = try await rows.next()
          rows.close()
        } catch let other as DatabaseError {
          try expectEqual(other.kind, error.kind, "the error of rows that are left")
        }
        try expectEqual(try await connection.rowCount(of: "items"), 4000, "rows after leaving")
      }
    }
  },
]

private struct Item: RowDecodable, Sendable, Equatable {
  let id: Int
  let name: String
  let amount: Int?

  init(row: borrowing Row) throws(DatabaseError) {
    id = try row.decode(0)
    name = try row.decode(1)
    amount = try row.decode(2)
  }
}

private struct AllKinds: RowDecodable, Sendable, Equatable {
  let i: Int64
  let b: Bool?
  let d: Double?
  let t: String?
  let y: [UInt8]?
  let s: Timestamp?
  let c: CalendarDate?
  let n: ExactDecimal?

  init(row: borrowing Row) throws(DatabaseError) {
    i = try row.decode(0)
    b = try row.decode(1)
    d = try row.decode(2)
    t = try row.decode(3)
    y = try row.decode(4)
    s = try row.decode(5)
    c = try row.decode(6)
    n = try row.decode(7)
  }
}
