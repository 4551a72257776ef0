/// One column of the current row: a number, or bytes that the client library still owns.
///
/// Sixteen bytes that a driver fills and the core reads; an application sees them only through
/// ``Row``.
public struct Cell {
  /// How `bits` is to be read.
  public enum Kind: UInt8, Sendable, Hashable {
    /// NULL; `bits` means nothing.
    case null
    /// `bits` is 0 or 1.
    case bool
    /// `bits` is an `Int64`.
    case int
    /// `bits` is a `UInt64`.
    case uint
    /// `bits` is the bit pattern of a `Double`.
    case double
    /// `bits` is the address of `count` bytes of UTF-8.
    case text
    /// `bits` is the address of `count` bytes.
    case bytes
    /// `bits` is the address of 16 bytes.
    case uuid
    /// `bits` is an `Int64` of microseconds since 1970 UTC.
    case timestamp
    /// `bits` is an `Int64` of days since 1970-01-01.
    case date
    /// `bits` is the address of `count` bytes of ASCII: sign, digits, decimal point.
    case decimal
    /// `bits` is the address of `count` bytes of UTF-8 that hold JSON.
    case json
    /// `bits` is the address of `count` bytes of which the engine does not tell whether they are text, such
    /// as those of a variable that nobody has set.
    case untyped
  }

  /// How `bits` is to be read.
  public var kind: Kind
  /// The number of bytes at the address, where `bits` is one.
  public var count: Int32
  /// An integer, a double's bit pattern, or an address.
  public var bits: UInt64

  /// A cell that holds NULL.
  @inlinable public static var null: Cell { Cell(kind: .null, count: 0, bits: 0) }

  /// A cell that holds a number.
  @inlinable public init(kind: Kind, count: Int32 = 0, bits: UInt64) {
    self.kind = kind
    self.count = count
    self.bits = bits
  }

  /// A cell that lends bytes; they must stay until the next step.
  @inlinable public init(kind: Kind, lending bytes: UnsafeRawBufferPointer) {
    self.init(
      kind: kind, count: Int32(truncatingIfNeeded: bytes.count),
      bits: UInt64(UInt(bitPattern: bytes.baseAddress)))
  }

  /// The bytes this cell lends; empty where it holds a number.
  @inlinable var borrowedBytes: UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(
      start: UnsafePointer<UInt8>(bitPattern: UInt(truncatingIfNeeded: bits)), count: Int(count))
  }
}
