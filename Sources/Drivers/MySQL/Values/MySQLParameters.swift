import CMariaDB
import DriverAPI
import FoundationEssentials

/// The parameters of a statement, where the library can read them.
///
/// The library keeps the addresses from binding to the end of the execution's first half, which writes
/// them all into one message. [BIND-1]
final class MySQLParameters {
  let binds: UnsafeMutablePointer<MYSQL_BIND>
  private let count: Int
  private let numbers: UnsafeMutablePointer<UInt64>
  private let lengths: UnsafeMutablePointer<UInt>
  private var times: UnsafeMutablePointer<MYSQL_TIME>?
  private var bytes: UnsafeMutableRawPointer?
  private var capacity = 0
  private var used = 0

  private static let keptCapacity = 64 << 10

  init(count: Int) {
    self.count = count
    binds = .allocate(capacity: count)
    binds.initialize(repeating: MYSQL_BIND(), count: count)
    numbers = .allocate(capacity: count)
    numbers.initialize(repeating: 0, count: count)
    lengths = .allocate(capacity: count)
    lengths.initialize(repeating: 0, count: count)
  }

  deinit {
    binds.deallocate()
    numbers.deallocate()
    lengths.deallocate()
    times?.deallocate()
    bytes?.deallocate()
  }

  /// Copies the values.
  ///
  /// - Returns: about how many bytes they take in the message.
  /// - Throws: `unsupported` for a value the server would bend, before anything is sent.
  func fill(_ values: [Value]) throws(DatabaseError) -> Int {
    used = 0
    reserve(values.reduce(0) { $0 + $1.textByteCount })
    for index in values.indices { try fill(values[index], at: index) }
    return used + 16 * count
  }

  /// Lets go of room for large values once they are sent.
  func letGo() {
    if capacity > Self.keptCapacity { reserve(exactly: 0) }
  }

  private func fill(_ value: Value, at index: Int) throws(DatabaseError) {
    switch value {
    case .null: binds[index].buffer_type = MYSQL_TYPE_NULL
    case .bool(let truth): set(truth ? 1 : 0, MYSQL_TYPE_LONGLONG, at: index)
    case .int(let integer): set(UInt64(bitPattern: integer), MYSQL_TYPE_LONGLONG, at: index)
    case .uint(let integer):
      set(integer, MYSQL_TYPE_LONGLONG, at: index)
      binds[index].is_unsigned = 1
    case .double(let double): try set(double, at: index)
    case .text(let text), .json(let text): set(text, MYSQL_TYPE_STRING, at: index)
    case .bytes(let bytes):
      bytes.withUnsafeBytes { set($0, MYSQL_TYPE_BLOB, at: index) }
    case .uuid(let uuid): set(uuid.uuidString.lowercased(), MYSQL_TYPE_STRING, at: index)
    case .timestamp(let timestamp): set(MYSQL_TIME(timestamp), MYSQL_TYPE_DATETIME, at: index)
    case .date(let date): set(MYSQL_TIME(date), MYSQL_TYPE_DATE, at: index)
    case .decimal(let decimal): set(decimal.description, MYSQL_TYPE_NEWDECIMAL, at: index)
    }
  }

  private func set(_ double: Double, at index: Int) throws(DatabaseError) {
    guard double.isFinite else {
      throw .unsupported(
        "parameter \(index + 1) is \(double.isNaN ? "NaN" : "infinite"), which a DOUBLE of this "
          + "server cannot hold; store it as text")
    }
    set(double.bitPattern, MYSQL_TYPE_DOUBLE, at: index)
  }

  private func set(_ number: UInt64, _ type: enum_field_types, at index: Int) {
    numbers[index] = number
    set(UnsafeMutableRawPointer(numbers + index), type, at: index)
  }

  private func set(_ text: String, _ type: enum_field_types, at index: Int) {
    var text = text
    text.withUTF8 { set(UnsafeRawBufferPointer($0), type, at: index) }
  }

  private func set(_ source: UnsafeRawBufferPointer, _ type: enum_field_types, at index: Int) {
    lengths[index] = UInt(source.count)
    // Room was made for all texts before the first was copied.
    let target = bytes.unsafelyUnwrapped + used
    if let start = source.baseAddress { target.copyMemory(from: start, byteCount: source.count) }
    used += source.count
    set(target, type, at: index)
    binds[index].length = lengths + index
    binds[index].buffer_length = UInt(source.count)
  }

  private func set(_ time: MYSQL_TIME, _ type: enum_field_types, at index: Int) {
    let slots: UnsafeMutablePointer<MYSQL_TIME>
    if let times {
      slots = times
    } else {
      slots = .allocate(capacity: count)
      times = slots
    }
    (slots + index).initialize(to: time)
    set(UnsafeMutableRawPointer(slots + index), type, at: index)
  }

  private func set(_ address: UnsafeMutableRawPointer, _ type: enum_field_types, at index: Int) {
    binds[index].buffer_type = type
    binds[index].buffer = address
    binds[index].is_unsigned = 0
  }

  private func reserve(_ byteCount: Int) {
    if byteCount > capacity || bytes == nil { reserve(exactly: max(byteCount, 64)) }
  }

  private func reserve(exactly byteCount: Int) {
    bytes?.deallocate()
    bytes = byteCount > 0 ? .allocate(byteCount: byteCount, alignment: 16) : nil
    capacity = byteCount
  }
}

extension Value {
  /// The most bytes its text takes, if it travels as text or bytes.
  var textByteCount: Int {
    switch self {
    case .text(let text), .json(let text): text.utf8.count
    case .bytes(let bytes): bytes.count
    case .uuid: 36
    case .decimal: 64
    default: 0
    }
  }
}
