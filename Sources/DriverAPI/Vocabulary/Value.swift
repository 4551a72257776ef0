public import FoundationEssentials

/// One value on its way into a statement, or copied out of a row.
///
/// The kinds are those that every engine can store and give back; what an engine cannot hold is
/// refused before anything is sent, never bent. [TYPE-5]
public enum Value: Sendable, Hashable {
  /// SQL NULL.
  case null
  /// A truth value.
  case bool(Bool)
  /// A signed 64-bit integer.
  case int(Int64)
  /// An integer above `Int64.max`; smaller ones are `int`.
  case uint(UInt64)
  /// A double.
  case double(Double)
  /// Text.
  case text(String)
  /// Bytes.
  case bytes([UInt8])
  /// A UUID.
  case uuid(UUID)
  /// An instant to the microsecond.
  case timestamp(Timestamp)
  /// A calendar date.
  case date(CalendarDate)
  /// An exact decimal number. Indirect because it is rare and twice the size of the others.
  indirect case decimal(ExactDecimal)
  /// JSON text.
  case json(String)
}

extension Value {
  /// The name of its kind, for messages; never the value itself.
  public var kindName: String {
    switch self {
    case .null: "NULL"
    case .bool: "bool"
    case .int: "int"
    case .uint: "uint"
    case .double: "double"
    case .text: "text"
    case .bytes: "bytes"
    case .uuid: "uuid"
    case .timestamp: "timestamp"
    case .date: "date"
    case .decimal: "decimal"
    case .json: "json"
    }
  }
}

extension Value: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByStringLiteral
{
  /// NULL.
  public init(nilLiteral: ()) { self = .null }
  /// A truth value.
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  /// An integer.
  public init(integerLiteral value: Int64) { self = .int(value) }
  /// A double.
  public init(floatLiteral value: Double) { self = .double(value) }
  /// Text.
  public init(stringLiteral value: String) { self = .text(value) }
}
