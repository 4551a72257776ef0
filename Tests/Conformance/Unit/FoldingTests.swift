import DriverAPI
import Testing

@Suite("Names without quotes [SCHEMA-1] [QUERY-1]")
struct FoldingTests {
  private static let names: [(Dialect, String, String)] = [
    (OtherEngines.oracle, "items", "\"ITEMS\""), (OtherEngines.firebird, "a_1", "\"A_1\""),
    (OtherEngines.db2, "order", "\"ORDER\""), (OtherEngines.db2, "Items", "\"Items\""),
    (OtherEngines.oracle, "two words", "\"two words\""), (OtherEngines.oracle, "ü", "\"ü\""),
    (OtherEngines.oracle, "1st", "\"1st\""), (OtherEngines.sqlServer, "items", "\"items\""),
    (.postgres, "Items", "\"Items\""), (.sqlite, "items", "\"items\""),
  ]

  @Test(arguments: names)
  func `a name in small letters is quoted as the engine keeps it`(
    dialect: Dialect, name: String, expected: String
  ) throws {
    #expect(try dialect.quoted(name) == expected)
  }

  @Test func `each part of a table's name`() throws {
    #expect(try OtherEngines.oracle.quoted(table: "app.Items") == "\"APP\".\"Items\"")
    let insert = try OtherEngines.firebird.insertSQL(into: "app.items", columns: ["id", "Name"])
    #expect(insert == #"INSERT INTO "APP"."ITEMS" ("ID", "Name") VALUES (?, ?)"#)
  }

  private static let lookUps: [(IdentifierFolding, [String], String, Int?)] = [
    (.upper, ["ID", "Name"], "id", 0), (.upper, ["ID", "NAME"], "Name", 1),
    (.upper, ["id", "ID"], "id", 0), (.upper, ["id"], "Id", nil),
    (.lower, ["id", "name"], "Name", 1), (.lower, ["Name"], "name", nil),
    (.kept, ["Id", "NAME"], "name", 1), (.kept, ["Straße"], "STRASSE", nil),
    (.kept, ["name", "Name"], "Name", 1), (.kept, ["k"], "\u{212A}", nil),
    // Names are bytes: é in one character and in two are two columns.
    (.lower, ["e\u{301}", "\u{E9}"], "\u{E9}", 1), (.upper, ["E\u{301}"], "\u{C9}", nil),
  ]

  @Test(arguments: lookUps)
  func `columns are found as the engine folds`(
    folding: IdentifierFolding, names: [String], name: String, expected: Int?
  ) {
    let list = ColumnList(names.map { Column(name: $0) }, folding: folding)
    #expect(list.index(of: name) == expected)
  }
}
