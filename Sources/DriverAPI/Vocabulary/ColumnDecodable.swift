public import FoundationEssentials

/// A type that can be read out of one column.
public protocol ColumnDecodable {
  /// Reads the column at `index`.
  ///
  /// - Throws: `decoding` if the column holds something else; use ``Row/mismatch(_:_:)``.
  init(from row: borrowing Row, at index: Int) throws(DatabaseError)
}

extension Optional: ColumnDecodable where Wrapped: ColumnDecodable {
  /// Nil for NULL.
  @inlinable
  public init(from row: borrowing Row, at index: Int) throws(DatabaseError) {
    self = try row.isNull(index) ? nil : try Wrapped(from: row, at: index)
  }
}

extension Bool: ColumnDecodable {
  /// A truth value; engines without one store 0 and 1, any other number is an error.
  @inlinable
  public init(from row: borrowing Row, at index: Int) throws(DatabaseError) {
    let cell = try row.cell(index)
    guard cell.kind == .bool || cell.kind == .int, cell.bits <= 1 else {
      throw row.mismatch(index, "Bool")
    }
    self = cell.bits == 1
  }
}

extension ColumnDecodable where Self: FixedWidthInteger {
  /// An integer that fits, or a decimal that is one; a bool is not an integer.
  @inlinable
  public init(from row: borrowing Row, at index: Int) throws(DatabaseError) {
    let cell = try row.cell(index)
    switch cell.kind {
    case .int:
      guard let fitting = Self(exactly: Int64(bitPattern: cell.bits)) else {
        throw row.mismatch(index, "\(Self.self)")
      }
      self = fitting
    case .uint:
      guard let fitting = Self(exactly: cell.bits) else {
        throw row.mismatch(index, "\(Self.self)")
      }
      self = fitting
    case .decimal:
      guard let fitting = cell.wholeNumber.flatMap({ Self(exactly: $0) }) else {
        throw row.mismatch(index, "\(Self.self)")
      }
      self = fitting
    default:
      throw row.mismatch(index, "\(Self.self)")
    }
  }
}

extension Cell {
  /// The decimal it lends, if there is nothing behind the point: most engines add integers up to one.
  @usableFromInline
  var wholeNumber: Int128? {
    guard let decimal = ExactDecimal(utf8: borrowedBytes) else { return nil }
    let (whole, rest) = decimal.unscaled.quotientAndRemainder(
      dividingBy: ExactDecimal.powers[decimal.scale])
    return rest == 0 ? whole : nil
  }
}

extension Int: ColumnDecodable {}
extension Int8: ColumnDecodable {}
extension Int16: ColumnDecodable {}
extension Int32: ColumnDecodable {}
extension Int64: ColumnDecodable {}
extension UInt: ColumnDecodable {}
extension UInt8: ColumnDecodable {}
extension UInt16: ColumnDecodable {}
extension UInt32: ColumnDecodable {}
extension UInt64: ColumnDecodable {}

extension Double: ColumnDecodable {
  /// A double, or an integer that a double holds exactly.
  @inlinable
  public init(from row: borrowing Row, at index: Int) throws(DatabaseError) {
    let cell = try row.cell(index)
    switch cell.kind {
    case .double:
      self = Double(bitPattern: cell.bits)
    case .int:
      guard let exact = Double(exactly: Int64(bitPattern: cell.bits)) else {
        throw row.mismatch(index, "Double")
      }
      self = exact
    default:
      throw row.mismatch(index, "Double")
    }
  }
}

extension Float: ColumnDecodable {
  /// A double that a float holds exactly, NaN included.
  public init(from row: borrowing Row, at index: Int) throws(DatabaseError) {
    let double = try Double(from: row, at: index)
    if double.isNaN {
      self = .nan
      return
    }
    guard let exact = Float(exactly: double) else { throw row.mismatch(index, "Float") }
    self = exact
  }
}

extension String: ColumnDecodable {
  /// Text or JSON, copied; of every other kind but bytes the exact text. [TYPE-7]
  ///
  /// Integers are digits, truth values `true` and `false`, decimals what the server wrote, doubles the
  /// shortest text that reads back as the same one, instants and dates their descriptions. Bytes are
  /// no text: ask for `[UInt8]`; what the engine does not tell to be one or the other can be had as both.
  /// Neither is text that is not UTF-8, which SQLite stores: it has no exact
  /// form as a `String`; ask for `Value`, or borrow ``Row/bytes(_:)``.
  @inlinable
  public init(from row: borrowing Row, at index: Int) throws(DatabaseError) {
    let cell = try row.cell(index)
    guard cell.kind == .text || cell.kind == .json else {
      self = try row.writtenOut(index)
      return
    }
    guard let text = cell.copiedText else { throw row.mismatch(index, "String") }
    self = text
  }
}

extension Array: ColumnDecodable where Element == UInt8 {
  /// Bytes, copied; text is not bytes.
  @inlinable
  public init(from row: borrowing Row, at index: Int) throws(DatabaseError) {
    let cell = try row.cell(index)
    guard cell.kind == .bytes || cell.kind == .untyped else {
      throw row.mismatch(index, "[UInt8]")
    }
    self = Array(cell.borrowedBytes)
  }
}

