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

  private func timestamp(_ value: UnsafeRawBufferPointer) -> Cell? {
    guard let known = Timestamp(utf8: value.bindMemory(to: UInt8.self)) else {
      return strange(value)
    }
    return Cell(kind: .timestamp, bits: UInt64(bitPattern: known.microseconds))
  }

  private func date(_ value: UnsafeRawBufferPointer) -> Cell? {
    guard let known = CalendarDate(utf8: value.bindMemory(to: UInt8.self)) else {
      return strange(value)
    }
    return Cell(kind: .date, bits: UInt64(bitPattern: known.daysSince1970))
  }

  /// What is infinite, before Christ or after the year 9999 stays text; nil for what is not ISO.
  private func strange(_ value: UnsafeRawBufferPointer) -> Cell? {
    let year = value.prefix { (48...57).contains($0) }.count
    let isKnown =
      value.elementsEqual("infinity".utf8) || value.elementsEqual("-infinity".utf8)
      || year >= 4 && value.dropFirst(year).first == UInt8(ascii: "-")
    return isKnown ? Cell(kind: .text, lending: value) : nil
  }

  /// `\x00ff`, or what `bytea_output = escape` makes of it.
  private func bytes(_ value: UnsafeRawBufferPointer) -> Cell? {
    guard value.count >= 2, value[0] == UInt8(ascii: "\\"), value[1] == UInt8(ascii: "x") else {
      return escaped(value)
    }
    return hex(value[2...], kind: .bytes)
  }

  /// Bytes as they are, but a backslash doubled and what is not ASCII as `\377`.
  private func escaped(_ value: UnsafeRawBufferPointer) -> Cell? {
    let room = scratch.takeUnretainedValue().take(value.count)
    var (count, index) = (0, 0)
    while index < value.count {
      var byte = value[index]
      index += 1
      if byte == UInt8(ascii: "\\"), index < value.count, value[index] == byte {
        index += 1
      } else if byte == UInt8(ascii: "\\") {
        guard index + 3 <= value.count, let code = Self.octal(value[index..<(index + 3)]) else {
          return nil
        }
        byte = code
        index += 3
      }
      room[count] = byte
      count += 1
    }
    return Cell(
      kind: .bytes,
      lending: UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(room)[..<count]))
  }

  private static func octal(_ digits: Slice<UnsafeRawBufferPointer>) -> UInt8? {
    var code = 0
    for digit in digits {
      guard (48...55).contains(digit) else { return nil }
      code = code * 8 + Int(digit) - 48
    }
    return UInt8(exactly: code)
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
