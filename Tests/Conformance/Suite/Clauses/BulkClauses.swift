import DriverAPI
import Foundation

// The bulk path beside the plain one.
let bulkClauses = [
  Clause("BULK-3", "The bulk path takes what a plain insert takes, and stores the same.") {
    context in
    let db = try await context.open()
    let values = try values()
    for (number, column) in columns.enumerated() {
      let (plain, bulk) = ("plain\(number)", "bulk\(number)")
      do {
        for table in [plain, bulk] { try await db.createTable(table, "id {int}, v \(column)") }
      } catch let error as DatabaseError {
        // A type in the words of some engines that this one does not have.
        if column.utf8.contains(UInt8(ascii: "{")) { throw error }
        continue
      }
      var taken: [[Value]] = []
      for (place, value) in values.enumerated() {
        let row: [Value] = [.int(Int64(place)), value]
        let refusal = try await refused {
          try await db.exec(SQL(raw: "INSERT INTO \(plain) (id, v) VALUES (?, ?)", row))
        }
        if refusal == nil { taken.append(row) }
        // Alone, and behind a row that every column takes.
        for rows in [[row], [[-1, nil], row]] {
          let other = try await refused {
            try await db.bulkInsert(into: bulk, columns: ["id", "v"], rows)
          }
          try expectEqual(other, refusal, "\(value.kindName) number \(place) for \(column)")
        }
      }
      // Each of them alone is sent otherwise than among others of other kinds.
      try await expectSame(bulk, as: plain, column, copies: 2, db)
      try await db.exec(SQL(raw: "DELETE FROM \(bulk)"))
      try await db.bulkInsert(into: bulk, columns: ["id", "v"], taken)
      try await expectSame(bulk, as: plain, column, copies: 1, db)
    }
  },

  Clause(
    "BULK-3", "What takes inserts takes them in bulk, and what does not is refused as a whole."
  ) {
    context in
    let db = try await context.open { $0.maxConnections = 1 }
    try await db.createTable("kept", "k {int} NOT NULL PRIMARY KEY, v {text}, w {int}")
    let columns = ["k", "v"]
    for text in [
      "CREATE VIEW shown AS SELECT k, v FROM kept",
      "CREATE VIEW counted AS SELECT COUNT(*) AS k, MAX(v) AS v FROM kept",
    ] { try await db.exec(SQL(raw: text)) }
    for (number, target) in ["kept", "shown", "counted", "nowhere"].enumerated() {
      let first = Int64(number * 10)
      let plain = try await refused {
        try await db.exec(
          SQL(raw: "INSERT INTO \(target) (k, v) VALUES (?, 'plain')", [.int(first)]))
      }
      let bulk = try await refused {
        try await db.bulkInsert(
          into: target, columns: columns, (1...3).map { [.int(first + $0), "bulk"] })
      }
      try expectEqual(bulk, plain, "whether rows in bulk are refused by \(target)")
      try await db.ping()
      // A call that is refused as a whole is so for no row of it, and what went before it counts.
      try await db.transaction { transaction in
        let error = try await refused {
          try await transaction.bulkInsert(
            into: target, columns: columns, [[.int(first + 4), nil]])
        }
        try expectEqual(error, plain, "the same in a transaction")
        try await transaction.exec("UPDATE kept SET w = COALESCE(w, 0) + 1")
      }
    }
    let found = try await db.query("SELECT k, w FROM kept ORDER BY k", as: (Int, Int?).self)
      .collect()
    let isTaken = found.contains { $0.0 >= 10 }
    try expectEqual(
      found.map(\.0), isTaken ? [0, 1, 2, 3, 4, 10, 11, 12, 13, 14] : [0, 1, 2, 3, 4], "the rows")
    try expectEqual(found.first?.1, 4, "how often the first was changed")
  },

  Clause(
    "BULK-1", "Rows that are made while they are sent are all stored, or none.", weight: .heavy
  ) {
    context in
    let db = try await context.open()
    try await db.createTable("made", "id {int} NOT NULL PRIMARY KEY, v {text}")
    let columns = ["id", "v"]
    let made = (1...10_000).lazy.map { id -> [Value] in [.int(Int64(id)), .text(content(id))] }
    try expectEqual(try await db.bulkInsert(into: "made", columns: columns, made), 10_000, "rows")
    let found = try await db.query("SELECT id, v FROM made ORDER BY id", as: (Int, String).self)
      .collect()
    try expectEqual(found.map(\.0), Array(1...10_000), "the rows")
    try expect(found.allSatisfy { $0.1 == content($0.0) }, "a text is not what was sent")
    // From here on each of them stores rows before it fails.
    let again = (1...8_000).lazy.map { id -> [Value] in
      [.int(Int64(id == 7_777 ? 5 : 20_000 + id)), "again"]
    }
    let twice = try await expectError(.uniqueViolation, "a row that is there") {
      try await db.bulkInsert(into: "made", columns: columns, again)
    }
    try expectEqual(twice.details.row, 7_776, "the index of the bad row")
    let narrow = (1...8_000).lazy.map { id -> [Value] in
      id == 6_001 ? [.int(1)] : [.int(Int64(20_000 + id)), "narrow"]
    }
    let misshapen = try await expectError(.misuse, "a row with a value too few") {
      try await db.bulkInsert(into: "made", columns: columns, narrow)
    }
    try expectEqual(misshapen.details.row, 6_000, "the index of the bad row")
    let (arriving, source) = AsyncThrowingStream.makeStream(of: [Value].self)
    for id in 1...6_000 { source.yield([.int(Int64(20_000 + id)), "arrived"]) }
    source.finish(throwing: SourceFailure())
    do {
      try await db.bulkInsert(into: "made", columns: columns, arriving)
      throw ClauseFailure("rows of a source that failed were stored")
    } catch is SourceFailure {}
    try expectEqual(try await db.rowCount(of: "made"), 10_000, "rows after three that failed")
    let (more, rest) = AsyncThrowingStream.makeStream(of: [Value].self)
    for id in 1...5_000 { rest.yield([.int(Int64(20_000 + id)), "arrived"]) }
    rest.finish()
    try await db.transaction { transaction in
      try expectEqual(
        try await transaction.bulkInsert(into: "made", columns: columns, more), 5_000, "rows")
    }
    try expectEqual(try await db.rowCount(of: "made"), 15_000, "rows in the end")
  },

  Clause(
    "BULK-4", "Rows beyond one portion of the bulk path are all there, in every form of it.",
    weight: .heavy
  ) { context in
    let db = try await context.open()
    try await db.createTable("portions", "id {int} NOT NULL, v {text}, d {date}")
    // What a date is written as decides with some drivers how all rows are sent.
    let dates: [Value] = [nil, .text("2024-02-29")]
    for date in dates {
      let rows: [[Value]] = (1...3000).map { id in
        [.int(Int64(id)), .text(content(id)), id == 3000 ? date : nil]
      }
      try await db.bulkInsert(into: "portions", columns: ["id", "v", "d"], rows)
      let found = try await db.query(
        "SELECT id, v FROM portions ORDER BY id", as: (Int, String).self
      ).collect()
      try expectEqual(found.map(\.0), Array(1...3000), "the rows")
      try expect(found.allSatisfy { $0.1 == content($0.0) }, "a text is not what was sent")
      try await db.exec("DELETE FROM portions")
    }
  },

  Clause(
    "BULK-4", "Rows of megabytes go in as many messages as they need.", weight: .heavy
  ) { context in
    let db = try await context.open()
    try await db.createTable("large", "id {int} NOT NULL PRIMARY KEY, y {bytes}")
    func rows(_ ids: [Int]) -> [[Value]] {
      ids.map { [.int(Int64($0)), .bytes(Array(repeating: UInt8($0), count: 1_400_000 + $0))] }
    }
    let told = try await db.bulkInsert(into: "large", columns: ["id", "y"], rows(Array(1...14)))
    try expectEqual(told, 14, "rows told")
    let error = try await expectError(.uniqueViolation, "a key twice") {
      try await db.bulkInsert(
        into: "large", columns: ["id", "y"], rows(Array(21...29) + [7] + Array(30...33)))
    }
    try expectEqual(error.details.row, 9, "the row that failed")
    var found = 0
    var stored = try await db.query("SELECT id, y FROM large ORDER BY id")
    while try await stored.next() {
      found += 1
      let (id, bytes) = try stored.row.decode(as: (Int, [UInt8]).self)
      try expectEqual(id, found, "the id")
      try expect(
        bytes.count == 1_400_000 + id && bytes.allSatisfy { $0 == UInt8(id) },
        "row \(id) is another")
    }
    try expectEqual(found, 14, "rows")
  },

  Clause(
    "BULK-4", "A bulk insert that is cancelled on its way stores nothing.", weight: .heavy
  ) { context in
    let db = try await context.open { $0.maxConnections = 1 }
    try await db.createTable("halves", "id {int} NOT NULL, v {text}")
    let rows: [[Value]] = (1...60_000).map { [.int(Int64($0)), .text("text number \($0)")] }
    var cancelledCount = 0
    for delay in [0, 2, 10, 25, 50, 100, 200] {
      let task = Task {
        try await db.bulkInsert(into: "halves", columns: ["id", "v"], rows)
      }
      Deadline.after(.milliseconds(delay)) { task.cancel() }
      do {
        try expectEqual(try await task.value, rows.count, "rows told")
        try expectEqual(try await db.rowCount(of: "halves"), rows.count, "rows stored")
        try await db.exec("DELETE FROM halves")
      } catch let error as DatabaseError {
        try expectEqual(error.kind, .cancelled, "how it ended that was cancelled after \(delay) ms")
        try expectEqual(try await db.rowCount(of: "halves"), 0, "rows after \(delay) ms")
        cancelledCount += 1
      }
    }
    try expect(cancelledCount > 0, "none of them was cancelled on its way")
  },
]

