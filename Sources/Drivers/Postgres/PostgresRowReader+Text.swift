import DriverAPI
import Glibc

/// Rows in text format: those with a column of a type that the driver does not know in binary, and
/// those of statements that run once.
extension PostgresRowReader {
  func text(_ value: UnsafeRawBufferPointer, _ type: PostgresType?) -> Cell? {
    switch type {
    case .bool: Cell(kind: .bool, bits: value.first == UInt8(ascii: "t") ? 1 : 0)
    case .int8, .int4, .int2, .oid: Int64(value.string).map { Self.int($0) }
    case .float8: Self.double(strtod(value.characters, nil))
    // Read as a float first: a double in between would round twice.
    case .float4: Self.double(Double(strtof(value.characters, nil)))
    case .bytes: bytes(value)
    case .uuid: uuid(value)
    case .timestamp, .localTimestamp: timestamp(value)
    case .date: date(value)
    case .numeric: Cell(kind: .decimal, lending: value)
    case .json, .jsonb: Cell(kind: .json, lending: value)
    default: Cell(kind: .text, lending: value)
    }
  }

  // What is infinite, before Christ or after the year 9999 stays beyond what a `Timestamp` holds.
  private func timestamp(_ value: UnsafeRawBufferPointer) -> Cell {
    let known = Timestamp(utf8: value.bindMemory(to: UInt8.self))
    let moment = known?.microseconds ?? Int64.max
    return Cell(kind: .timestamp, bits: UInt64(bitPattern: moment))
  }

  private func date(_ value: UnsafeRawBufferPointer) -> Cell {
    let known = CalendarDate(utf8: value.bindMemory(to: UInt8.self))
    return Self.date(known?.daysSince1970 ?? Int64.max)
  }

  /// `\x00ff`
  private func bytes(_ value: UnsafeRawBufferPointer) -> Cell? {
    guard value.count >= 2, value[0] == UInt8(ascii: "\\"), value[1] == UInt8(ascii: "x") else {
      return nil
    }
    return hex(value[2...], kind: .bytes)
  }

  /// Hexadecimal digits, with or without hyphens between them.
  private func hex(_ digits: Slice<UnsafeRawBufferPointer>, kind: Cell.Kind) -> Cell? {
    let room = scratch.takeUnretainedValue().take(digits.count / 2 + 1)
    var count = 0
    var high: UInt8?
    for digit in digits where digit != UInt8(ascii: "-") {
      guard let number = Self.number(digit) else { return nil }
      if let first = high {
        room[count] = first << 4 | number
        count += 1
        high = nil
      } else {
        high = number
      }
    }
    guard high == nil else { return nil }
    return Cell(
      kind: kind, lending: UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(room)[..<count]))
  }

  private func uuid(_ value: UnsafeRawBufferPointer) -> Cell? {
    let cell = hex(value[...], kind: .uuid)
    return cell?.count == 16 ? cell : nil
  }

  private static func number(_ digit: UInt8) -> UInt8? {
    switch digit {
    case 48...57: digit - 48
    case 97...102: digit - 87
    default: nil
    }
  }
}

extension UnsafeRawBufferPointer {
  fileprivate var string: Substring { Substring(decoding: self, as: UTF8.self) }

  // libpq ends every value with a zero byte that its length does not count.
  fileprivate var characters: UnsafePointer<CChar> {
    baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: CChar.self)
  }
}
