import CMariaDB
import DriverAPI

/// How a column's value stands in a row of the binary protocol.
enum MySQLColumnForm: UInt8 {
  case int8, uint8, int16, uint16, int32, uint32, int64, uint64
  case float, double
  case text, bytes, untyped, json, decimal, uuid, bit
  case date, dateTime, time
  case null

  /// The form of a column, from the server's description of it.
  init(_ field: MYSQL_FIELD) {
    let isUnsigned = field.flags & UInt32(UNSIGNED_FLAG) != 0
    self =
      switch field.type {
      case MYSQL_TYPE_TINY: isUnsigned ? .uint8 : .int8
      case MYSQL_TYPE_SHORT: isUnsigned ? .uint16 : .int16
      case MYSQL_TYPE_YEAR: .uint16
      case MYSQL_TYPE_INT24, MYSQL_TYPE_LONG: isUnsigned ? .uint32 : .int32
      case MYSQL_TYPE_LONGLONG: isUnsigned ? .uint64 : .int64
      case MYSQL_TYPE_FLOAT: .float
      case MYSQL_TYPE_DOUBLE: .double
      case MYSQL_TYPE_DECIMAL, MYSQL_TYPE_NEWDECIMAL: .decimal
      case MYSQL_TYPE_BIT: .bit
      case MYSQL_TYPE_DATE, MYSQL_TYPE_NEWDATE: .date
      case MYSQL_TYPE_DATETIME, MYSQL_TYPE_TIMESTAMP: .dateTime
      case MYSQL_TYPE_TIME: .time
      case MYSQL_TYPE_JSON: .json
      case MYSQL_TYPE_NULL: .null
      case MYSQL_TYPE_GEOMETRY: .bytes
      default: Self.textual(field)
      }
  }

  /// Whether a value may need room of its own, because a cell can only lend bytes that lie somewhere.
  var needsScratch: Bool {
    switch self {
    case .date, .dateTime, .time, .uuid: true
    default: false
    }
  }

  private static let binaryCharacterSet: UInt32 = 63

  // MariaDB keeps JSON in a text column, and says so beside the type; its UUIDs travel as text.
  private static func textual(_ field: MYSQL_FIELD) -> MySQLColumnForm {
    if attribute(MARIADB_FIELD_ATTR_FORMAT_NAME, of: field) == "json" { return .json }
    if attribute(MARIADB_FIELD_ATTR_DATA_TYPE_NAME, of: field) == "uuid" { return .uuid }
    if field.charsetnr != binaryCharacterSet { return .text }
    // An expression that a variable without a value stands in is of that character set too.
    return field.org_table_length == 0 ? .untyped : .bytes
  }

  private static func attribute(
    _ attribute: mariadb_field_attr_t, of field: MYSQL_FIELD
  ) -> String? {
    var field = field
    var text = MARIADB_CONST_STRING()
    guard mariadb_field_attr(&text, &field, attribute) == 0, text.length > 0, let start = text.str
    else { return nil }
    let bytes = UnsafeRawBufferPointer(start: start, count: text.length)
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// Room for values of a row that the library's own buffer does not hold as a cell needs them.
final class MySQLScratch {
  static let slotSize = 32
  private let bytes: UnsafeMutableRawPointer

  init(columnCount: Int) {
    bytes = .allocate(byteCount: columnCount * Self.slotSize, alignment: 16)
  }

  deinit { bytes.deallocate() }

  /// The slot of a column.
  func slot(_ column: Int) -> UnsafeMutablePointer<UInt8> {
    (bytes + column * Self.slotSize).assumingMemoryBound(to: UInt8.self)
  }
}
