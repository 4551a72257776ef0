import Testing

@testable import SQLLogicTest

@Suite("Scripts are read")
struct ParserTests {
  private func script(_ text: String) throws -> SQLLogicScript {
    try SQLLogicScript(text, name: "t")
  }

  @Test("with every kind of record, its line and its conditions")
  func everyRecord() throws {
    let records = try script(
      """
      # a comment

      hash-threshold 8

      skipif mysql # why
      onlyif sqlite
      statement error
      SELECT 1
        FROM nowhere

      query ITR valuesort label-1
      SELECT 1, 'a', 2.5
      ----
      1
      2.500
      a

      halt
      """
    ).records
    let query = SQLLogicQuery(
      sql: "SELECT 1, 'a', 2.5", types: [.integer, .text, .real], sortMode: .valuesort,
      label: "label-1", expectation: .values(["1", "2.500", "a"]))
    #expect(
      records == [
        SQLLogicRecord(line: 3, conditions: [], action: .hashThreshold(8)),
        SQLLogicRecord(
          line: 7, conditions: [.skipIf("mysql"), .onlyIf("sqlite")],
          action: .statement("SELECT 1\n  FROM nowhere", mustSucceed: false)),
        SQLLogicRecord(line: 11, conditions: [], action: .query(query)),
        SQLLogicRecord(line: 18, conditions: [], action: .halt),
      ])
  }

  @Test("the same with CR LF, blanks at line ends and a byte order mark")
  func lineEnds() throws {
    let text = "statement ok\nSELECT 1\n\nquery I\nSELECT 1\n----\n1\n"
    let other = "\u{feff}" + text.replacing("\n", with: " \t\r\n")
    #expect(try script(other).records == script(text).records)
  }

  @Test("a query without an answer, with or without the line, expects none")
  func noAnswer() throws {
    for text in ["query I\nSELECT 1", "query I\nSELECT 1\n----", "query I\nSELECT 1\n----\n\n"] {
      guard case .query(let query) = try script(text).records[0].action else {
        Issue.record("no query in \(text)")
        continue
      }
      #expect(query.expectation == .values([]))
      #expect(query.sortMode == .nosort)
    }
  }

  @Test("a hash in place of values")
  func hash() throws {
    let digest = "3c13dee48d9356ae19af2515e05e6b54"
    let text = "query I\nSELECT 1\n----\n30 values hashing to \(digest)\n"
    guard case .query(let query) = try script(text).records[0].action else {
      Issue.record("no query")
      return
    }
    #expect(query.expectation == .hash(valueCount: 30, digest: digest))
  }

  @Test(
    "what is not of the format is refused with its line",
    arguments: [
      ("", 1, "no records"), ("# only a comment\n\n", 3, "no records"),
      ("statement ok\nSELECT 1\n\nstatment ok\nSELECT 1", 4, "unknown record 'statment'"),
      ("Query I\nSELECT 1", 1, "unknown record 'Query'"),
      ("statement\nSELECT 1", 1, "statement ok"), ("statement maybe\nSELECT 1", 1, "statement ok"),
      ("statement ok now\nSELECT 1", 1, "statement ok"), ("statement ok\n\nSELECT 1", 1, "no text"),
      ("query\nSELECT 1", 1, "column types"), ("query IX\nSELECT 1", 1, "column type 'X'"),
      ("query I sorted\nSELECT 1", 1, "sort mode 'sorted'"),
      ("query I nosort a b\nSELECT 1", 1, "a label"), ("query I\n----\n1", 1, "no text"),
      ("skipif sqlite\n\nstatement ok\nSELECT 1", 1, "condition stands alone"),
      ("onlyif\nstatement ok\nSELECT 1", 1, "one engine"),
      ("halt\n\nhash-threshold many", 3, "one number"), ("\nhalt now", 2, "takes nothing"),
    ])
  func refused(text: String, line: Int, what: String) {
    let error = #expect(throws: SQLLogicSyntaxError.self) { try script(text) }
    #expect(error?.line == line)
    #expect(error?.message.contains(what) == true, "\(error?.message ?? "")")
    #expect(error?.description.hasPrefix("t:\(line): ") == true)
  }

  @Test("conditions choose by the engine's names")
  func conditions() {
    func record(_ conditions: SQLLogicRecord.Condition...) -> SQLLogicRecord {
      SQLLogicRecord(line: 1, conditions: conditions, action: .halt)
    }
    let engines: Set = ["mysql", "mariadb"]
    #expect(record().applies(to: engines))
    #expect(record(.onlyIf("mysql")).applies(to: engines))
    #expect(record(.skipIf("sqlite"), .onlyIf("mariadb")).applies(to: engines))
    #expect(!record(.skipIf("mysql")).applies(to: engines))
    #expect(!record(.onlyIf("mysql"), .onlyIf("sqlite")).applies(to: engines))
  }
}
