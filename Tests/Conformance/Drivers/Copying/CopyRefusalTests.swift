import DriverAPI
import Foundation
import Testing

@Suite("A copy refuses what would be bent", .timeLimit(.minutes(2))) struct CopyRefusalTests {
  /// A value of SQLite that a column of another engine does not hold.
  struct Misfit: Sendable, CustomTestStringConvertible {
    var type: ColumnType
    /// As SQL, into a column without a type.
    var value: String
    var kind: DatabaseError.Kind
    var words: String
    /// The one engine that it does not fit; nil if neither.
    var engine: String?

    var testDescription: String { "\(value) for \(type)" }
  }

  static let misfits = [
    Misfit(
      type: .int, value: "'7'", kind: .invalidValue,
      words: "holds text, and the target holds an integer"),
    Misfit(type: .int, value: "7.5", kind: .invalidValue, words: "holds a double"),
    Misfit(
      type: .bool, value: "2", kind: .invalidValue, words: "other than 0 and 1",
      engine: "PostgreSQL"),
    Misfit(
      type: .text, value: "x'ff'", kind: .invalidValue,
      words: "holds bytes, and the target holds text"),
    Misfit(
      type: .text, value: "7", kind: .invalidValue,
      words: "holds an integer, and the target holds text"),
    Misfit(type: .text, value: "CAST(x'61ff62' AS TEXT)", kind: .invalidValue, words: "not UTF-8"),
    Misfit(
      type: .text, value: "'a' || char(0) || 'b'", kind: .unsupported, words: "a NUL in it",
      engine: "PostgreSQL"),
    Misfit(type: .key(maxLength: 3), value: "'abcd'", kind: .dataOutOfRange, words: "holds 3"),
    // An engine would cut it without a word.
    Misfit(type: .key(maxLength: 3), value: "'abc '", kind: .dataOutOfRange, words: "holds 3"),
    Misfit(
      type: .bytes, value: "'text'", kind: .invalidValue,
      words: "holds text, and the target holds bytes"),
    Misfit(type: .timestamp, value: "1627303906122", kind: .invalidValue, words: "'unixepoch'"),
    Misfit(type: .timestamp, value: "'yesterday'", kind: .dataOutOfRange, words: "no instant"),
    Misfit(
      type: .timestamp, value: "'10000-01-01 00:00:00'", kind: .dataOutOfRange, words: "no instant"),
    Misfit(type: .date, value: "'2026-02-30'", kind: .invalidValue, words: "no date"),
    Misfit(
      type: .decimal(precision: 10, scale: 2), value: "'1.005'", kind: .dataOutOfRange,
      words: "more than 2 decimals"),
    Misfit(
      type: .decimal(precision: 10, scale: 2), value: "'many'", kind: .invalidValue,
      words: "no number"),
    Misfit(
      type: .decimal(precision: 10, scale: 2), value: "12345678901.00", kind: .dataOutOfRange,
      words: "more than 8 digits before the point"),
    Misfit(
      type: .double, value: "9007199254740993", kind: .invalidValue, words: "holds an integer"),
    Misfit(
      type: .double, value: "9e999", kind: .unsupported, words: "an infinity", engine: "MariaDB"),
    Misfit(
      type: .uuid, value: "'no-uuid'", kind: .invalidValue, words: "no uuid", engine: "PostgreSQL"),
  ]

  @Test(arguments: CopyPair.toServers, misfits)
  func `a value that the column does not hold`(pair: CopyPair, misfit: Misfit) async throws {
    if let engine = misfit.engine, engine != pair.target.testDescription { return }
    try await pair.run { databases in
      let (source, target) = (databases.source, databases.target)
      try await source.execScript(
        """
        CREATE TABLE things (id INTEGER PRIMARY KEY, value);
        INSERT INTO things VALUES (1, NULL), (2, \(misfit.value))
        """)
      try await target.exec(
        """
        CREATE TABLE things (id \(raw: target.dialect.typeName(.int)) PRIMARY KEY, \
        value \(raw: target.dialect.typeName(misfit.type)))
        """)
      let copy = DatabaseCopy(from: source, to: target)
      let error = try #require(await refusal { try await copy.run() })
      #expect(error.kind == misfit.kind, "\(error)")
      #expect(error.message.contains(misfit.words), "\(error)")
      #expect(error.message.hasPrefix("the table things: "), "\(error)")
      #expect(error.details.table == "things" && error.details.key == "id 2", "\(error.details)")
      #expect(error.details.column == "value")
      #expect(try await target.single("SELECT COUNT(*) FROM things", as: Int.self) == 0)
      // With the cause out of the way it goes on.
      try await source.exec("UPDATE things SET value = NULL")
      #expect(try await copy.run().rowCount == 2)
    }
  }

  @Test(.enabled(if: CopyEngine.mysql != nil)) func `what another engine has no room for`()
    async throws
  {
    let mysql = try #require(CopyEngine.mysql)
    for target in CopyEngine.all where target.testDescription != "MariaDB" {
      try await CopyPair(source: mysql, target: target).run { databases in
        try await databases.source.execScript(
          """
          CREATE TABLE things (id INT PRIMARY KEY, value BIGINT UNSIGNED);
          INSERT INTO things VALUES (1, 9223372036854775807), (2, 9223372036854775808)
          """)
        try await databases.target.exec(
          "CREATE TABLE things (id INTEGER PRIMARY KEY, value BIGINT)")
        let error = await refusal {
          try await DatabaseCopy(from: databases.source, to: databases.target).run()
        }
        #expect(
          error?.details.key == "id 2" && error?.details.column == "value",
          "\(error.debugDescription)")
      }
    }
  }

  @Test(.enabled(if: CopyEngine.postgres != nil)) func `what this library has no room for`()
    async throws
  {
    let postgres = try #require(CopyEngine.postgres)
    for target in CopyEngine.all {
      try await CopyPair(source: postgres, target: target).run { databases in
        try await databases.source.execScript(
          """
          CREATE TABLE things (id INT PRIMARY KEY, value TIMESTAMPTZ);
          INSERT INTO things VALUES (1, '2026-01-01'), (2, 'infinity')
          """)
        try await databases.target.exec(
          "CREATE TABLE things (id INTEGER PRIMARY KEY, value \(raw: databases.target.dialect.typeName(.timestamp)))"
        )
        let error = await refusal {
          try await DatabaseCopy(from: databases.source, to: databases.target).run()
        }
        #expect(error?.kind == .dataOutOfRange, "\(error.debugDescription)")
        #expect(error?.details.key == "id 2" && error?.details.column == "value")
      }
    }
  }

  @Test func `a row that the target's constraints refuse`() async throws {
    for pair in CopyPair.toEach {
      try await pair.run { databases in
        let (source, target) = (databases.source, databases.target)
        try await source.execScript(
          """
          CREATE TABLE things (id INTEGER PRIMARY KEY, name TEXT);
          INSERT INTO things VALUES (1, 'a'), (2, 'b'), (3, 'a')
          """)
        let key = target.dialect.typeName(.key(maxLength: 20))
        try await target.exec(
          "CREATE TABLE things (id INTEGER PRIMARY KEY, name \(raw: key) UNIQUE)")
        let error = await refusal { try await DatabaseCopy(from: source, to: target).run() }
        #expect(error?.kind == .uniqueViolation, "\(pair)")
        #expect(error?.details.key == "id 3" && error?.details.table == "things", "\(pair)")
        #expect(error?.details.row == nil)
      }
    }
  }
}