extension UUID: ColumnDecodable {
  /// A UUID, its text form, or its 16 bytes.
  public init(from row: borrowing Row, at index: Int) throws(DatabaseError) {
    let cell = try row.cell(index)
    switch cell.kind {
    case .uuid where cell.borrowedBytes.count == 16, .bytes where cell.count == 16,
      .untyped where cell.count == 16:
      self = UUID(bytes: cell.borrowedBytes)
    case .text:
      let text = String(decoding: cell.borrowedBytes, as: UTF8.self)
      guard let parsed = UUID(uuidString: text) else {
        throw row.mismatch(index, "UUID")
      }
      self = parsed
    default:
      throw row.mismatch(index, "UUID")
    }
  }

  fileprivate init(bytes: UnsafeBufferPointer<UInt8>) {
    self.init(
      uuid: UnsafeRawPointer(bytes.baseAddress.unsafelyUnwrapped).loadUnaligned(as: uuid_t.self))
  }
}

extension Timestamp: ColumnDecodable {
  /// An instant, or its text form.
  public init(from row: borrowing Row, at index: Int) throws(DatabaseError) {
    let cell = try row.cell(index)
    let parsed: Timestamp? =
      switch cell.kind {
      case .timestamp: Timestamp(microseconds: Int64(bitPattern: cell.bits))
      case .text: Timestamp(utf8: cell.borrowedBytes)
      default: nil
      }
    guard let parsed else { throw row.mismatch(index, "Timestamp") }
    self = parsed
  }
}

extension CalendarDate: ColumnDecodable {
  /// A date, or its text form.
  public init(from row: borrowing Row, at index: Int) throws(DatabaseError) {
    let cell = try row.cell(index)
    let parsed: CalendarDate? =
      switch cell.kind {
      case .date: CalendarDate(daysSince1970: Int64(bitPattern: cell.bits))
      case .text: CalendarDate(utf8: cell.borrowedBytes)
      default: nil
      }
    guard let parsed else { throw row.mismatch(index, "CalendarDate") }
    self = parsed
  }
}

extension ExactDecimal: ColumnDecodable {
  /// A decimal, its text form, an integer, or a double of up to 15 digits, which is what SQLite makes of
  /// decimals in a column that is not declared as text.
  public init(from row: borrowing Row, at index: Int) throws(DatabaseError) {
    let cell = try row.cell(index)
    let parsed: ExactDecimal? =
      switch cell.kind {
      case .decimal, .text: ExactDecimal(utf8: cell.borrowedBytes)
      case .int: ExactDecimal(unscaled: Int128(Int64(bitPattern: cell.bits)), scale: 0)
      case .uint: ExactDecimal(unscaled: Int128(cell.bits), scale: 0)
      case .double: ExactDecimal(shortDouble: Double(bitPattern: cell.bits))
      default: nil
      }
    guard let parsed else { throw row.mismatch(index, "ExactDecimal") }
    self = parsed
  }
}

extension Value: ColumnDecodable {
  /// Whatever the column holds; what its own kind has no room for, such as a number of more than 38
  /// digits or an instant before the year 1, as `text` that writes it exactly. Text that is not UTF-8 is
  /// `bytes`. [TYPE-7]
  public init(from row: borrowing Row, at index: Int) throws(DatabaseError) {
    let cell = try row.cell(index)
    switch cell.kind {
    case .null: self = .null
    case .bool: self = .bool(cell.bits != 0)
    case .int: self = .int(Int64(bitPattern: cell.bits))
    case .uint: self = cell.bits > UInt64(Int64.max) ? .uint(cell.bits) : .int(Int64(cell.bits))
    case .double: self = .double(Double(bitPattern: cell.bits))
    case .text: self = cell.textOrBytes
    case .bytes, .untyped: self = .bytes(Array(cell.borrowedBytes))
    case .json: self = .json(String(decoding: cell.borrowedBytes, as: UTF8.self))
    case .uuid: self = .uuid(try UUID(from: row, at: index))
    case .timestamp:
      if let known = Timestamp(microseconds: Int64(bitPattern: cell.bits)) {
        self = .timestamp(known)
      } else {
        self = .text(try row.writtenOut(index))
      }
    case .date:
      if let known = CalendarDate(daysSince1970: Int64(bitPattern: cell.bits)) {
        self = .date(known)
      } else {
        self = .text(try row.writtenOut(index))
      }
    case .decimal:
      if let known = ExactDecimal(utf8: cell.borrowedBytes) {
        self = .decimal(known)
      } else {
        self = .text(try row.writtenOut(index))
      }
    }
  }
}

extension Cell {
  fileprivate var textOrBytes: Value {
    copiedText.map { .text($0) } ?? .bytes(Array(borrowedBytes))
  }
}

extension ColumnDecodable where Self: RawRepresentable, RawValue: ColumnDecodable {
  /// The case of that raw value, for enumerations that conform.
  public init(from row: borrowing Row, at index: Int) throws(DatabaseError) {
    let raw = try RawValue(from: row, at: index)
    guard let known = Self(rawValue: raw) else { throw row.mismatch(index, "\(Self.self)") }
    self = known
  }
}
