import DriverAPI

let upsertClauses = [
  upsertClause("UPSERT-1", "Inserts when the key is new.") { context in
    let db = try await context.open()
    try await db.createVisits()
    let result = try await db.outcome(of: visit, [["Ada", "ada@x", 1]])
    try expectEqual(result, [1, 0], "the result")
    try expectEqual(try await db.visits(), ["Ada ada@x 1 new"], "the table")
  },

  upsertClause("UPSERT-2", "Otherwise changes the named columns and no others.") { context in
    let db = try await context.open()
    try await db.createVisits()
    try await db.exec(
      "INSERT INTO visits (name, email, hits, note) VALUES ('Ada', 'ada@x', 5, 'kept')")
    try await db.exec(
      "INSERT INTO visits (name, email, hits, note) VALUES ('Bob', 'bob@x', 6, 'untouched')")
    var onlyHits = visit
    onlyHits.assignments = [.newValue("hits")]
    try await db.upsert(onlyHits, [["Ada", "other@x", 9]])
    try expectEqual(
      try await db.visits(), ["Ada ada@x 9 kept", "Bob bob@x 6 untouched"], "the table")
    try await db.upsert(visit, [["Ada", "new@x", 7]])
    try expectEqual(
      try await db.visits(), ["Ada new@x 7 kept", "Bob bob@x 6 untouched"], "the default columns")
  },

  upsertClause(
    "UPSERT-2", "Without assignments a row with the key stays, and no other key is minded."
  ) {
    context in
    let db = try await context.open()
    try await db.createVisits()
    var keep = visit
    keep.assignments = []
    let did = try await db.outcome(of: keep, [["Ada", "ada@x", 1], ["Ada", "other@x", 2]])
    try expectEqual(did, [1, 0], "inserted and updated")
    try await expectError(.uniqueViolation, "an e-mail address that another row has") {
      try await db.upsert(keep, [["Bob", "ada@x", 3]])
    }
    try expectEqual(try await db.visits(), ["Ada ada@x 1 new"], "the table")
  },

  upsertClause("UPSERT-3", "Insert-ignore keeps the old row and reports 0.") { context in
    let db = try await context.open()
    try await db.createVisits()
    let columns = ["name", "email", "hits"]
    func ignore(_ rows: [[Value]]) async throws -> Int {
      try await db.insertIgnore(into: "visits", columns: columns, rows)
    }
    try expectEqual(try await ignore([["Ada", "ada@x", 1]]), 1, "a new row")
    try expectEqual(try await ignore([["Ada", "other@x", 2]]), 0, "a row with a known key")
    try expectEqual(try await ignore([["Bob", "ada@x", 2]]), 0, "one with another known key")
    try expectEqual(
      try await ignore([["Ada", "z@x", 3], ["Cy", "cy@x", 3], ["Cy", "cy2@x", 3]]), 1, "a mixture")
    try expectEqual(try await db.visits(), ["Ada ada@x 1 new", "Cy cy@x 3 new"], "the table")
    let named = try await db.insertIgnore(
      into: "visits", columns: columns, key: ["name"],
      [["Ada", "a@x", 4], ["Bob", "ada@x", 4], ["Di", "di@x", 4]])
    try expectEqual(named, 1, "new rows where the key was named")
    try expectEqual(try await db.rowCount(of: "visits"), 3, "rows where the key was named")
  },

  upsertClause(
    "UPSERT-3", "Insert-ignore ignores duplicates only: any other violation still fails."
  ) {
    context in
    let db = try await context.open()
    try await db.createVisits()
    let columns = ["name", "email", "hits"]
    try await expectError(.notNullViolation, "a required NULL") {
      try await db.insertIgnore(into: "visits", columns: columns, [["Ada", nil, 1]])
    }
    try await expectError(.checkViolation, "a value the check refuses") {
      try await db.insertIgnore(into: "visits", columns: columns, [["Ada", "ada@x", -1]])
    }
    try await db.createTable(
      "logs",
      "id {int} NOT NULL PRIMARY KEY, name {key}, FOREIGN KEY (name) REFERENCES visits (name)")
    try await expectError(.foreignKeyViolation, "a reference to nothing") {
      try await db.insertIgnore(into: "logs", columns: ["id", "name"], [[1, "nobody"]])
    }
    try expectEqual(try await db.visits(), [], "the table")
    try expectEqual(try await db.rowCount(of: "logs"), 0, "the referring table")
  },

  upsertClause(
    "UPSERT-11", "Insert-ignore of more rows than one statement takes is all or nothing."
  ) {
    context in
    let db = try await context.open()
    try await db.createVisits()
    let columns = ["name", "email", "hits"]
    var rows: [[Value]] = (1...2500).map {
      ["n\($0)".databaseValue, "\($0)@x".databaseValue, 1]
    }
    try await expectError(.checkViolation, "a bad last row") {
      try await db.insertIgnore(
        into: "visits", columns: columns, rows + [["bad", "bad@x", -1]])
    }
    try expectEqual(try await db.rowCount(of: "visits"), 0, "rows after the failure")
    let some = try await db.insertIgnore(into: "visits", columns: columns, Array(rows[1200...1300]))
    try expectEqual(some, 101, "new rows of one statement")
    // One that is in an earlier portion of the same call exists as well.
    rows.append(["n7", "other@x", 2])
    let all = try await db.insertIgnore(into: "visits", columns: columns, rows)
    try expectEqual(all, 2399, "new rows of several statements")
    try expectEqual(try await db.rowCount(of: "visits"), 2500, "rows")
    let hits = try await db.single("SELECT SUM(hits) FROM visits", as: Int.self)
    try expectEqual(hits, 2500, "what the rows hold")
  },

  upsertClause("UPSERT-4", "A clash on another unique key is a violation and changes nothing.") {
    context in
    let db = try await context.open()
    try await db.createVisits()
    try await db.upsert(visit, [["Ada", "ada@x", 1], ["Bob", "bob@x", 2]])
    let before = try await db.visits()
    for row: [Value] in [["Cy", "ada@x", 3], ["Bob", "ada@x", 4]] {
      try await expectError(.uniqueViolation, "an e-mail address that another row has") {
        try await db.upsert(visit, [row])
      }
      try expectEqual(try await db.visits(), before, "the table")
    }
    try await expectError(.uniqueViolation, "a clash in the second of two rows") {
      try await db.upsert(visit, [["Ada", "ada@x", 9], ["Cy", "bob@x", 9]])
    }
    try expectEqual(try await db.visits(), before, "the table after two rows")
  },

  upsertClause("UPSERT-5", "Many rows in one call, all or nothing.") { context in
    let db = try await context.open()
    try await db.createVisits()
    let rows: [[Value]] = (1...300).map { ["n\($0)".databaseValue, "\($0)@x".databaseValue, 1] }
    let first = try await db.outcome(of: visit, Array(rows.prefix(200)))
    try expectEqual(first, [200, 0], "new rows")
    let second = try await db.outcome(of: visit, rows)
    try expectEqual(second, [100, 200], "a mixture")
    try await expectError(.notNullViolation, "a bad last row") {
      try await db.upsert(visit, [["extra", "extra@x", 1], ["bad", nil, 1]])
    }
    try expectEqual(try await db.rowCount(of: "visits"), 300, "rows")
    let none = try await db.outcome(of: visit, [])
    try expectEqual(none, [0, 0], "no rows at all")
  },

  upsertClause("UPSERT-6", "Expressions over old and new values.") { context in
    let db = try await context.open()
    try await db.createVisits()
    for hits: Int64 in [1, 10, 100] {
      try await db.upsert(counted, [["Ada", "ada@x", .int(hits)]])
    }
    try expectEqual(try await db.visits(), ["Ada ada@x 111 new"], "the sum")
    var larger = visit
    larger.assignments = [
      .expression("hits", "CASE WHEN {new.hits} > {old.hits} THEN {new.hits} ELSE {old.hits} END")
    ]
    try await db.upsert(larger, [["Ada", "ada@x", 50]])
    try expectEqual(try await db.visits(), ["Ada ada@x 111 new"], "the larger of 111 and 50")
    try await db.upsert(larger, [["Ada", "ada@x", 500]])
    try expectEqual(try await db.visits(), ["Ada ada@x 500 new"], "the larger of 111 and 500")
  },

  upsertClause("UPSERT-6", "Old values are those from before, in whatever order columns change.") {
    context in
    let db = try await context.open()
    try await db.createTable("pairs", "id {int} NOT NULL PRIMARY KEY, a {int}, b {int}")
    try await db.exec("INSERT INTO pairs (id, a, b) VALUES (1, 10, 20)")
    func changed(_ assignments: Upsert.Assignment...) async throws -> [Int] {
      try await db.upsert(
        Upsert(into: "pairs", columns: ["id", "a", "b"], key: ["id"], assignments: assignments),
        [[1, 11, 21]])
      let row = try await db.queryRow(
        "SELECT a, b FROM pairs WHERE id = 1", as: (Int, Int).self)
      return row.map { [$0.0, $0.1] } ?? []
    }
    let next = try await changed(.newValue("a"), .expression("b", "{old.a} + {old.b}"))
    try expectEqual(next, [11, 30], "the new value, and the sum of the old ones")
    do {
      let turned = try await changed(.expression("a", "{old.b}"), .expression("b", "{old.a}"))
      try expectEqual(turned, [30, 11], "each other's old value")
    } catch let error as DatabaseError {
      // Where one column changes after the other, and nowhere else.
      try expect(db.dialect.assignsInOrder, "\(error)")
      try expectEqual(error.kind, .unsupported, "how it is refused")
      try expectEqual(error.execution, .notSent, "\(error)")
    }
  },

  upsertClause("UPSERT-7", "The outcome says inserted or updated, also where nothing changed.") {
    context in
    let db = try await context.open()
    try await db.createVisits()
    let inserted = try await db.outcome(of: visit, [["Ada", "ada@x", 1]])
    try expectEqual(inserted, [1, 0], "the first")
    let updated = try await db.outcome(of: visit, [["Ada", "ada@x", 2]])
    try expectEqual(updated, [0, 1], "the second")
    let same = try await db.outcome(of: visit, [["Ada", "ada@x", 2]])
    try expectEqual(same, [0, 1], "the same again")
  },

  upsertClause("UPSERT-8", "Rows that refer to the updated one survive.") { context in
    let db = try await context.open()
    try await db.createVisits()
    try await db.createTable(
      "logs",
      """
      id {int} NOT NULL PRIMARY KEY, name {key},
      FOREIGN KEY (name) REFERENCES visits (name) ON DELETE CASCADE
      """)
    try await db.upsert(visit, [["Ada", "ada@x", 1]])
    try await db.insertRows("logs", ["id", "name"], [[1, "Ada"], [2, "Ada"]])
    try await db.upsert(visit, [["Ada", "new@x", 2]])
    try await db.upsert(counted, [["Ada", "new@x", 3]])
    try expectEqual(try await db.rowCount(of: "logs"), 2, "rows that refer to it")
    try expectEqual(try await db.visits(), ["Ada new@x 5 new"], "the row")
  },

  upsertClause("UPSERT-9", "Sixteen tasks on one key: one row, the right sum, no error.") {
    context in
    let db = try await context.open()
    try await db.createVisits()
    let total = try await withThrowingTaskGroup(of: [Int].self) { group in
      for _ in 1...16 {
        group.addTask {
          var sum = [0, 0]
          for hits in 1...10 {
            let did = try await db.outcome(of: counted, [["Ada", "ada@x", hits.databaseValue]])
            sum = [sum[0] + did[0], sum[1] + did[1]]
          }
          return sum
        }
      }
      return try await group.reduce([0, 0]) { [$0[0] + $1[0], $0[1] + $1[1]] }
    }
    try expectEqual(try await db.visits(), ["Ada ada@x 880 new"], "the table")
    try expect(total == [1, 159], "inserted and updated add up to \(total)")
  },
]

