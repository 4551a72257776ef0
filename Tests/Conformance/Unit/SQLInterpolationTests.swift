import Testing

@testable import DriverAPI

@Suite("Statements written as literals")
struct SQLInterpolationTests {
  @Test("interpolated values become parameters, never text")
  func valuesBecomeParameters() {
    let name = "Robert'); DROP TABLE students;--"
    let sql: SQL = "SELECT id FROM users WHERE name = \(name) AND age > \(18)"
    #expect(sql.text == "SELECT id FROM users WHERE name = ? AND age > ?")
    #expect(sql.parameters == [.text(name), .int(18)])
  }

  @Test("nil becomes NULL, whatever the type")
  func nilBecomesNull() {
    let missing: String? = nil
    let sql: SQL =
      "UPDATE users SET name = \(missing), age = \(Int?.none), note = \("x" as String?)"
    #expect(sql.parameters == [.null, .null, .text("x")])
  }

  @Test("a sequence becomes a list; an empty one matches nothing")
  func sequences() {
    let ids: SQL = "SELECT id FROM users WHERE id IN (\(each: [1, 2, 3]))"
    #expect(ids.text == "SELECT id FROM users WHERE id IN (?, ?, ?)")
    #expect(ids.parameters == [1, 2, 3])
    let none: SQL = "SELECT id FROM users WHERE id IN (\(each: [Int]()))"
    #expect(none.text == "SELECT id FROM users WHERE id IN (\(SQL.emptyList))")
    #expect(none.parameters.isEmpty)
  }

  @Test("statements nest, with their parameters in order")
  func nesting() {
    let condition: SQL = "age > \(18) AND city = \("Paris")"
    let sql: SQL = "SELECT \(true) FROM users WHERE \(condition) AND id <> \(7)"
    #expect(sql.text == "SELECT ? FROM users WHERE age > ? AND city = ? AND id <> ?")
    #expect(sql.parameters == [true, 18, "Paris", 7])
  }

  @Test("raw text stays text")
  func rawText() {
    let sql: SQL = "SELECT * FROM \(raw: "users") WHERE id = \(1)"
    #expect(sql.text == "SELECT * FROM users WHERE id = ?")
    #expect(sql.parameters == [1])
  }

  @Test("arguments go with a text without values, and not with one that has some")
  func arguments() throws {
    let plain: SQL = "SELECT ? + ?"
    #expect(try plain.binding([1, 2]).parameters == [1, 2])
    #expect(try plain.binding([]).parameters == [])
    let mixed: SQL = "SELECT \(1) + ?"
    #expect(throws: DatabaseError.self) { try mixed.binding([2]) }
    #expect(try mixed.binding([]) == mixed)
  }

  @Test("integers above the largest signed one keep their value")
  func integers() {
    let sql: SQL = "SELECT \(UInt64.max), \(UInt64(5)), \(Int8.min), \(UInt8.max)"
    #expect(sql.parameters == [.uint(.max), .int(5), .int(-128), .int(255)])
  }

  @Test("each Swift type has its kind")
  func kinds() {
    let sql: SQL = "\(true)\(1.5)\(Float(0.5))\("a")\("ab".dropFirst())\([UInt8(1)])"
    #expect(
      sql.parameters == [
        .bool(true), .double(1.5), .double(0.5), .text("a"), .text("b"), .bytes([1]),
      ])
    #expect(
      sql.parameters.map(\.kindName) == ["bool", "double", "double", "text", "text", "bytes"])
  }
}
