import DriverAPI
import Foundation

// Rows on their way from one database into another of the same engine.
let copyClauses = [
  Clause("COPY-1", "What was copied is the same on both sides, whatever its kind.") { context in
    try await betweenTwo(context) { source, target in
      for db in [source, target] {
        let columns = kinds.map { "v_\($0) {\($0)}" }.joined(separator: ", ")
        try await db.createTable("kinds", "k {int} NOT NULL PRIMARY KEY, \(columns)")
      }
      let rows = try rowsOfKinds()
      try await source.insertRows("kinds", ["k"] + kinds.map { "v_\($0)" }, rows)
      let report = try await DatabaseCopy(from: source, to: target).run()
      try expectEqual(report.rowCount, rows.count, "how many rows both sides have")
      try expectEqual(report.newRowCount, rows.count, "how many rows were copied")
      try expect(report.tables.allSatisfy(\.isEqual), "the sides differ: \(report.tables)")
      // Not only by what the copy says of itself.
      for kind in kinds {
        let sql = SQL(raw: "SELECT k, v_\(kind) FROM kinds ORDER BY k")
        let was = try await source.query(sql, as: (Int, Value).self).collect()
        let became = try await target.query(sql, as: (Int, Value).self).collect()
        try expectEqual(became.map(\.0), was.map(\.0), "the keys")
        for (old, new) in zip(was, became) {
          try expectEqual(new.1, old.1, "\(kind) of row \(old.0)")
        }
      }
    }
  },

  Clause(
    "COPY-2", "A copy that was stopped goes on behind what was committed, and stores nothing twice."
  ) { context in
    try await betweenTwo(context) { source, target in
      for db in [source, target] {
        try await db.createItems()
        try await db.createTable("notes", "words {text}")
      }
      let count = 320
      try await source.bulkInsert(
        into: "items", columns: ["id", "name", "amount"],
        (1...Int64(count)).map { [.int($0), .text("item \($0)"), .int($0 * 10)] })
      // Equal rows without a key, which can only be copied as a whole.
      try await source.bulkInsert(
        into: "notes", columns: ["words"], (0..<60).map { [.text("note \($0 / 3)")] })
      var copy = DatabaseCopy(from: source, to: target, tables: ["items", "notes"])
      copy.maxPortionRowCount = 50
      for stop in [(table: "items", count: 120), (table: "notes", count: 0)] {
        let task = Task { [copy] in
          try await copy.run { progress in
            guard progress.table == stop.table, progress.tableRowCount >= stop.count else { return }
            withUnsafeCurrentTask { $0?.cancel() }
          }
        }
        switch await task.result {
        case .success: throw ClauseFailure("a copy that was cancelled in \(stop.table) ends well")
        case .failure(let error):
          try expectEqual((error as? DatabaseError)?.kind, .cancelled, "how it ends: \(error)")
        }
        try expect(
          try await DatabaseCopy.isUnfinished(in: target), "nobody sees that the copy is not done")
      }
      let stored = try await target.rowCount(of: "items")
      try expectEqual(stored, count, "rows of the table that was done")
      let report = try await copy.run()
      try expectEqual(report.newRowCount, 60, "rows of the last run")
      for table in ["items", "notes"] {
        try expectEqual(
          try await target.rowCount(of: table), try await source.rowCount(of: table),
          "rows of \(table)")
      }
      try expect(
        try await !DatabaseCopy.isUnfinished(in: target), "a copy that is done seems not to be")
    }
  },

  Clause("COPY-3", "What is not the same on both sides is found, and the first row is named.") {
    context in
    try await betweenTwo(context) { source, target in
      for db in [source, target] { try await db.createItems(rowCount: 20) }
      let copy = DatabaseCopy(from: source, to: target, tables: ["items"])
      func found() async throws -> DatabaseCopy.Comparison {
        let found = try await copy.compare()
        try expectEqual(found.count, 1, "tables")
        return found[0]
      }
      try expect(try await found().isEqual, "the same rows seem to differ")
      try await target.exec("UPDATE items SET amount = amount + 1 WHERE id = 13")
      try expectEqual(
        try await found().firstDifference?.kind, .changed(columns: ["amount"]), "a changed row")
      try expect(
        try await found().firstDifference?.key.contains("13") == true, "another row is named")
      try await target.exec("DELETE FROM items WHERE id = 13")
      try expectEqual(try await found().firstDifference?.kind, .missing, "a row that is missing")
      try expectEqual(try await found().targetRowCount, 19, "rows of the target")
      try await target.insertRows(
        "items", ["id", "name", "amount"],
        [[13, "item 13", 130], [99, "item 99", nil]])
      try expectEqual(try await found().firstDifference?.kind, .unexpected, "a row too many")
      try await target.exec("DELETE FROM items WHERE id = 99")
      try expect(try await found().isEqual, "the same rows seem to differ at the end")
    }
  },

  Clause("COPY-4", "What is in the way of a copy is named at once, and nothing is changed.") {
    context in
    try await betweenTwo(context) { source, target in
      try await source.createItems(rowCount: 3)
      try await source.createTable("others", "n {int}")
      try await source.createTable("absent", "n {int}")
      try await target.createTable("items", "id {int} NOT NULL PRIMARY KEY, name {key} NOT NULL")
      try await target.createTable("others", "n {int}")
      try await target.exec("INSERT INTO others (n) VALUES (?)", 1)
      let obstacles: [(tables: [String]?, word: String)] = [
        (nil, "absent"), (["items", "others"], "amount"), (["others"], "others"),
      ]
      for (tables, word) in obstacles {
        let error = try await expectError(.misuse, "a copy that is in the way of \(word)") {
          try await DatabaseCopy(from: source, to: target, tables: tables).run()
        }
        try expect(error.message.contains(word), "\(word) is not named: \(error)")
      }
      try expectEqual(try await target.rowCount(of: "items"), 0, "rows of the target")
      try expectEqual(try await target.rowCount(of: "others"), 1, "rows that were there")
      try expect(try await !DatabaseCopy.isUnfinished(in: target), "a copy seems to have begun")
    }
  },

  Clause("COPY-5", "Ids that the target gives afterwards are none of those that were copied.") {
    context in
    try await betweenTwo(context) { source, target in
      guard source.dialect.counters != nil else {
        throw NotSaid("its dialect does not say how ids are counted on")
      }
      for db in [source, target] { try await db.createTable("made", "id {id}, n {int}") }
      for n in 1...5 { try await source.exec("INSERT INTO made (n) VALUES (?)", n) }
      // The last one given is gone, and is not given again.
      try await source.exec("DELETE FROM made WHERE n = 5")
      let highest = try await source.insert(into: "made", ["n": 6])
      try await source.exec("DELETE FROM made WHERE n = 6")
      try await DatabaseCopy(from: source, to: target).run()
      let given = try await target.insert(into: "made", ["n": 7])
      try expect(given > highest, "\(given) was given behind \(highest)")
    }
  },
]

