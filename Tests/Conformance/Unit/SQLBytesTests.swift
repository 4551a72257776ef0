import Testing

@testable import DriverAPI

@Suite("SQL and names are bytes [REBIND-7] [REBIND-6]") struct SQLBytesTests {
  @Test func `texts that Unicode takes for equal are two statements`() throws {
    let texts = StatementTexts(dialect: .sqlite)
    let short = try texts.text(for: "SELECT '\u{e9}'")
    let long = try texts.text(for: "SELECT 'e\u{301}'")
    #expect(short !== long)
    #expect(Array(long.text.utf8) == Array("SELECT 'e\u{301}'".utf8))
    #expect(try texts.text(for: "SELECT 'K'") !== texts.text(for: "SELECT '\u{212a}'"))
    #expect(try texts.text(for: "SELECT 'e\u{301}'") === long)
    #expect(try Dialect.sqlite.rebind("SELECT :\u{e9}, :e\u{301}").parameterCount == 2)
  }

  @Test func `a quote with an accent is doubled`() throws {
    #expect(
      Array(try Dialect.postgres.quoted("a\"\u{301}; b").utf8) == Array("\"a\"\"\u{301}; b\"".utf8))
    #expect(Array(try Dialect.mysql.quoted("`\u{301}").utf8) == Array("```\u{301}`".utf8))
    #expect(try Dialect.sqlite.quoted(table: "a.b") == "\"a\".\"b\"")
  }

  @Test(
    arguments: [
      "DELETE FROM t -- a\0\n WHERE i = 1", "DELETE FROM t /* \0 */ WHERE i = 1", "SELECT '\0'",
      "SELECT \"\0\"", "SELECT [\0]", "SELECT $$\0$$", "SELECT `\0`", "SELECT 1 # \0",
      "SELECT 1;\0",
    ])
  func `NUL is refused wherever it stands`(text: String) {
    for dialect in [Dialect.sqlite, .postgres, .mysql, .standard] {
      #expect(throws: DatabaseError.self) { try dialect.rebind(text) }
    }
  }
}
