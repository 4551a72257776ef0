import Foundation
import Testing

@testable import DriverAPI

@Suite("What a copy makes of values and types") struct CopyTextTests {
  @Test func `keys are read as they were written`() throws {
    let keys: [[Value]] = [
      [.null], [.bool(true), .bool(false)], [.int(.min), .int(.max)], [.uint(.max)],
      [.double(-0.0), .double(.leastNonzeroMagnitude)],
      [.text(""), .text("a b\n\u{1f600}'"), .text("e\u{301}")],
      [.bytes([]), .bytes([0, 255])], [.uuid(UUID())],
      [.timestamp(try #require(Timestamp("0001-01-01 00:00:00.000001")))],
      [.date(try #require(CalendarDate("9999-12-31")))],
      [.decimal(try #require(ExactDecimal("-1.50")))], [.json("{}")],
    ]
    for key in keys {
      let read = try CopyKeyText.values(CopyKeyText.text(key))
      #expect(read == key, "\(key)")
      #expect("\(read)".utf8.elementsEqual("\(key)".utf8))
    }
    for text in ["", "x1", "i", "i1 ", "tf", "tzz", "f2"] {
      #expect(throws: DatabaseError.self, "\(text)") { try CopyKeyText.values(text) }
    }
  }

  @Test(arguments: [
    ("{}", "{ }", true),
    (#"{"a":1,"b":[true,null]}"#, #" { "b" : [ true, null ], "a" : 1.0 } "#, true),
    (#""\u00e9\n""#, "\"é\\n\"", true), (#""\ud83d\ude00""#, "\"😀\"", true), ("1e2", "100", true),
    ("1", "2", false), ("[1,2]", "[2,1]", false), (#"{"a":1}"#, #"{"a":1,"a":1}"#, false),
    (#"{"a":1,"a":2}"#, #"{"a":2}"#, false), ("\"1\"", "1", false), ("null", "\"null\"", false),
    (#""a\\n""#, #""a\n""#, false), ("[[1],2]", "[[1,2]]", false),
  ])
  func `JSON is compared by what it says`(left: String, right: String, isSame: Bool) {
    #expect((CanonicalJSON.text(of: left) == CanonicalJSON.text(of: right)) == isSame)
    #expect(CanonicalJSON.text(of: left) != nil && CanonicalJSON.text(of: right) != nil)
  }

  @Test(arguments: [
    "", "{", "[1", "{\"a\"}", "tru", "1 2", "\"a", "\"\\x\"", "\"\\ud83d\"", "[1,]x",
  ])
  func `what is no JSON has no such form`(text: String) {
    #expect(CanonicalJSON.text(of: text) == nil)
  }

  @Test(arguments: [
    ("bigint", CopyColumn.Kind.int), ("BIGINT(20) UNSIGNED", .int), ("boolean", .bool),
    ("tinyint(1)", .int), ("character varying(191)", .text), ("longtext", .text),
    ("timestamp with time zone", .timestamp), ("datetime(6)", .timestamp),
    ("numeric(10,2)", .decimal),
    ("double precision", .double), ("real", .single), ("bytea", .bytes), ("varbinary(16)", .bytes),
    ("uuid", .uuid), ("jsonb", .json), ("date", .date), ("integer[]", .other), ("interval", .other),
    ("enum('int','text')", .other), ("time", .other), ("", .other),
  ])
  func `types are known by their names`(name: String, kind: CopyColumn.Kind) {
    #expect(CopyType(name, ColumnTypeRules()).kind == kind)
  }

  @Test func `types have limits`() {
    var rules = ColumnTypeRules()
    #expect(CopyType("smallint", rules).limits.integers == -32768...32767)
    #expect(CopyType("bigint", rules).limits.integers == Int64.min...Int64.max)
    #expect(CopyType("mediumint unsigned", rules).limits.maxUnsigned == 16_777_215)
    #expect(CopyType("bigint(20) unsigned", rules).limits.maxUnsigned == .max)
    #expect(CopyType("varchar(191)", rules).limits.maxLength == 191)
    #expect(CopyType("text", rules).limits.maxLength == nil)
    #expect(CopyType("numeric(10,2)", rules).limits.fractionDigits == 2)
    #expect(CopyType("numeric(10,2)", rules).limits.wholeDigits == 8)
    #expect(CopyType("numeric(10)", rules).limits.fractionDigits == 0)
    #expect(CopyType("numeric", rules).limits.fractionDigits == nil)
    #expect(CopyType("timestamp(3) without time zone", rules).limits.fractionDigits == 3)
    #expect(CopyType("timestamp with time zone", rules).limits.fractionDigits == 6)
    #expect(CopyType("float", rules).kind == .double)
    (rules.fractionDigits, rules.floatIsSingle) = (0, true)
    #expect(CopyType("datetime", rules).limits.fractionDigits == 0)
    #expect(CopyType("float", rules).kind == .single)
  }

  @Test func `equal values have one number, and others have others`() throws {
    func number(_ values: Value...) -> UInt64 {
      var hash = CopyHash()
      for value in values { hash.add(value) }
      return hash.state
    }
    let decimal = { (text: String) in ExactDecimal(text).databaseValue }
    #expect(number(decimal("1.50")) == number(decimal("1.5")))
    #expect(number(decimal("0.000")) == number(decimal("0")))
    #expect(number(decimal("10")) != number(decimal("1")))
    #expect(number(.double(.nan)) == number(.double(.signalingNaN)))
    let different: [[Value]] = [
      [.null], [.null, .null], ["", .null], [.null, ""], ["a", "b"], ["ab", ""], ["", "ab"],
      ["b", "a"],
      [0], [.double(0)], [.double(-0.0)], [.bool(false)], ["\0"], ["\0\0"], ["0123456\0"],
      ["01234567"],
      [.bytes([])], [.bytes([0])], [.int(1)], [.uint(1)], ["é"], ["e\u{301}"], [.int(-1)],
      [.uint(.max)],
    ]
    let numbers = different.map { values in
      var hash = CopyHash()
      for value in values { hash.add(value) }
      return hash.state
    }
    #expect(Set(numbers).count == different.count)
  }
}