/// A promise of upserts; where there are none, both calls and the dialect say so, and nothing happens.
func upsertClause(
  _ id: String, _ title: String, file: StaticString = #fileID, line: UInt = #line,
  _ check: @escaping Clause.Check
) -> Clause {
  Clause(
    id, title, needs: \.upserts, file: file, line: line, otherwise: proveNoUpserts, check)
}

private func proveNoUpserts(_ context: ConformanceContext) async throws {
  let db = try await context.open()
  try await db.createVisits()
  try await expectError(.unsupported, "an upsert") {
    try await db.upsert(visit, [["Ada", "ada@x", 1]])
  }
  try await expectError(.unsupported, "an insert that ignores what exists") {
    try await db.insertIgnore(
      into: "visits", columns: visit.columns, key: visit.key, [["Ada", "ada@x", 1]])
  }
  try await expectError(.unsupported, "the dialect's upsert") {
    try db.dialect.upsertStatement(visit)
  }
  try expectEqual(try await db.visits(), [], "the table")
}

private let visit = Upsert(into: "visits", columns: ["name", "email", "hits"], key: ["name"])

private let counted = Upsert(
  into: "visits", columns: ["name", "email", "hits"], key: ["name"],
  assignments: [.expression("hits", "{old.hits} + {new.hits}")])

extension StatementExecutor {
  fileprivate func createVisits() async throws {
    try await createTable(
      "visits",
      """
      name {key} NOT NULL PRIMARY KEY, email {key} NOT NULL, hits {int} NOT NULL, note {key} DEFAULT 'new',
      CONSTRAINT visits_email UNIQUE (email), CONSTRAINT visits_hits CHECK (hits >= 0)
      """)
  }

  /// How many rows an upsert inserted, and how many it updated.
  fileprivate func outcome(of upsert: Upsert, _ rows: [[Value]]) async throws -> [Int] {
    let result = try await self.upsert(upsert, rows)
    return [result.insertedCount, result.updatedCount]
  }

  /// The table's rows in order, each as one text.
  fileprivate func visits() async throws -> [String] {
    let rows = try await query(
      "SELECT name, email, hits, note FROM visits ORDER BY name",
      as: (String, String, Int, String).self
    ).collect()
    return rows.map { "\($0.0) \($0.1) \($0.2) \($0.3)" }
  }
}
