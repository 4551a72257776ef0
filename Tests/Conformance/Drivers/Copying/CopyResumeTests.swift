import DriverAPI
import Foundation
import Testing

@Suite("A copy that was stopped goes on", .timeLimit(.minutes(3))) struct CopyResumeTests {
  private static let names = ["Ab", "aB", "ab", "é", "e\u{301}", "Z", "ß", "ss", "\u{1f600}", "_"]

  private static func schema(_ dialect: Dialect) -> String {
    let (id, int) = (dialect.typeName(.id), dialect.typeName(.int))
    let (key, text) = (dialect.typeName(.key(maxLength: 40)), dialect.typeName(.text))
    return """
      CREATE TABLE entries (id \(id), words \(text));
      CREATE TABLE visits (name \(key) NOT NULL, n \(int) NOT NULL, words \(text), PRIMARY KEY (name, n));
      CREATE TABLE notes (words \(text), n \(int))
      """
  }

  private static func fill(_ source: Database) async throws {
    try await source.bulkInsert(
      into: "entries", columns: ["words"], (0..<2500).map { [.text("line \($0)")] })
    try await source.bulkInsert(
      into: "visits", columns: ["name", "n", "words"],
      names.flatMap { name in (0..<120).map { [.text(name), .int($0), .text("v")] } })
    // Equal rows, and no key.
    try await source.bulkInsert(
      into: "notes", columns: ["words", "n"], (0..<900).map { [.text("note \($0 / 3)"), .null] })
  }

  private static func copy(_ databases: CopyPair.Databases) -> DatabaseCopy {
    var copy = DatabaseCopy(from: databases.source, to: databases.target)
    copy.maxPortionRowCount = 100
    return copy
  }

  private static let total = 2500 + 1200 + 900

  @Test(arguments: CopyPair.all) func `exactly where it was`(pair: CopyPair) async throws {
    try await pair.run { databases in
      try await databases.onBoth(Self.schema)
      try await Self.fill(databases.source)
      let copy = Self.copy(databases)
      var before = 0
      // Stopped again and again, in the middle of each table, and while both sides are compared.
      for (table, count) in [("entries", 700), ("notes", 0), ("visits", 500)] {
        let error = await cancelled(copy) { $0.table == table && $0.tableRowCount >= count }
        #expect(error?.kind == .cancelled)
        #expect(try await DatabaseCopy.isUnfinished(in: databases.target))
        var stored = 0
        for table in ["entries", "visits", "notes"] {
          stored +=
            try await databases.target.single("SELECT COUNT(*) FROM \(raw: table)", as: Int.self)
            ?? 0
        }
        let marked = try await databases.target.single(
          "SELECT SUM(copied_rows) FROM dovetail_copy", as: Int.self)
        #expect(stored == marked, "what is stored and what is marked are committed together")
        #expect(stored > before && stored < Self.total, "\(table)")
        before = stored
      }
      let comparing = await cancelled(copy) { $0.phase == .comparing && $0.table == "visits" }
      #expect(comparing?.kind == .cancelled)
      let counts = Counts()
      let report = try await copy.run { counts.add($0) }
      #expect(report.newRowCount == 0, "all of it was there")
      #expect(report.rowCount == Self.total && report.differing == [])
      #expect(counts.last?.rowCount == Self.total)
      #expect(try await !DatabaseCopy.isUnfinished(in: databases.target))
    }
  }

  @Test(arguments: CopyPair.toEach)
  func `and says what was changed meanwhile`(pair: CopyPair) async throws {
    try await pair.run { databases in
      try await databases.onBoth(Self.schema)
      try await Self.fill(databases.source)
      let copy = Self.copy(databases)
      _ = await cancelled(copy) { $0.table == "entries" && $0.tableRowCount >= 1000 }
      try await databases.source.exec("UPDATE entries SET words = 'edited' WHERE id IN (77, 78)")
      let edited = await refusal { try await copy.run() }
      #expect(edited?.kind == .other)
      #expect(edited?.details.table == "entries" && edited?.details.column == "words")
      #expect(edited?.details.key == "id 77")
      #expect(edited?.description.contains("77") == false, "\(String(describing: edited))")
      // It stays begun, and is found again.
      try await databases.source.exec("UPDATE entries SET words = 'line 76' WHERE id = 77")
      try await databases.source.exec("DELETE FROM entries WHERE id = 78")
      let removed = await refusal { try await copy.run() }
      #expect(removed?.details.key == "id 78")
      #expect(removed?.message.contains("2500 rows for 2499") == true)
      try await databases.target.exec("DELETE FROM entries WHERE id = 78")
      let report = try await copy.run()
      #expect(report.differing == [])
    }
  }

  @Test(arguments: CopyPair.toEach)
  func `once, if two go on with it`(pair: CopyPair) async throws {
    try await pair.run { databases in
      try await databases.onBoth(Self.schema)
      try await Self.fill(databases.source)
      let copy = Self.copy(databases)
      _ = await cancelled(copy) { $0.table == "entries" && $0.tableRowCount >= 300 }
      async let one = refusal { try await copy.run() }
      async let other = refusal { try await copy.run() }
      let errors = await [one, other]
      for case let error? in errors {
        #expect(
          [.misuse, .undefinedObject, .lockTimeout, .deadlock, .serializationFailure].contains(
            error.kind), "\(error)")
      }
      if errors.allSatisfy({ $0 != nil }) { _ = try await copy.run() }
      for (table, count) in [("entries", 2500), ("visits", 1200), ("notes", 900)] {
        let stored = try await databases.target.single(
          "SELECT COUNT(*) FROM \(raw: table)", as: Int.self)
        #expect(stored == count, "\(table)")
      }
      #expect(try await copy.compare().differing == [])
    }
  }

  @Test func `as it was begun, or not at all`() async throws {
    try await CopyPair(source: .sqlite, target: .sqlite).run { databases in
      try await databases.onBoth(Self.schema)
      try await Self.fill(databases.source)
      _ = await cancelled(Self.copy(databases)) { $0.table == "entries" && $0.tableRowCount >= 300 }
      let fewer = await refusal {
        try await DatabaseCopy(from: databases.source, to: databases.target, tables: ["entries"])
          .run()
      }
      #expect(fewer?.kind == .misuse)
      #expect(
        fewer?.message.contains("it had the table notes too, it had the table visits too") == true)
      try await CopyPair(source: .sqlite, target: .sqlite).run { others in
        try await others.onBoth(Self.schema)
        let other = await refusal {
          try await DatabaseCopy(from: others.source, to: databases.target).run()
        }
        #expect(other?.message.contains("it came from ") == true)
      }
      try await databases.onBoth { _ in "ALTER TABLE notes ADD COLUMN more TEXT" }
      let changed = await refusal { try await Self.copy(databases).run() }
      #expect(changed?.message.contains("the columns of notes were others") == true)
    }
  }
}

/// What was reported.
private final class Counts: Sendable {
  private let progress = Shared<[DatabaseCopy.Progress]>([])

  var last: DatabaseCopy.Progress? { progress.value.last }

  func add(_ step: DatabaseCopy.Progress) { progress.change { $0.append(step) } }
}
