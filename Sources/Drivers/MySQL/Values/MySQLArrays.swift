import CMariaDB
import DriverAPI
import FoundationEssentials

/// How one column's values travel in an array: the message names one type for all of them.
enum MySQLArrayKind {
  case integer, unsigned, double, text, bytes, date, time

  /// The kinds of all columns, or nil if the values of one column are too different for one.
  static func kinds(of rows: [[Value]], columnCount: Int) -> [MySQLArrayKind]? {
    var kinds: [MySQLArrayKind?] = Array(repeating: nil, count: columnCount)
    for row in rows {
      for index in 0..<columnCount {
        guard let kind = MySQLArrayKind(row[index]) else { continue }
        if kinds[index] == nil { kinds[index] = kind }
        if kinds[index] != kind { return nil }
      }
    }
    return kinds.map { $0 ?? .text }
  }

  /// Nil for NULL, which travels with any.
  private init?(_ value: Value) {
    switch value {
    case .null: return nil
    case .bool, .int: self = .integer
    case .uint: self = .unsigned
    case .double: self = .double
    case .text, .json, .uuid, .decimal: self = .text
    case .bytes: self = .bytes
    // As an instant it would be another number in a column of numbers.
    case .date: self = .date
    case .timestamp: self = .time
    }
  }

  var type: enum_field_types {
    switch self {
    case .integer, .unsigned: MYSQL_TYPE_LONGLONG
    case .double: MYSQL_TYPE_DOUBLE
    case .text: MYSQL_TYPE_STRING
    case .bytes: MYSQL_TYPE_BLOB
    case .date: MYSQL_TYPE_DATE
    case .time: MYSQL_TYPE_DATETIME
    }
  }
}

/// The values of many rows, one array for each column, where the library can read them.
final class MySQLArrays {
  /// More rows in one message gain nothing that can be measured.
  static let maxRowCount = 4096

  let binds: UnsafeMutablePointer<MYSQL_BIND>
  private let kinds: [MySQLArrayKind]
  private let numbers: UnsafeMutablePointer<UInt64>
  private let addresses: UnsafeMutablePointer<UnsafeMutableRawPointer?>
  private let lengths: UnsafeMutablePointer<UInt>
  private let indicators: UnsafeMutablePointer<CChar>
  private var bytes: UnsafeMutableRawPointer
  private var capacity = 1 << 16
  private var used = 0

  init(_ kinds: [MySQLArrayKind]) {
    self.kinds = kinds
    let slotCount = kinds.count * Self.maxRowCount
    binds = .allocate(capacity: kinds.count)
    binds.initialize(repeating: MYSQL_BIND(), count: kinds.count)
    numbers = .allocate(capacity: slotCount)
    numbers.initialize(repeating: 0, count: slotCount)
    addresses = .allocate(capacity: slotCount)
    addresses.initialize(repeating: nil, count: slotCount)
    lengths = .allocate(capacity: slotCount)
    lengths.initialize(repeating: 0, count: slotCount)
    indicators = .allocate(capacity: slotCount)
    indicators.initialize(repeating: 0, count: slotCount)
    bytes = .allocate(byteCount: capacity, alignment: 16)
    for column in kinds.indices { bind(column) }
  }

  deinit {
    binds.deallocate()
    numbers.deallocate()
    addresses.deallocate()
    lengths.deallocate()
    indicators.deallocate()
    bytes.deallocate()
  }

  /// Copies the values of the rows.
  func fill(_ rows: ArraySlice<[Value]>) {
    reserve(rows)
    for (place, row) in rows.enumerated() {
      for column in kinds.indices { set(row[column], column * Self.maxRowCount + place) }
    }
  }

  private func bind(_ column: Int) {
    let first = column * Self.maxRowCount
    binds[column].buffer_type = kinds[column].type
    binds[column].is_unsigned = kinds[column] == .unsigned ? 1 : 0
    binds[column].length = lengths + first
    binds[column].u.indicator = indicators + first
    switch kinds[column] {
    case .integer, .unsigned, .double:
      binds[column].buffer = UnsafeMutableRawPointer(numbers + first)
    case .text, .bytes, .date, .time:
      binds[column].buffer = UnsafeMutableRawPointer(addresses + first)
    }
  }

  private func set(_ value: Value, _ slot: Int) {
    indicators[slot] = CChar(STMT_INDICATOR_NONE.rawValue)
    switch value {
    case .null: indicators[slot] = CChar(STMT_INDICATOR_NULL.rawValue)
    case .bool(let truth): numbers[slot] = truth ? 1 : 0
    case .int(let integer): numbers[slot] = UInt64(bitPattern: integer)
    case .uint(let integer): numbers[slot] = integer
    case .double(let double): numbers[slot] = double.bitPattern
    case .text(let text), .json(let text): set(text, slot)
    case .uuid(let uuid): set(uuid.uuidString.lowercased(), slot)
    case .decimal(let decimal): set(decimal.description, slot)
    case .bytes(let bytes): bytes.withUnsafeBytes { set($0, slot) }
    case .timestamp(let timestamp): set(MYSQL_TIME(timestamp), slot)
    case .date(let date): set(MYSQL_TIME(date), slot)
    }
  }

  private func set(_ text: String, _ slot: Int) {
    var text = text
    text.withUTF8 { set(UnsafeRawBufferPointer($0), slot) }
  }

  private func set(_ source: UnsafeRawBufferPointer, _ slot: Int) {
    let target = bytes + used
    if let start = source.baseAddress { target.copyMemory(from: start, byteCount: source.count) }
    used += source.count
    addresses[slot] = target
    lengths[slot] = UInt(source.count)
  }

  private func set(_ time: MYSQL_TIME, _ slot: Int) {
    used = (used + 15) & ~15
    let target = bytes + used
    target.storeBytes(of: time, as: MYSQL_TIME.self)
    used += MemoryLayout<MYSQL_TIME>.size
    addresses[slot] = target
  }

  private func reserve(_ rows: ArraySlice<[Value]>) {
    used = 0
    let timeSize = MemoryLayout<MYSQL_TIME>.size + 16
    let needed = rows.reduce(0) { sum, row in
      row.reduce(sum) { $0 + $1.textByteCount + timeSize }
    }
    if needed <= capacity { return }
    bytes.deallocate()
    capacity = needed
    bytes = .allocate(byteCount: capacity, alignment: 16)
  }
}
