import DriverAPI

/// The types that the driver reads and writes in PostgreSQL's binary format, by their fixed numbers.
///
/// A type is here only if its binary form says exactly what its text form says. Everything else
/// (arrays, ranges, intervals, addresses, enumerations, the one byte of `"char"` …) travels as text, as
/// PostgreSQL writes it. [TYPE-7]
enum PostgresType: UInt32, Sendable {
  case bool = 16
  case bytes = 17
  case name = 19
  case int8 = 20
  case int2 = 21
  case int4 = 23
  case text = 25
  case oid = 26
  case json = 114
  case float4 = 700
  case float8 = 701
  case unknown = 705
  case paddedText = 1042
  case limitedText = 1043
  case date = 1082
  case localTimestamp = 1114
  case timestamp = 1184
  case numeric = 1700
  case void = 2278
  case uuid = 2950
  case jsonb = 3802

  /// Whether its binary form is the text itself.
  var isText: Bool {
    switch self {
    case .text, .limitedText, .paddedText, .name, .unknown, .void: true
    default: false
    }
  }

  /// What PostgreSQL calls it.
  var sqlName: String {
    switch self {
    case .bool: "boolean"
    case .bytes: "bytea"
    case .name: "name"
    case .int8: "bigint"
    case .int2: "smallint"
    case .int4: "integer"
    case .text: "text"
    case .oid: "oid"
    case .json: "json"
    case .float4: "real"
    case .float8: "double precision"
    case .unknown: "unknown"
    case .paddedText: "character"
    case .limitedText: "character varying"
    case .date: "date"
    case .localTimestamp: "timestamp without time zone"
    case .timestamp: "timestamp with time zone"
    case .numeric: "numeric"
    case .void: "void"
    case .uuid: "uuid"
    case .jsonb: "jsonb"
    }
  }
}

/// PostgreSQL counts time from the year 2000, in microseconds and days.
enum PostgresEpoch {
  static let microseconds: Int64 = 946_684_800_000_000
  static let days: Int32 = 10_957
  /// The years 0001 to 9999, counted from 1970: what a ``Timestamp`` holds. Literals, so that no
  /// lazy variable is asked for in each row.
  @inline(__always)
  static var knownMicroseconds: ClosedRange<Int64> {
    -62_135_596_800_000_000...253_402_300_799_999_999
  }
  /// The same for a ``CalendarDate``.
  @inline(__always)
  static var knownDays: ClosedRange<Int64> { -719_162...2_932_896 }
}
