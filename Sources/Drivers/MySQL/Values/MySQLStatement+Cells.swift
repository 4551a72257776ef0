import CMariaDB
import DriverAPI

extension MySQLStatement {
  /// Copies what the row holds, or where its bytes are, into the cells.
  ///
  /// Without buffers bound to its columns the library only notes, for each, where in its own buffer the
  /// value begins: no copy is made, and no length has to be known before. [ROW-2]
  @inline(__always)
  func fill(_ cells: UnsafeMutableBufferPointer<Cell>) {
    guard let binds = handle?.pointee.bind else { return }
    forms.withUnsafeBufferPointer { forms in
      for index in forms.indices {
        guard let start = binds[index].u.row_ptr else {
          cells[index] = .null
          continue
        }
        cells[index] = cell(forms[index], UnsafePointer(start), binds + index, index)
      }
    }
  }

  @inline(__always)
  private func cell(
    _ form: MySQLColumnForm, _ start: UnsafePointer<UInt8>,
    _ bind: UnsafeMutablePointer<MYSQL_BIND>, _ index: Int
  ) -> Cell {
    let raw = UnsafeRawPointer(start)
    switch form {
    case .int64: return Cell(kind: .int, bits: raw.loadUnaligned(as: UInt64.self))
    case .int32: return .integer(Int64(raw.loadUnaligned(as: Int32.self)))
    case .text: return lent(.text, start, bind)
    case .double: return Cell(kind: .double, bits: raw.loadUnaligned(as: UInt64.self))
    case .bytes: return lent(.bytes, start, bind)
    case .uint64: return .unsigned(raw.loadUnaligned(as: UInt64.self))
    case .int8: return .integer(Int64(raw.load(as: Int8.self)))
    case .uint8: return .integer(Int64(start.pointee))
    case .int16: return .integer(Int64(raw.loadUnaligned(as: Int16.self)))
    case .uint16: return .integer(Int64(raw.loadUnaligned(as: UInt16.self)))
    case .uint32: return .integer(Int64(raw.loadUnaligned(as: UInt32.self)))
    case .json: return lent(.json, start, bind)
    case .decimal: return lent(.decimal, start, bind)
    case .untyped: return lent(.untyped, start, bind)
    default: return rareCell(form, start, bind, index)
    }
  }

  /// The bytes of a value with its length in front: one byte, or a mark and two, three or eight.
  @inline(__always)
  private func lent(
    _ kind: Cell.Kind, _ start: UnsafePointer<UInt8>, _ bind: UnsafeMutablePointer<MYSQL_BIND>
  ) -> Cell {
    let bytes = start + Self.prefixLength(start)
    return Cell(
      kind: kind, count: Int32(truncatingIfNeeded: bind.pointee.length_value),
      bits: UInt64(UInt(bitPattern: bytes)))
  }

  @inline(__always)
  private static func prefixLength(_ start: UnsafePointer<UInt8>) -> Int {
    switch start.pointee {
    case 252: 3
    case 253: 4
    case 254: 9
    default: 1
    }
  }

  private func rareCell(
    _ form: MySQLColumnForm, _ start: UnsafePointer<UInt8>,
    _ bind: UnsafeMutablePointer<MYSQL_BIND>, _ index: Int
  ) -> Cell {
    let bytes = start + Self.prefixLength(start)
    let count = Int(bind.pointee.length_value)
    switch form {
    case .float:
      let float = UnsafeRawPointer(start).loadUnaligned(as: Float.self)
      return Cell(kind: .double, bits: Double(float).bitPattern)
    case .bit: return .bits(bytes, count: count)
    case .date:
      let parts = MySQLTimeParts(bytes, count: count)
      guard let days = parts.days else { return text(parts.dateText, index) }
      return Cell(kind: .date, bits: UInt64(bitPattern: days))
    case .dateTime:
      let parts = MySQLTimeParts(bytes, count: count)
      guard let moment = parts.microseconds else {
        return text(parts.dateTimeText(decimals: decimals[index]), index)
      }
      return Cell(kind: .timestamp, bits: UInt64(bitPattern: moment))
    case .time:
      return text(MySQLTimeParts.timeText(bytes, count: count, decimals: decimals[index]), index)
    case .uuid: return uuid(bytes, count: count, index)
    default: return .null
    }
  }

  /// A short text in the column's own room.
  private func text(_ text: String, _ index: Int) -> Cell {
    guard let slot = scratch?.slot(index) else { return .null }
    let utf8 = text.utf8.prefix(MySQLScratch.slotSize)
    for (offset, byte) in utf8.enumerated() { slot[offset] = byte }
    return Cell(kind: .text, lending: UnsafeRawBufferPointer(start: slot, count: utf8.count))
  }

  private func uuid(_ bytes: UnsafePointer<UInt8>, count: Int, _ index: Int) -> Cell {
    let text = UnsafeRawBufferPointer(start: bytes, count: count)
    guard let slot = scratch?.slot(index) else { return Cell(kind: .text, lending: text) }
    var digitCount = 0
    for byte in text {
      guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue, digitCount < 32 else {
        continue
      }
      let isHigh = digitCount % 2 == 0
      slot[digitCount / 2] = isHigh ? UInt8(digit << 4) : slot[digitCount / 2] | UInt8(digit)
      digitCount += 1
    }
    guard digitCount == 32 else { return Cell(kind: .text, lending: text) }
    return Cell(kind: .uuid, lending: UnsafeRawBufferPointer(start: slot, count: 16))
  }
}

extension Cell {
  @inline(__always)
  fileprivate static func integer(_ value: Int64) -> Cell {
    Cell(kind: .int, bits: UInt64(bitPattern: value))
  }

  @inline(__always)
  fileprivate static func unsigned(_ value: UInt64) -> Cell {
    Cell(kind: value > UInt64(Int64.max) ? .uint : .int, bits: value)
  }

  /// A bit field, the highest byte first.
  fileprivate static func bits(_ bytes: UnsafePointer<UInt8>, count: Int) -> Cell {
    unsigned((0..<count).reduce(0) { $0 << 8 | UInt64(bytes[$1]) })
  }
}
