import DriverAPI
import Testing

/// Compared with the manuals that stand beside each expectation; none of it was run.
@Suite("Inserts and upserts of engines without a driver [BULK-1] [UPSERT-2] [UPSERT-3]")
struct ForeignWriteTests {
  private static let visit = Upsert(
    into: "app.visits", columns: ["name", "hits"], key: ["name"],
    assignments: [.expression("hits", "{old.hits} + {new.hits}")])

  static let rows: [Expected] = [
    // Oracle 19c, Sequence Pseudocolumns: no NEXTVAL beside a set operator; INSERT, subquery.
    Expected(
      OtherEngines.oracle,
      #"""
      INSERT INTO "T" ("A", "B") SELECT * FROM (SELECT ? AS dovetail_1, ? AS dovetail_2 FROM DUAL \#
      UNION ALL SELECT ?, ? FROM DUAL) dovetail_rows
      """#),
    // Oracle 23ai, New Features Guide, Table Value Constructor
    Expected(OtherEngines.oracle23, #"INSERT INTO "T" ("A", "B") VALUES (?, ?), (?, ?)"#),
    // Transact-SQL, Table Value Constructor
    Expected(OtherEngines.sqlServer, #"INSERT INTO "t" ("a", "b") VALUES (?, ?), (?, ?)"#),
    // Db2 11.5, INSERT: VALUES with several rows.
    Expected(OtherEngines.db2, #"INSERT INTO "T" ("A", "B") VALUES (?, ?), (?, ?)"#),
  ]

  @Test(arguments: rows)
  func `several rows`(expected: Expected) throws {
    let sql = try expected.dialect.insertSQL(into: "t", columns: ["a", "b"], rowCount: 2)
    expectSQL(sql, expected.sql)
  }

  // Transact-SQL, Maximum Capacity Specifications and Table Value Constructor; Db2 11.5, SQL and XML
  // limits; Firebird 3.0, INSERT.
  static let counts = [
    (OtherEngines.sqlServer, 2, 1000), (OtherEngines.sqlServer, 3, 699),
    (OtherEngines.db2, 1, 32_767), (OtherEngines.firebird, 1, 1),
  ]

  // Db2 11.5, SQL and XML limits; Firebird 3 as its client library has it. The others name none.
  static let lengths = [
    (OtherEngines.db2, Int?(2_097_152)), (OtherEngines.firebird, 10 << 20),
    (OtherEngines.oracle, nil),
    (OtherEngines.sqlServer, nil),
  ]

  @Test(arguments: lengths)
  func `a text no longer than the engine takes`(dialect: Dialect, limit: Int?) {
    expectSame(dialect.maxStatementBytes, limit)
  }

  @Test(arguments: counts)
  func `rows of one insert`(dialect: Dialect, columnCount: Int, rowCount: Int) {
    expectSame(dialect.rowsPerInsert(columnCount: columnCount), rowCount)
  }

  static let merges: [Expected] = [
    // Oracle 19c, MERGE: the condition in parentheses, no AS before the alias.
    Expected(
      OtherEngines.oracle,
      #"""
      MERGE INTO "APP"."VISITS" "VISITS" USING DUAL ON ("VISITS"."NAME" = ?) \#
      WHEN MATCHED THEN UPDATE SET "HITS" = "VISITS"."HITS" + ? \#
      WHEN NOT MATCHED THEN INSERT ("NAME", "HITS") VALUES (?, ?)
      """#),
    // Transact-SQL, MERGE: the hint before the alias, a semicolon at the end.
    Expected(
      OtherEngines.sqlServer,
      #"""
      MERGE INTO "app"."visits" WITH (HOLDLOCK) "visits" \#
      USING (SELECT 1 AS dovetail_one) dovetail_row ON ("visits"."name" = ?) \#
      WHEN MATCHED THEN UPDATE SET "hits" = "visits"."hits" + ? \#
      WHEN NOT MATCHED THEN INSERT ("name", "hits") VALUES (?, ?);
      """#),
    // Db2 11.5, MERGE: a table reference behind USING.
    Expected(
      OtherEngines.db2,
      #"""
      MERGE INTO "APP"."VISITS" "VISITS" USING SYSIBM.SYSDUMMY1 ON ("VISITS"."NAME" = ?) \#
      WHEN MATCHED THEN UPDATE SET "HITS" = "VISITS"."HITS" + ? \#
      WHEN NOT MATCHED THEN INSERT ("NAME", "HITS") VALUES (?, ?)
      """#),
  ]

  @Test(arguments: merges)
  func `upserts`(expected: Expected) throws {
    let statement = try expected.dialect.upsertStatement(Self.visit)
    expectSQL(statement.text, expected.sql)
    expectSame(statement.parameters(of: ["Ada", 7]), ["Ada", 7, "Ada", 7])
    expectSame(try expected.dialect.rebind(statement.text).statementCount, 1)
  }

  // Oracle 19c, MERGE, merge_update_clause: ORA-38104.
  @Test func `Oracle compares no column that it changes`() throws {
    let upsert = Upsert(
      into: "t", columns: ["k", "a"], key: ["k"], assignments: [.newValue("a"), .newValue("k")])
    let error = #expect(throws: DatabaseError.self) {
      try OtherEngines.oracle.upsertStatement(upsert)
    }
    #expect(error?.kind == .unsupported && error?.message.contains("k") == true)
    _ = try OtherEngines.db2.upsertStatement(upsert)
  }

  // Firebird 3.0, UPDATE OR INSERT
  @Test func `Firebird merges where a column only looks like the one that is inserted`() throws {
    let (composed, apart) = ("\u{E9}", "e\u{301}")
    let same = Upsert(into: "t", columns: ["k", composed], key: ["k"])
    expectSQL(
      try OtherEngines.firebird.upsertStatement(same).text,
      "UPDATE OR INSERT INTO \"T\" (\"K\", \"\(composed)\") VALUES (?, ?) MATCHING (\"K\")")
    let other = Upsert(
      into: "t", columns: ["k", composed, apart], key: ["k"],
      assignments: [.newValue(apart), .expression(composed, "0")])
    #expect(try OtherEngines.firebird.upsertStatement(other).text.hasPrefix("MERGE INTO"))
  }

  static let ignoring: [Expected] = [
    Expected(
      OtherEngines.oracle,
      #"""
      MERGE INTO "T" "T" USING DUAL ON ("T"."K" = ?) \#
      WHEN NOT MATCHED THEN INSERT ("K", "A") VALUES (?, ?)
      """#),
    Expected(
      OtherEngines.sqlServer,
      #"""
      MERGE INTO "t" WITH (HOLDLOCK) "t" USING (SELECT 1 AS dovetail_one) dovetail_row \#
      ON ("t"."k" = ?) WHEN NOT MATCHED THEN INSERT ("k", "a") VALUES (?, ?);
      """#),
    Expected(
      OtherEngines.db2,
      #"""
      MERGE INTO "T" "T" USING SYSIBM.SYSDUMMY1 ON ("T"."K" = ?) \#
      WHEN NOT MATCHED THEN INSERT ("K", "A") VALUES (?, ?)
      """#),
    Expected(
      OtherEngines.firebird,
      #"""
      MERGE INTO "T" "T" USING RDB$DATABASE ON ("T"."K" = ?) \#
      WHEN NOT MATCHED THEN INSERT ("K", "A") VALUES (?, ?)
      """#),
  ]

  @Test(arguments: ignoring)
  func `inserts that leave alone what is there`(expected: Expected) throws {
    let statement = try expected.dialect.insertIgnoreStatement(
      into: "t", columns: ["k", "a"], key: ["k"])
    expectSQL(statement.text, expected.sql)
  }

  // Db2 11.5, Identifiers, exposed names: of a table with a schema the name without one is another's.
  // Transact-SQL, UPDATE: FROM would be needed for an alias.
  @Test func `a change and a look by the key`() throws {
    let change = try OtherEngines.db2.changeSQL(Self.visit)
    expectSQL(
      change.text,
      #"UPDATE "APP"."VISITS" SET "HITS" = "APP"."VISITS"."HITS" + ? WHERE "NAME" = ?"#)
    #expect(change.valueIndexes == [1, 0])
    let presence = try OtherEngines.sqlServer.presenceSQL(Self.visit)
    expectSQL(presence.text, #"SELECT 1 FROM "app"."visits" WHERE "name" = ?"#)
  }
}
