import DriverAPI
import Testing

/// As the manuals have it: Firebird 3 language reference (MERGE, UPDATE OR INSERT), Oracle SQL reference
/// (MERGE), Transact-SQL reference (MERGE), Db2 SQL reference (MERGE). None of it was run.
@Suite("Upserts of engines that merge [UPSERT-2] [UPSERT-3] [UPSERT-6]")
struct MergeTextTests {
  private static let visit = Upsert(
    into: "app.visits", columns: ["name", "hits"], key: ["name"],
    assignments: [.expression("hits", "{old.hits} + {new.hits}")])

  @Test(
    arguments: [
      (OtherEngines.oracle, "DUAL"), (OtherEngines.db2, "SYSIBM.SYSDUMMY1"),
      (OtherEngines.firebird, "RDB$DATABASE"),
    ])
  func `merge from the table of one row`(dialect: Dialect, source: String) throws {
    let statement = try dialect.upsertStatement(Self.visit)
    #expect(
      statement.text == """
        MERGE INTO "APP"."VISITS" "VISITS" USING \(source) ON ("VISITS"."NAME" = ?) \
        WHEN MATCHED THEN UPDATE SET "HITS" = "VISITS"."HITS" + ? \
        WHEN NOT MATCHED THEN INSERT ("NAME", "HITS") VALUES (?, ?)
        """)
    #expect(statement.parameters(of: ["Ada", 7]) == ["Ada", 7, "Ada", 7])
    #expect(try dialect.rebind(statement.text).parameterCount == 4)
  }

  @Test func `SQL Server holds the key's range, and ends the statement`() throws {
    let statement = try OtherEngines.sqlServer.upsertStatement(
      Upsert(into: "t", columns: ["k", "a"], key: ["k"]))
    #expect(
      statement.text == """
        MERGE INTO "t" WITH (HOLDLOCK) "t" USING (SELECT 1 AS dovetail_one) dovetail_row \
        ON ("t"."k" = ?) WHEN MATCHED THEN UPDATE SET "a" = ? \
        WHEN NOT MATCHED THEN INSERT ("k", "a") VALUES (?, ?);
        """)
    #expect(statement.valueIndexes == [0, 1, 0, 1])
    #expect(try OtherEngines.sqlServer.rebind(statement.text).statementCount == 1)
  }

  @Test func `Firebird updates or inserts where all columns change`() throws {
    let firebird = OtherEngines.firebird
    let all = try firebird.upsertStatement(Upsert(into: "t", columns: ["k", "a", "b"], key: ["k"]))
    #expect(
      all.text
        == #"UPDATE OR INSERT INTO "T" ("K", "A", "B") VALUES (?, ?, ?) MATCHING ("K")"#)
    #expect(all.parameters(of: [1, 2, 3]) == [1, 2, 3])
    let some = Upsert(
      into: "t", columns: ["k", "a", "b"], key: ["k"], assignments: [.newValue("a")])
    #expect(try firebird.upsertStatement(some).text.hasPrefix("MERGE INTO"))
  }

  @Test(arguments: [OtherEngines.oracle, OtherEngines.firebird, OtherEngines.db2])
  func `insert-ignore finds the row by the key`(dialect: Dialect) throws {
    let statement = try dialect.insertIgnoreStatement(
      into: "t", columns: ["a", "k", "l"], key: ["k", "l"])
    #expect(
      statement.text == """
        MERGE INTO "T" "T" USING \(dialect.dummyTable ?? "") ON ("T"."K" = ? AND "T"."L" = ?) \
        WHEN NOT MATCHED THEN INSERT ("A", "K", "L") VALUES (?, ?, ?)
        """)
    #expect(statement.valueIndexes == [1, 2, 0, 1, 2])
    let plain = try dialect.insertIgnoreStatement(into: "t", columns: ["a"])
    #expect(plain.text == #"INSERT INTO "T" ("A") VALUES (?)"#)
    #expect(throws: DatabaseError.self) {
      try dialect.insertIgnoreStatement(into: "t", columns: ["a"], key: ["b"])
    }
  }

  @Test(arguments: [OtherEngines.oracle, OtherEngines.firebird, .standard])
  func `a key with an expression is refused where none can be named`(dialect: Dialect) {
    let upsert = Upsert(into: "t", columns: ["a"], key: [], keyExpressions: ["lower(a)"])
    let error = #expect(throws: DatabaseError.self) { try dialect.upsertStatement(upsert) }
    #expect(error?.kind == .unsupported)
    #expect(!dialect.upsertTakesIndexExpressions)
  }

  @Test func `a driver writes its own`() throws {
    var dialect = Dialect(name: "hana")
    dialect.upsertForm = .written(PrimaryKeyWriter())
    let statement = try dialect.upsertStatement(Upsert(into: "t", columns: ["k"], key: ["k"]))
    #expect(statement.text == #"UPSERT "t" ("k") VALUES (?) WITH PRIMARY KEY"#)
    let ignoring = try dialect.insertIgnoreStatement(into: "t", columns: ["k"], key: ["k"])
    #expect(ignoring.text == #"INSERT INTO "t" ("k") VALUES (?)"#)
    #expect(dialect.hasUpsertStatement)
    #expect(throws: DatabaseError.self) {
      try dialect.upsertStatement(Upsert(into: "t", columns: ["k"], key: ["x"]))
    }
  }
}

/// `UPSERT … WITH PRIMARY KEY`, as SAP HANA has it.
private struct PrimaryKeyWriter: UpsertWriter {
  func upsert(_ upsert: Upsert, in dialect: Dialect) throws(DatabaseError) -> RowStatement {
    let insert = try dialect.insertSQL(into: upsert.table, columns: upsert.columns)
    return RowStatement(text: "UPSERT" + insert.dropFirst(11) + " WITH PRIMARY KEY")
  }

  func insertIgnore(
    into table: String, columns: [String], key: [String], in dialect: Dialect
  ) throws(DatabaseError) -> RowStatement {
    RowStatement(text: try dialect.insertSQL(into: table, columns: columns))
  }
}
