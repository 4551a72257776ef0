/// A string literal found in a message: where its bytes stand, without the quotes.
struct JSONText {
  /// The bytes between the quotes.
  var range: Range<Int>
  /// Whether a backslash occurs among them.
  var isEscaped: Bool
}

extension JSONReader {
  /// Finds the end of the string literal that starts here, checking its grammar only.
  mutating func scanText() throws(WireError) -> JSONText {
    offset += 1
    let start = offset
    var isEscaped = false
    var index = offset
    defer { offset = index }
    while index < bytes.count {
      let byte = bytes[index]
      if byte == UInt8(ascii: "\"") {
        defer { index += 1 }
        return JSONText(range: start..<index, isEscaped: isEscaped)
      }
      if byte == UInt8(ascii: "\\") {
        isEscaped = true
        index += try escapeLength(at: index)
      } else if byte < 0x20 {
        offset = index
        throw failure(.syntax(expected: "an escaped control character"))
      } else {
        index += 1
      }
    }
    offset = index
    throw failure(.unexpectedEnd)
  }

  /// The length of the escape sequence at `index`: 2, or 6 for `\u` with four hex digits.
  private func escapeLength(at index: Int) throws(WireError) -> Int {
    guard index + 1 < bytes.count else { throw failure(.unexpectedEnd) }
    switch bytes[index + 1] {
    case UInt8(ascii: "u"):
      guard index + 6 <= bytes.count else { throw failure(.unexpectedEnd) }
      guard hexUnit(at: index + 2) != nil else {
        throw failure(.syntax(expected: "four hexadecimal digits"))
      }
      return 6
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"),
      UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
      return 2
    default:
      throw failure(.syntax(expected: "a valid escape sequence"))
    }
  }

  /// The text of a literal; bytes that are no UTF-8 and lone surrogates become U+FFFD.
  func string(_ text: JSONText) -> String {
    guard text.isEscaped else {
      return bytes.extracting(text.range).withUnsafeBufferPointer {
        String(decoding: $0, as: UTF8.self)
      }
    }
    return String(decoding: unescaped(text), as: UTF8.self)
  }

  /// The bytes of a literal after its escape sequences were replaced.
  func unescaped(_ text: JSONText) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.range.count)
    var index = text.range.lowerBound
    while index < text.range.upperBound {
      let byte = bytes[index]
      if byte != UInt8(ascii: "\\") {
        result.append(byte)
        index += 1
      } else if bytes[index + 1] == UInt8(ascii: "u") {
        index += appendUnicodeEscape(at: index, end: text.range.upperBound, to: &result)
      } else {
        result.append(Self.replacement(ofEscape: bytes[index + 1]))
        index += 2
      }
    }
    return result
  }

  /// Appends the scalar of the `\u` sequence at `index`, which may be a surrogate pair of two.
  ///
  /// - Returns: how many bytes of the literal were used.
  private func appendUnicodeEscape(at index: Int, end: Int, to result: inout [UInt8]) -> Int {
    guard let first = hexUnit(at: index + 2) else { return 6 }
    var used = 6
    var scalar = Unicode.Scalar(UInt32(first))
    if first & 0xFC00 == 0xD800, index + 12 <= end, bytes[index + 6] == UInt8(ascii: "\\"),
      bytes[index + 7] == UInt8(ascii: "u"), let second = hexUnit(at: index + 8),
      second & 0xFC00 == 0xDC00
    {
      scalar = Unicode.Scalar(0x10000 + (UInt32(first & 0x3FF) << 10 | UInt32(second & 0x3FF)))
      used = 12
    }
    result.append(contentsOf: String(scalar ?? "\u{FFFD}").utf8)
    return used
  }

  /// Four hexadecimal digits as a UTF-16 code unit.
  private func hexUnit(at index: Int) -> UInt16? {
    var unit: UInt16 = 0
    for position in index..<index + 4 {
      let byte = bytes[position]
      let digit: UInt8
      switch byte {
      case 0x30...0x39: digit = byte - 0x30
      case 0x41...0x46: digit = byte - 0x41 + 10
      case 0x61...0x66: digit = byte - 0x61 + 10
      default: return nil
      }
      unit = unit << 4 | UInt16(digit)
    }
    return unit
  }

  private static func replacement(ofEscape letter: UInt8) -> UInt8 {
    switch letter {
    case UInt8(ascii: "b"): 0x08
    case UInt8(ascii: "f"): 0x0C
    case UInt8(ascii: "n"): 0x0A
    case UInt8(ascii: "r"): 0x0D
    case UInt8(ascii: "t"): 0x09
    default: letter
    }
  }
}