private func content(_ id: Int) -> String { String(repeating: "\(id)\\\t\n", count: 20) }

private let columns = [
  "{int}", "{text}", "{double}", "{bytes}", "{bool}", "{timestamp}", "{date}", "{uuid}",
  "{decimal}", "{json}", "JSON", "SMALLINT", "INTEGER", "REAL", "VARCHAR(20)", "CHAR(20)",
]

/// Values of every kind, among them some that no column takes, and some that only one does.
private func values() throws -> [Value] {
  let instant = try expectSome(Timestamp("2024-02-29 23:34:56.789012"), "the instant")
  let number = try expectSome(ExactDecimal("-12345.6789"), "the number")
  let uuid = try expectSome(UUID(uuidString: "00112233-4455-6677-8899-AABBCCDDEEFF"), "the UUID")
  return [
    nil, true, false, 0, 1, -7, 40_000, .int(.max), .int(.min), .uint(5), .uint(.max), 0.5, -1.0,
    1e300, 0.1, "", "text", "7", "7.5", "it's \\ \t\n\r ü \u{1F600}", "\\N", "\\.", "NULL",
    "2024-02-29", "2024-02-29 12:00:00", "true", "[1, 2]",
    "00112233-4455-6677-8899-aabbccddeeff", .bytes([]), .bytes([0, 1, 255]),
    .bytes(Array(repeating: 65, count: 16)), .uuid(uuid), .timestamp(instant),
    .date(instant.date), .decimal(number), .json("{\"a\": [1, null]}"), "a\0b",
    .json("{\"a\": \"\0\"}"),
  ]
}

/// The kind of the error, if there is one.
private func refused<R>(_ body: () async throws -> R) async throws -> DatabaseError.Kind? {
  do {
    _ = try await body()
    return nil
  } catch let error as DatabaseError {
    try expectEqual(error.connection, .usable, "the connection after \(error)")
    return error.kind
  }
}

/// Whether both tables hold the same values, the first that many times each.
private func expectSame(
  _ bulk: String, as plain: String, _ column: String, copies: Int, _ db: Database
) async throws {
  let wanted = try await stored(in: plain, db)
  let found = try await stored(in: bulk, db)
  try expectEqual(found.count, wanted.count * copies, "rows in bulk for \(column)")
  for (index, row) in found.enumerated() {
    let (other, place) = (wanted[index / copies], index / copies)
    try expect(row == other, "for \(column) row \(place) in bulk is \(row), and not \(other)")
  }
}

private func stored(in table: String, _ db: Database) async throws -> [[Value]] {
  let sql = SQL(raw: "SELECT id, v FROM \(table) WHERE id >= 0 ORDER BY id")
  return try await db.query(sql, as: (Value, Value).self).collect().map { [$0.0, $0.1] }
}

/// What a source of rows fails with.
private struct SourceFailure: Error {}
