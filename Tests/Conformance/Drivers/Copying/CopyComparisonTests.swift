import DriverAPI
import DriverConformance
import Foundation
import Testing

@Suite("A copy is compared", .timeLimit(.minutes(2))) struct CopyComparisonTests {
  private static func schema(_ dialect: Dialect) -> String {
    let (int, text) = (dialect.typeName(.int), dialect.typeName(.text))
    return """
      CREATE TABLE things (id \(int) PRIMARY KEY, words \(text), at \(dialect.typeName(.timestamp)));
      CREATE TABLE bare (words \(text))
      """
  }

  private static func copied(_ databases: CopyPair.Databases) async throws -> DatabaseCopy {
    try await databases.onBoth(schema)
    try await databases.source.bulkInsert(
      into: "things", columns: ["id", "words", "at"],
      (1...2000).map { [.int($0), .text("é \($0)"), .timestamp(.now)] })
    try await databases.source.bulkInsert(
      into: "bare", columns: ["words"], (1...50).map { [.text("\($0 / 2)")] })
    let copy = DatabaseCopy(from: databases.source, to: databases.target)
    _ = try await copy.run()
    #expect(try await copy.compare().differing == [])
    return copy
  }

  private func difference(_ copy: DatabaseCopy, in table: String) async throws
    -> DatabaseCopy.Comparison
  {
    let comparisons = try await copy.compare()
    #expect(comparisons.filter { !$0.isEqual }.map(\.table) == [table])
    return try #require(comparisons.first { $0.table == table })
  }

  @Test(arguments: CopyPair.all) func `row by row and column by column`(pair: CopyPair) async throws
  {
    try await pair.run { databases in
      let target = databases.target
      let copy = try await Self.copied(databases)
      // The same to the eye.
      try await target.exec("UPDATE things SET words = ? WHERE id = 700", "e\u{301} 700")
      let changed = try await difference(copy, in: "things")
      #expect(
        changed.firstDifference?.key == "id 700"
          && changed.firstDifference?.kind == .changed(columns: ["words"]))
      #expect(changed.sourceRowCount == 2000 && changed.targetRowCount == 2000)
      try await target.exec("UPDATE things SET words = ? WHERE id = 700", "é 700")
      #expect(try await copy.compare().differing == [])
      try await target.exec("DELETE FROM things WHERE id IN (1999, 1998)")
      let missing = try await difference(copy, in: "things")
      #expect(
        missing.firstDifference?.key == "id 1998" && missing.firstDifference?.kind == .missing)
      #expect(missing.targetRowCount == 1998)
      try await databases.source.exec("DELETE FROM things WHERE id IN (1999, 1998)")
      try await target.exec("INSERT INTO things (id, words) VALUES (-1, 'more')")
      let unexpected = try await difference(copy, in: "things")
      #expect(
        unexpected.firstDifference?.key == "id -1"
          && unexpected.firstDifference?.kind == .unexpected)
    }
  }

  @Test(arguments: CopyPair.toEach) func `also without a key`(pair: CopyPair) async throws {
    try await pair.run { databases in
      let copy = try await Self.copied(databases)
      // As many rows as before, and one of two equal ones is another's equal.
      try await databases.source.exec("DELETE FROM bare WHERE words IN ('3', '4')")
      try await databases.source.exec("INSERT INTO bare VALUES ('3'), ('3'), ('3'), ('4')")
      let found = try await difference(copy, in: "bare")
      #expect(found.sourceRowCount == found.targetRowCount && found.firstDifference == nil)
    }
  }

  @Test(arguments: CopyPair.toEach) func `before it is done`(pair: CopyPair) async throws {
    try await pair.run { databases in
      try await databases.onBoth(Self.schema)
      try await databases.source.exec("INSERT INTO things VALUES (1, 'a', NULL), (2, 'b', NULL)")
      let copy = DatabaseCopy(from: databases.source, to: databases.target)
      _ = await cancelled(copy) { $0.phase == .comparing }
      try await databases.target.exec("UPDATE things SET words = 'c' WHERE id = 2")
      let error = try #require(await refusal { try await copy.run() })
      #expect(error.kind == .other && error.execution == .completed)
      #expect(error.details.table == "things" && error.details.key == "id 2")
      #expect(error.details.column == "words")
      #expect(try await DatabaseCopy.isUnfinished(in: databases.target))
    }
  }

  @Test(arguments: CopyPair.all.filter { $0.source.testDescription == $0.target.testDescription })
  func `with the moment at which it began`(pair: CopyPair) async throws {
    try await pair.run { databases in
      try await databases.onBoth(Self.schema)
      let source = databases.source
      try await source.bulkInsert(
        into: "things", columns: ["id", "words"], (1...3000).map { [.int($0), "x"] })
      var copy = DatabaseCopy(from: source, to: databases.target)
      copy.maxPortionRowCount = 50
      let (begun, hasBegun) = AsyncStream.makeStream(of: Void.self)
      async let writing = {
        for await _ in begun { break }
        var count = 0
        for id in 3001...3200 {
          try await source.exec("INSERT INTO things (id, words) VALUES (\(id), 'late')")
          try await source.exec("UPDATE things SET words = 'edited' WHERE id = \(id - 3000)")
          try await source.exec("DELETE FROM things WHERE id = \(id - 1000)")
          count += 1
        }
        return count
      }()
      let report = try await copy.run { _ in hasBegun.yield() }
      #expect(try await writing == 200)
      #expect(report.differing == [])
      let stored = try await databases.target.single("SELECT COUNT(*) FROM things", as: Int.self)
      #expect(stored == 3000)
      #expect(
        try await databases.target.single(
          "SELECT COUNT(*) FROM things WHERE words <> 'x'", as: Int.self) == 0)
      // What came later stays behind, and that is told.
      #expect(try await !copy.compare().differing.isEmpty)
    }
  }

  @Test func `with a source that nobody can write to`() async throws {
    let url = try await CopyEngine.sqlite.harness.makeDatabase()
    let writer = try await CopyEngine.sqlite.open(url)
    try await writer.execScript(Self.schema(writer.dialect))
    try await writer.exec("INSERT INTO things VALUES (1, 'a', NULL)")
    await writer.close()
    let pair = CopyPair(source: .sqlite, target: .sqlite)
    try await pair.run { databases in
      try await databases.target.execScript(Self.schema(writer.dialect))
      let source = try await CopyEngine.sqlite.open(url + "?mode=ro")
      let report = try await DatabaseCopy(from: source, to: databases.target).run()
      #expect(report.rowCount == 1 && report.differing == [])
      await source.close()
    }
    await CopyEngine.sqlite.harness.removeDatabase(url)
  }
}
