import DriverAPI
import Foundation
import Testing

@Suite("What drivers are helped with") struct DriverSupportTests {
  private func cell(_ kind: Cell.Kind, _ text: String) throws -> Cell {
    let page = RowPage(columnCount: 1)
    Array(text.utf8).withUnsafeBytes { page.append(kind, text: $0) }
    let cells = UnsafeMutableBufferPointer<Cell>.allocate(capacity: 1)
    defer { cells.deallocate() }
    #expect(page.takeRow(into: cells))
    return cells[0]
  }

  @Test func `instants and dates that come as text become numbers`() throws {
    #expect(try cell(.timestamp, "1970-01-01 00:00:01.5").bits == 1_500_000)
    #expect(try cell(.date, "1970-01-03").bits == 2)
    #expect(try cell(.decimal, "1.50").count == 4)
    // What the kind has no room for is the text that it came as. [TYPE-7]
    #expect(try cell(.date, "10000-01-01").kind == .text)
    #expect(try cell(.timestamp, "0000-00-00 00:00:00").count == 19)
  }

  @Test func `a UUID that comes as text becomes its bytes`() throws {
    let page = RowPage(columnCount: 1)
    let text = "00112233-4455-6677-8899-AABBCCDDEEFF"
    Array(text.utf8).withUnsafeBytes { page.append(.uuid, text: $0) }
    let cells = UnsafeMutableBufferPointer<Cell>.allocate(capacity: 1)
    defer { cells.deallocate() }
    #expect(page.takeRow(into: cells))
    #expect(cells[0].kind == .uuid && cells[0].count == 16)
    let bytes = try #require(UnsafeRawPointer(bitPattern: UInt(cells[0].bits)))
    #expect(
      (0..<16).map { bytes.load(fromByteOffset: $0, as: UInt8.self) }
        == (0..<16).map { UInt8($0 * 0x11) })
    #expect(try cell(.uuid, "00112233").kind == .text)
  }

  @Test func `parameters keep their addresses and their values`() {
    let memory = ParameterMemory()
    let copies = (0..<100).map { memory.copy([Int64($0), -1]) }
    for (number, copy) in copies.enumerated() {
      #expect(copy.load(as: Int64.self) == Int64(number))
      #expect(copy.load(fromByteOffset: 8, as: Int64.self) == -1)
    }
    #expect(UInt(bitPattern: memory.copy([UInt8]())) % 16 == 0)
  }

  @Test func `kinds with a standard text have it`() throws {
    let uuid = try #require(UUID(uuidString: "00112233-4455-6677-8899-AABBCCDDEEFF"))
    #expect(Value.uuid(uuid).text == "00112233-4455-6677-8899-aabbccddeeff")
    #expect(Value.uint(.max).text == "18446744073709551615")
    let moment = try #require(Timestamp(microseconds: 1))
    #expect(Value.timestamp(moment).text == "1970-01-01 00:00:00.000001")
    #expect(Value.int(1).text == nil && Value.null.text == nil && Value.bytes([]).text == nil)
  }

  @Test(arguments: [
    (2067, DatabaseError.Kind.uniqueViolation), (787, .foreignKeyViolation), (5, .lockTimeout),
    (517, .serializationFailure), (261, .lockTimeout), (264, .readOnly), (9, .cancelled), (1, nil),
  ])
  func `result codes of SQLite have kinds`(code: Int, kind: DatabaseError.Kind?) {
    #expect(DatabaseError.Kind(sqliteCode: code) == kind)
  }

  @Test(arguments: [
    (1062, DatabaseError.Kind.uniqueViolation), (1213, .deadlock), (1317, .cancelled),
    (2008, .resourceExhausted), (2013, .connectionLost), (1, nil),
  ])
  func `error numbers of MySQL have kinds`(code: Int, kind: DatabaseError.Kind?) {
    #expect(DatabaseError.Kind(mysqlCode: code) == kind)
  }

  @Test func `what is reported says what became of the session`() {
    let lost = DatabaseError.reported(sqlState: "08S01", nativeCode: 0, serverMessage: "gone")
    #expect(lost.kind == .connectionLost && lost.connection == .spent && lost.execution == .unknown)
    let refused = DatabaseError.reported(
      sqlState: "HY000", nativeCode: 19, serverMessage: "no", kind: .checkViolation)
    #expect(refused.kind == .checkViolation && refused.connection == .usable)
    #expect(refused.details.nativeCode == 19 && refused.details.sqlState == "HY000")
  }

  @Test func `behind a library of question marks nothing else is a parameter`() throws {
    let dialect = Dialect.postgres.withQuestionMarks(maxParameters: 100)
    let text = try dialect.rebind("SELECT ? WHERE a = ? AND b <> '$1'")
    #expect(text.text == "SELECT ? WHERE a = ? AND b <> '$1'" && text.parameterCount == 2)
    #expect(dialect.maxParameters == 100)
    #expect(Dialect.sqlite.withQuestionMarks(maxParameters: .max).maxParameters == 32_766)
  }

  @Test(arguments: [
    ("INSERT INTO t VALUES (1)", true), ("SELECT 1", false), ("CREATE TABLE t (a)", false),
    ("WITH a AS (SELECT 1) SELECT * FROM a", false), ("WITH a AS (SELECT 1) DELETE FROM t", true),
  ])
  func `statements that change rows are known`(sql: String, changes: Bool) throws {
    #expect(try Dialect.standard.rebind(sql).changesRows == changes)
  }

  @Test func `the row of an upsert is found by its key`() throws {
    let upsert = Upsert(into: "t", columns: ["a", "b", "c"], key: ["c", "a"])
    let presence = try Dialect.standard.presenceSQL(upsert)
    #expect(presence.text == "SELECT 1 FROM \"t\" WHERE \"c\" = ? AND \"a\" = ?")
    #expect(presence.valueIndexes == [2, 0])
  }
}
