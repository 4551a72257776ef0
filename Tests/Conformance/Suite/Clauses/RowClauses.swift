import DriverAPI

let rowClauses = [
  Clause("ROW-1", "What does not fit the Swift type is told by column, and the rows go on.") {
    context in
    let db = try await context.open()
    try await db.createItems()
    try await db.insertRows(
      "items", ["id", "name", "amount"], [[1, "one", 300], [2, "two", nil]])
    var rows = try await db.query("SELECT id, name, amount FROM items ORDER BY id")
    try expect(try await rows.next(), "the first row is missing")
    try expectMismatch("amount", asked: "Int8", found: "int") {
      () throws(DatabaseError) in _ = try rows.row.decode(2, as: Int8.self)
    }
    try expectMismatch("name", asked: "Int64", found: "text") {
      () throws(DatabaseError) in _ = try rows.row.decode(1, as: Int64.self)
    }
    try expectMismatch("id", asked: "[UInt8]", found: "int") {
      () throws(DatabaseError) in _ = try rows.row.decode(0, as: [UInt8].self)
    }
    try expectEqual(try rows.row.decode(2, as: Int16.self), 300, "the same column as Int16")
    try expect(try await rows.next(), "the second row is missing")
    try expectMismatch("amount", asked: "Int", found: "NULL") {
      () throws(DatabaseError) in _ = try rows.row.decode(2, as: Int.self)
    }
    try expectEqual(try rows.row.decode(2, as: Int?.self), nil, "the same column as Int?")
    try expect(try await !rows.next(), "there is a third row")
  },

  Clause("ROW-1", "Integers are never clipped, wherever they stop fitting.") { context in
    let db = try await context.open()
    try await db.createItems(rowCount: 1)
    for (value, fits8, fits16, fits32) in [
      (Int64(127), true, true, true), (128, false, true, true), (-128, true, true, true),
      (-129, false, true, true), (32_768, false, false, true), (1 << 31, false, false, false),
      (-(1 << 31), false, false, true), (Int64.min, false, false, false),
    ] {
      try await db.exec("UPDATE items SET amount = \(value)")
      try await expectFit(Int8.self, value, fits8, db)
      try await expectFit(Int16.self, value, fits16, db)
      try await expectFit(Int32.self, value, fits32, db)
      try await expectFit(UInt64.self, value, value >= 0, db)
      try await expectFit(Int64.self, value, true, db)
    }
  },

  Clause("ROW-1", "A column that is not there is told, by position and by name.") { context in
    let db = try await context.open()
    try await db.createItems(rowCount: 1)
    for position in [3, -1] {
      try await expectError(.decoding, "column \(position)") {
        _ = try await db.withFirstRow(
          of: "SELECT id, name, amount FROM items", at: CallSite(file: #fileID, line: #line)
        ) { row throws(DatabaseError) in _ = try row.decode(position, as: Int.self) }
      }
    }
    let error = try await expectError(.decoding, "a column of another name") {
      _ = try await db.withFirstRow(
        of: "SELECT id FROM items", at: CallSite(file: #fileID, line: #line)
      ) { row throws(DatabaseError) in _ = try row.decode("missing", as: Int.self) }
    }
    try expect(error.message.contains("missing"), "\(error) does not name the column")
  },

  Clause("ROW-2", "Borrowed bytes equal copied bytes.") { context in
    let db = try await context.open()
    try await db.createTable("blobs", "id {int} NOT NULL PRIMARY KEY, body {bytes}, name {text}")
    for size in [0, 1, 15, 16, 4096, 100_000] {
      let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
      let name = String(repeating: "é", count: size / 2)
      try await db.exec("DELETE FROM blobs")
      try await db.exec("INSERT INTO blobs (id, body, name) VALUES (1, \(bytes), \(name))")
      var rows = try await db.query("SELECT body, name FROM blobs")
      try expect(try await rows.next(), "there is no row")
      let row = rows.row
      let borrowed = copied(try row.bytes(0))
      try expect(borrowed == bytes, "\(size) borrowed bytes differ from those stored")
      try expect(try row.decode(0, as: [UInt8].self) == borrowed, "copied differ from borrowed")
      try expect(copied(try row.utf8(1)) == Array(name.utf8), "borrowed text of \(size) bytes")
      try expect(try row.decode(1, as: String.self) == name, "copied text of \(size) bytes")
    }
  },
]

private func copied(_ span: Span<UInt8>) -> [UInt8] {
  span.indices.map { span[$0] }
}

private func expectMismatch(
  _ column: String, asked: String, found: String,
  _ body: () throws(DatabaseError) -> Void
) throws {
  do {
    try body()
  } catch {
    try expectEqual(error.kind, .decoding, "reading \(column) as \(asked)")
    for word in [column, asked, found] {
      // The engine may have folded the name.
      try expect(
        error.message.lowercased().contains(word.lowercased()), "\(error) does not tell \(word)")
    }
    return
  }
  throw ClauseFailure("reading \(column) as \(asked) succeeded")
}

private func expectFit<T: FixedWidthInteger & ColumnDecodable & Sendable>(
  _ type: T.Type, _ value: Int64, _ fits: Bool, _ db: Database
) async throws {
  if fits {
    let read = try await db.single("SELECT amount FROM items", as: type)
    try expect(read == value, "\(value) came back as \(read)")
  } else {
    try await expectError(.decoding, "\(value) as \(type)") {
      try await db.single("SELECT amount FROM items", as: type)
    }
  }
}
