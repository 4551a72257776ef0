import FoundationEssentials
import Testing

@testable import DriverAPI

@Suite("Reading columns as Swift types")
struct RowDecodingTests {
  /// Reads a column of one cell as a type.
  private func read<T: ColumnDecodable>(
    _ cell: Cell, as type: T.Type
  ) throws(DatabaseError) -> T {
    var cell = cell
    let columns = ColumnList([Column(name: "x")])
    return try withExtendedLifetime(columns) { () throws(DatabaseError) -> T in
      try withUnsafePointer(to: &cell) { pointer throws(DatabaseError) -> T in
        let row = Row(unsafeCells: pointer, count: 1, columns: .passUnretained(columns))
        return try row.decode(0, as: type)
      }
    }
  }

  /// Reads a column that lends the bytes of a text.
  private func read<T: ColumnDecodable>(
    _ text: String, _ kind: Cell.Kind, as type: T.Type
  ) throws(DatabaseError) -> T {
    let bytes = Array(text.utf8)
    let block = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count + 1, alignment: 8)
    defer { block.deallocate() }
    block.copyBytes(from: bytes)
    let lent = UnsafeRawBufferPointer(rebasing: block[..<bytes.count])
    return try read(Cell(kind: kind, lending: lent), as: type)
  }

  private func expectMismatch<T: ColumnDecodable>(
    _ cell: Cell, as type: T.Type, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    do {
      _ = try read(cell, as: type)
      Issue.record("\(cell.kind) was read as \(type)", sourceLocation: sourceLocation)
    } catch {
      #expect(error.kind == .decoding, sourceLocation: sourceLocation)
      #expect(error.message.contains("\"x\""), sourceLocation: sourceLocation)
      #expect(error.connection == .usable, sourceLocation: sourceLocation)
    }
  }

  private func int(_ value: Int64) -> Cell { Cell(kind: .int, bits: UInt64(bitPattern: value)) }

  private func double(_ value: Double) -> Cell { Cell(kind: .double, bits: value.bitPattern) }

  @Test("integers fit or are refused, never clipped")
  func integers() throws {
    #expect(try read(int(-128), as: Int8.self) == -128)
    #expect(try read(int(255), as: UInt8.self) == 255)
    #expect(try read(int(.min), as: Int64.self) == .min)
    #expect(try read(Cell(kind: .uint, bits: .max), as: UInt64.self) == .max)
    expectMismatch(int(128), as: Int8.self)
    expectMismatch(int(-1), as: UInt64.self)
    expectMismatch(int(1 << 31), as: Int32.self)
    expectMismatch(Cell(kind: .uint, bits: .max), as: Int64.self)
    expectMismatch(double(1), as: Int.self)
    expectMismatch(Cell(kind: .bool, bits: 1), as: Int.self)
  }

  @Test("truth values take 0 and 1 and nothing else")
  func truthValues() throws {
    #expect(try read(int(1), as: Bool.self))
    #expect(try !read(Cell(kind: .bool, bits: 0), as: Bool.self))
    expectMismatch(int(2), as: Bool.self)
    expectMismatch(int(-1), as: Bool.self)
    expectMismatch(double(1), as: Bool.self)
  }

  @Test("doubles take integers that they hold exactly, floats only what they hold")
  func doubles() throws {
    #expect(try read(double(0.1), as: Double.self) == 0.1)
    #expect(try read(int(1 << 53), as: Double.self) == 9_007_199_254_740_992)
    expectMismatch(int(1 << 53 + 1), as: Double.self)
    #expect(try read(double(.nan), as: Double.self).isNaN)
    #expect(try read(double(.nan), as: Float.self).isNaN)
    #expect(try read(double(0.5), as: Float.self) == 0.5)
    expectMismatch(double(0.1), as: Float.self)
    expectMismatch(double(1e300), as: Float.self)
  }

  @Test("NULL is nil for an optional and an error for anything else")
  func nulls() throws {
    #expect(try read(.null, as: Int?.self) == nil)
    #expect(try read(.null, as: String?.self) == nil)
    #expect(try read(int(3), as: Int?.self) == 3)
    #expect(try read(.null, as: Value.self) == .null)
    expectMismatch(.null, as: Int.self)
    expectMismatch(.null, as: String.self)
    expectMismatch(.null, as: [UInt8].self)
    expectMismatch(.null, as: UUID.self)
  }

  @Test("text is text, bytes are bytes")
  func textAndBytes() throws {
    #expect(try read("Grüße", .text, as: String.self) == "Grüße")
    #expect(try read("", .text, as: String.self) == "")
    #expect(try read("", .text, as: String?.self) == "")
    #expect(try read("{}", .json, as: String.self) == "{}")
    #expect(try read("ab", .bytes, as: [UInt8].self) == [97, 98])
    #expect(try read("", .bytes, as: [UInt8]?.self) == [])
    #expect(throws: DatabaseError.self) { try read("ab", .text, as: [UInt8].self) }
    #expect(throws: DatabaseError.self) { try read("ab", .bytes, as: String.self) }
  }

  @Test("UUIDs, instants, dates and decimals are read from text and from their own kinds")
  func exactValues() throws {
    let text = "00112233-4455-6677-8899-aabbccddeeff"
    #expect(try read(text, .text, as: UUID.self) == UUID(uuidString: text))
    let sixteen = "0123456789abcdef"
    #expect(
      try read(sixteen, .uuid, as: UUID.self)
        == UUID(uuidString: "30313233-3435-3637-3839-616263646566"))
    #expect(throws: DatabaseError.self) { try read("short", .uuid, as: UUID.self) }
    #expect(throws: DatabaseError.self) { try read("no uuid", .text, as: UUID.self) }
    let instant = Timestamp(microseconds: 1_709_251_199_999_999)
    #expect(
      try read(Cell(kind: .timestamp, bits: 1_709_251_199_999_999), as: Timestamp.self) == instant)
    #expect(try read("2024-02-29 23:59:59.999999", .text, as: Timestamp.self) == instant)
    #expect(throws: DatabaseError.self) { try read("2023-02-29", .text, as: Timestamp.self) }
    let day = CalendarDate(daysSince1970: -1)
    #expect(try read(Cell(kind: .date, bits: .max), as: CalendarDate.self) == day)
    #expect(try read("1969-12-31", .text, as: CalendarDate.self) == day)
    let number = ExactDecimal(unscaled: -150, scale: 2)
    #expect(try read("-1.50", .decimal, as: ExactDecimal.self) == number)
    #expect(
      try read(int(-7), as: ExactDecimal.self) == ExactDecimal(unscaled: -7, scale: 0))
    #expect(
      try read(Cell(kind: .uint, bits: .max), as: ExactDecimal.self)
        == ExactDecimal(unscaled: 18_446_744_073_709_551_615, scale: 0))
  }

  @Test("a value tells its kind; an unsigned one that fits is signed")
  func values() throws {
    #expect(try read(int(5), as: Value.self) == .int(5))
    #expect(try read(Cell(kind: .uint, bits: 5), as: Value.self) == .int(5))
    #expect(try read(Cell(kind: .uint, bits: .max), as: Value.self) == .uint(.max))
    #expect(try read(Cell(kind: .bool, bits: 1), as: Value.self) == .bool(true))
    #expect(try read("x", .json, as: Value.self) == .json("x"))
  }

  @Test("errors name the column and kinds, never the contents")
  func errorsHideContents() {
    do {
      _ = try read("secret words", .text, as: Int.self)
      Issue.record("text was read as an integer")
    } catch {
      #expect(!"\(error)".contains("secret"))
      #expect("\(error)".contains("text of 12 bytes"))
      #expect(error.details.column == "x")
    }
  }

  @Test("enumerations are read by raw value")
  func enumerations() throws {
    enum Colour: String, ColumnDecodable { case red, green }
    #expect(try read("green", .text, as: Colour.self) == .green)
    #expect(throws: DatabaseError.self) { try read("blue", .text, as: Colour.self) }
  }
}
