import DriverAPI
import Testing

/// INSERT ALL: Oracle SQL reference; a table value constructor of at most 1000 rows: Transact-SQL
/// reference. None of it was run.
@Suite("Several rows in one insert [BULK-1] [BIND-3]")
struct SeveralRowsTests {
  @Test(
    arguments: [
      (RowsForm.valueLists, #"INSERT INTO "T" ("A", "B") VALUES (?, ?), (?, ?)"#),
      (
        .unionAll,
        #"INSERT INTO "T" ("A", "B") SELECT ?, ? FROM DUAL UNION ALL SELECT ?, ? FROM DUAL"#
      ),
      (
        .derivedUnion,
        #"""
        INSERT INTO "T" ("A", "B") SELECT * FROM (SELECT ? AS dovetail_1, ? AS dovetail_2 FROM DUAL \#
        UNION ALL SELECT ?, ? FROM DUAL) dovetail_rows
        """#
      ),
      (
        .insertAll,
        #"INSERT ALL INTO "T" ("A", "B") VALUES (?, ?) INTO "T" ("A", "B") VALUES (?, ?) SELECT 1 FROM DUAL"#
      ),
    ])
  func `as the engine writes them`(form: RowsForm, sql: String) throws {
    var dialect = OtherEngines.oracle
    dialect.severalRows = form
    #expect(try dialect.insertSQL(into: "t", columns: ["a", "b"], rowCount: 2) == sql)
    #expect(try dialect.rebind(sql).parameterCount == 4)
    let one = try dialect.insertSQL(into: "t", columns: ["a", "b"])
    #expect(one == #"INSERT INTO "T" ("A", "B") VALUES (?, ?)"#)
  }

  @Test func `one by one where there is no such statement`() throws {
    #expect(OtherEngines.firebird.rowsPerInsert(columnCount: 2) == 1)
    let error = #expect(throws: DatabaseError.self) {
      try OtherEngines.firebird.insertSQL(into: "t", columns: ["a"], rowCount: 2)
    }
    #expect(error?.kind == .misuse)
  }

  @Test func `rows and parameters have limits of their own`() throws {
    let dialect = OtherEngines.sqlServer
    #expect(dialect.rowsPerInsert(columnCount: 1) == 1000)
    #expect(dialect.rowsPerInsert(columnCount: 3) == 699)
    #expect(Dialect.postgres.rowsPerInsert(columnCount: 1) == 65_535)
    _ = try dialect.insertSQL(into: "t", columns: ["a"], rowCount: 1000)
    #expect(throws: DatabaseError.self) {
      try dialect.insertSQL(into: "t", columns: ["a"], rowCount: 1001)
    }
  }
}
