import Testing

@testable import DriverAPI

@Suite("Portions of rows [BULK-1] [BIND-3]")
struct InsertPortionTests {
  @Test(arguments: [RowsForm.valueLists, .unionAll, .derivedUnion, .insertAll])
  func `an insert is no longer than the engine takes`(form: RowsForm) throws {
    for limit in [400, 1000, 65_535] {
      var dialect = OtherEngines.oracle
      dialect.severalRows = form
      dialect.maxStatementBytes = limit
      let columns = ["id", "a_rather_long_name"]
      let count = try dialect.rowsPerInsert(into: "app.items", columns)
      let sql = try dialect.insertSQL(into: "app.items", columns: columns, rowCount: count)
      #expect(sql.utf8.count <= limit && count >= 1)
      if limit == 65_535 { #expect(count > 100) }
    }
  }

  @Test func `tables are looked for where the engine cannot say if not exists`() async throws {
    let library = SlowLibrary {
      $0.dialect.hasIfNotExists = false
      $0.dialect.listTables = "COUNT 0"
    }
    let db = try await library.open()
    _ = library.takeLog()
    try await db.createTable(ifMissing: "t", "a INT")
    let log = library.takeLog()
    #expect(log.contains("COUNT 0") && log.contains("CREATE TABLE t (a INT)"))
    await db.close()
  }
}