private let kinds = ["bool", "double", "text", "bytes", "timestamp", "date", "uuid", "decimal"]

private func rowsOfKinds() throws -> [[Value]] {
  let instants = try [0, 1_700_000_000_123_456, -2_000_000_000_000_000].map {
    try expectSome(Timestamp(microseconds: $0), "an instant")
  }
  let texts = ["", "Grüße 漢字 🚀", "it's \"100 %\" \\ \n\t", String(repeating: "x", count: 5000)]
  let uuids = (0..<3).map { _ in UUID() }
  return try (0..<12).map { number in
    // Each column has a NULL in another row, and one row has nothing else.
    func unless(_ column: Int, _ value: Value) -> Value {
      number == column || number == 11 ? .null : value
    }
    return [
      .int(Int64(number)),
      unless(0, .bool(number % 2 == 0)),
      unless(1, .double([0.1, -1e300, 2.5e-300, 1.0 / 3][number % 4])),
      unless(2, .text(texts[number % 4])),
      unless(3, .bytes([[], [0, 255, 39, 92], [UInt8](repeating: 7, count: 5000)][number % 3])),
      unless(4, .timestamp(instants[number % 3])),
      unless(5, .date(try date(number))),
      unless(6, .uuid(uuids[number % 3])),
      unless(7, .decimal(try decimal(["0", "-12345678.9012345678", "99999999.5"][number % 3]))),
    ]
  }
}

private func date(_ number: Int) throws -> CalendarDate {
  try expectSome(CalendarDate(year: [1600, 1999, 9999][number % 3], month: 2, day: 28), "a date")
}

private func decimal(_ text: String) throws -> ExactDecimal {
  try expectSome(ExactDecimal(text), "a decimal")
}

/// Runs `body` with the case's database and another of the same engine.
private func betweenTwo(
  _ context: ConformanceContext, _ body: (Database, Database) async throws -> Void
) async throws {
  let url = try await context.harness.makeDatabase()
  let source = try await context.open()
  let target = try await context.open(DatabaseURL(url), with: context.harness.driver)
  do { try await body(source, target) } catch {
    await target.close()
    await context.harness.removeDatabase(url)
    throw error
  }
  await target.close()
  await context.harness.removeDatabase(url)
}
