import CFirebird

/// A descriptor area: what the library knows of some parameters or columns, and where their values are.
final class FirebirdArea {
  private(set) var raw: UnsafeMutablePointer<XSQLDA>
  /// Where the values of columns are put; nil until ``makeRoom()``.
  private var room: UnsafeMutableRawPointer?

  init() { raw = Self.make(1) }

  deinit {
    raw.deallocate()
    room?.deallocate()
  }

  /// The descriptors, in order.
  var variables: UnsafeMutableBufferPointer<XSQLVAR> {
    let offset = MemoryLayout<XSQLDA>.offset(of: \.sqlvar) ?? 0
    let first = (UnsafeMutableRawPointer(raw) + offset).assumingMemoryBound(to: XSQLVAR.self)
    return UnsafeMutableBufferPointer(start: first, count: Int(raw.pointee.sqld))
  }

  /// Whether there are more of them than fit; then they have to be asked for again.
  func grow() -> Bool {
    guard raw.pointee.sqld > raw.pointee.sqln else { return false }
    let count = Int(raw.pointee.sqld)
    raw.deallocate()
    raw = Self.make(count)
    return true
  }

  /// Gives each column a place. Numbers of all sizes are fetched in the largest.
  func makeRoom() {
    var offsets: [(value: Int, indicator: Int)] = []
    var size = 0
    for index in variables.indices {
      let type = FirebirdType(variables[index])
      if type.isInteger { variables[index].become(SQL_INT64, length: 8) }
      if type == .float { variables[index].become(SQL_DOUBLE, length: 8) }
      variables[index].sqltype |= 1
      let length = Int(UInt16(bitPattern: variables[index].sqllen))
      offsets.append((size, size + (length + 2 + 7) / 8 * 8))
      size += (length + 2 + 7) / 8 * 8 + 8
    }
    let room = UnsafeMutableRawPointer.allocate(byteCount: max(8, size), alignment: 16)
    room.initializeMemory(as: UInt8.self, repeating: 0, count: max(8, size))
    for (index, offset) in offsets.enumerated() {
      variables[index].sqldata = (room + offset.value).assumingMemoryBound(to: CChar.self)
      variables[index].sqlind = (room + offset.indicator).assumingMemoryBound(to: ISC_SHORT.self)
    }
    self.room = room
  }

  private static func make(_ count: Int) -> UnsafeMutablePointer<XSQLDA> {
    let size = MemoryLayout<XSQLDA>.size + (count - 1) * MemoryLayout<XSQLVAR>.stride
    let memory = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
    memory.initializeMemory(as: UInt8.self, repeating: 0, count: size)
    let area = memory.assumingMemoryBound(to: XSQLDA.self)
    area.pointee.version = ISC_SHORT(SQLDA_VERSION1)
    area.pointee.sqln = ISC_SHORT(count)
    return area
  }
}

/// The type of a parameter or a column, as the library describes it.
enum FirebirdType {
  case text, varying, integer, decimal, float, double, bool, blob, timestamp, date, time, other

  init(_ variable: XSQLVAR) {
    switch Int32(variable.sqltype) & ~1 {
    case SQL_TEXT: self = .text
    case SQL_VARYING: self = .varying
    case SQL_SHORT, SQL_LONG, SQL_INT64: self = variable.sqlscale == 0 ? .integer : .decimal
    case SQL_FLOAT, SQL_D_FLOAT: self = .float
    case SQL_DOUBLE: self = .double
    case SQL_BOOLEAN: self = .bool
    case SQL_BLOB: self = .blob
    case SQL_TIMESTAMP: self = .timestamp
    case SQL_TYPE_DATE: self = .date
    case SQL_TYPE_TIME: self = .time
    default: self = .other
    }
  }

  var isInteger: Bool { self == .integer || self == .decimal }
}

extension XSQLVAR {
  /// Whether its bytes are bytes: the character set OCTETS, or a blob that is none of text.
  var isBinary: Bool {
    switch FirebirdType(self) {
    case .text, .varying: sqlsubtype & 0xff == 1
    case .blob: sqlsubtype != 1
    default: false
    }
  }

  /// Has the library convert to or from another type. Every value can be NULL.
  mutating func become(_ type: Int32, length: Int, characters: Int16? = nil) {
    sqltype = ISC_SHORT(type | 1)
    sqllen = ISC_SHORT(bitPattern: UInt16(length))
    if let characters { sqlsubtype = characters }
  }

  /// The name, or the alias that the query gave.
  var name: String {
    withUnsafeBytes(of: aliasname) { String(decoding: $0.prefix(Int(aliasname_length)), as: UTF8.self) }
  }
}
