import DriverAPI

let bindClauses = [
  Clause("BIND-1", "Parameters may be freed when the call returns.") { context in
    let db = try await context.open()
    try await db.createTable("notes", "id {int} NOT NULL PRIMARY KEY, body {text}")
    let body = Value.text(String(repeating: "item ", count: 400))
    try await db.insertRows(
      "notes", ["id", "body"], (1...40).map { [.int($0), $0 % 2 == 0 ? body : "item"] })
    var rows = try await comparison(db, with: String(repeating: "item ", count: 400))
    var churn: [String] = []
    var id = 0
    while try await rows.next() {
      id += 1
      // Whatever took the parameter's place in memory would now be compared instead.
      churn.append(String(String(repeating: "item \(id) ", count: 400).prefix(2000)))
      let (found, isEqual) = try rows.row.decode(as: (Int, Int).self)
      try expect(
        found == id && isEqual == (id % 2 == 0 ? 1 : 0), "row \(id) compared as \(isEqual)")
    }
    try expectEqual(id, 40, "rows")
    try expect(churn.count == 40, "rows were skipped")
  },

  Clause("BIND-1", "Parameters of one execution do not reach the next.") { context in
    let db = try await context.open()
    try await db.createTable("kept", "id {int} NOT NULL PRIMARY KEY, x {text}")
    try await db.withConnection { connection in
      let insert = "INSERT INTO kept (id, x) VALUES (?, ?)"
      for (id, text) in [(1, "long enough to live on the heap, surely"), (2, nil), (3, "")] {
        try await connection.exec(SQL(raw: insert, [id.databaseValue, text.databaseValue]))
      }
      let found = try await connection.query(
        "SELECT x FROM kept ORDER BY id", as: String?.self
      ).collect()
      try expectEqual(found, ["long enough to live on the heap, surely", nil, ""], "the texts")
    }
  },

  Clause("BIND-1", "Large parameters are let go when their statement has run.", weight: .heavy) {
    context in
    let db = try await context.open { $0.maxConnections = 1 }
    try await db.createTable("large", "id {int} NOT NULL PRIMARY KEY, body {text}")
    let text = String(repeating: "x", count: 3 << 20)
    func use(_ number: Int) async throws {
      // Statements that are kept, each with room of its own for what is sent.
      let sql = "SELECT COUNT(*) FROM large WHERE body = ? AND id = \(number)"
      for _ in 1...2 {
        let count = try await db.single(SQL(raw: sql, [.text(text)]), as: Int.self)
        try expectEqual(count, 0, "rows")
      }
    }
    for number in 1...4 { try await use(number) }
    // What allocators do not give back to the system has a bound: what is kept grows every time.
    var growths: [Int] = []
    for numbers in [10...69, 70...129, 130...189] {
      let before = ResidentMemory.baseline()
      for number in numbers { try await use(number) }
      growths.append(ResidentMemory.baseline() - before)
      if growths.last ?? 0 < 60 << 20 { return }
    }
    throw ClauseFailure("memory grew by \(growths.map { $0 >> 20 }) MiB")
  },

  Clause("BIND-3", "As many parameters as the limit; one more is misuse that tells it.") {
    context in
    let db = try await context.open()
    try await db.createItems(rowCount: 2)
    let limit = db.dialect.maxParameters
    func count(_ parameters: Int) async throws -> Int {
      let values = (1...parameters).map { Value.int(Int64($0)) }
      let most = db.dialect.maxListCount ?? parameters
      let lists = stride(from: 0, to: parameters, by: most).map { start in
        let marks = Array(repeating: "?", count: min(most, parameters - start))
        return "id IN (\(marks.joined(separator: ", ")))"
      }
      let condition = lists.joined(separator: " OR ")
      return try await db.single(
        SQL(raw: "SELECT COUNT(*) FROM items WHERE \(condition)", values), as: Int.self)
    }
    try expectEqual(try await count(limit), 2, "rows among \(limit) parameters")
    let error = try await expectRefusal(.misuse, "\(limit + 1) parameters") {
      try await count(limit + 1)
    }
    try expect(error.message.contains("\(limit)"), "\(error) does not tell the limit")
  },

  Clause("BIND-3", "A text as long as the limit; one byte more is misuse that tells it.") {
    context in
    let db = try await context.open()
    func run(byteCount: Int) async throws -> Int {
      let length = db.dialect.selectSQL("7").utf8.count
      try expect(byteCount > length, "\(byteCount) bytes are no limit that one can work under")
      let blanks = String(repeating: " ", count: byteCount - length)
      return try await db.single(SQL(raw: db.dialect.selectSQL(blanks + "7")), as: Int.self)
    }
    guard let limit = db.dialect.maxStatementBytes else {
      return try expectEqual(try await run(byteCount: 1 << 20), 7, "a text of 1 MiB")
    }
    try expectEqual(try await run(byteCount: limit), 7, "a text of \(limit) bytes")
    let error = try await expectRefusal(.misuse, "\(limit + 1) bytes") {
      try await run(byteCount: limit + 1)
    }
    try expect(error.message.contains("\(limit)"), "\(error) does not tell the limit")
  },
]

/// In a function, so that nothing but the statement could still hold the parameter.
private func comparison(_ db: Database, with text: String) async throws -> Rows {
  try await db.query(
    "SELECT id, CASE WHEN body = \(text) THEN 1 ELSE 0 END FROM notes ORDER BY id")
}
