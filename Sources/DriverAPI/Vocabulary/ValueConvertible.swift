public import FoundationEssentials

/// A type whose values can be parameters of a statement.
public protocol ValueConvertible {
  /// This value as a parameter.
  var databaseValue: Value { get }
}

extension Value: ValueConvertible {
  /// Itself.
  @inlinable public var databaseValue: Value { self }
}

extension Optional: ValueConvertible where Wrapped: ValueConvertible {
  /// NULL for nil.
  @inlinable public var databaseValue: Value { self?.databaseValue ?? .null }
}

extension Bool: ValueConvertible {
  /// A `bool`.
  @inlinable public var databaseValue: Value { .bool(self) }
}

// The blanket implementation serves the types that opt in below and those of applications.
extension ValueConvertible where Self: BinaryInteger {
  /// An `int`, or a `uint` above `Int64.max`.
  ///
  /// Types wider than 64 bits cannot be parameters: they do not conform.
  @inlinable public var databaseValue: Value {
    if let small = Int64(exactly: self) { .int(small) } else { .uint(UInt64(self)) }
  }
}

extension Int: ValueConvertible {}
extension Int8: ValueConvertible {}
extension Int16: ValueConvertible {}
extension Int32: ValueConvertible {}
extension Int64: ValueConvertible {}
extension UInt: ValueConvertible {}
extension UInt8: ValueConvertible {}
extension UInt16: ValueConvertible {}
extension UInt32: ValueConvertible {}
extension UInt64: ValueConvertible {}

extension Double: ValueConvertible {
  /// A `double`.
  @inlinable public var databaseValue: Value { .double(self) }
}

extension Float: ValueConvertible {
  /// A `double` of the same value.
  @inlinable public var databaseValue: Value { .double(Double(self)) }
}

extension String: ValueConvertible {
  /// `text`.
  @inlinable public var databaseValue: Value { .text(self) }
}

extension Substring: ValueConvertible {
  /// `text`.
  @inlinable public var databaseValue: Value { .text(String(self)) }
}

/// The element of arrays that are bytes: `UInt8`, and nothing else.
///
/// A constraint to a protocol and not to the type, so that the compiler does not take a list of
/// integers, `[1, 2]`, for bytes: it must not be a parameter. A list is interpolated, `\(each: ids)`;
/// bytes written as a literal are `Value.bytes([1, 2])`.
public protocol DatabaseByte {
  /// The bytes themselves.
  static func bytes(_ array: [Self]) -> [UInt8]
}

extension UInt8: DatabaseByte {
  /// The same array.
  @inlinable public static func bytes(_ array: [UInt8]) -> [UInt8] { array }
}

extension Array: ValueConvertible where Element: DatabaseByte {
  /// `bytes`.
  @inlinable public var databaseValue: Value { .bytes(Element.bytes(self)) }
}

extension UUID: ValueConvertible {
  /// A `uuid`.
  @inlinable public var databaseValue: Value { .uuid(self) }
}

extension Timestamp: ValueConvertible {
  /// A `timestamp`.
  public var databaseValue: Value { .timestamp(self) }
}

extension CalendarDate: ValueConvertible {
  /// A `date`.
  public var databaseValue: Value { .date(self) }
}

extension ExactDecimal: ValueConvertible {
  /// A `decimal`.
  public var databaseValue: Value { .decimal(self) }
}

extension ValueConvertible where Self: RawRepresentable, RawValue: ValueConvertible {
  /// The raw value, for enumerations that conform.
  @inlinable public var databaseValue: Value { rawValue.databaseValue }
}
