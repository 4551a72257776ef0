extension DatabaseURL {
  /// `text` with every `%XX` decoded; `part` is how an error calls it.
  static func decoded(_ text: Substring, _ part: String) throws(DatabaseError) -> String {
    guard text.utf8.contains(percent) else { return String(text) }
    var bytes: [UInt8] = []
    var rest = text.utf8[...]
    while let byte = rest.popFirst() {
      guard byte == percent else {
        bytes.append(byte)
        continue
      }
      guard let high = rest.popFirst().flatMap(hexValue),
        let low = rest.popFirst().flatMap(hexValue)
      else {
        throw .misuse("\(part) has a '%' without two hex digits; write a plain '%' as %25")
      }
      bytes.append(high << 4 | low)
    }
    guard !bytes.contains(0) else {
      throw .misuse("\(part) holds a NUL byte; remove the %00")
    }
    guard let decoded = String(validating: bytes, as: UTF8.self) else {
      throw .misuse("\(part) is not valid UTF-8 once its % escapes are decoded; encode it as UTF-8")
    }
    return decoded
  }

  /// `text` with a `%XX` for each byte that is not unreserved or in `allowed`.
  static func encoded(_ text: String, allowing allowed: String = "") -> String {
    var bytes: [UInt8] = []
    for byte in text.utf8 {
      if isLetter(byte) || isDigit(byte) || "-._~\(allowed)".utf8.contains(byte) || byte >= 0x80 {
        bytes.append(byte)
      } else {
        bytes += [percent, hexDigit(byte >> 4), hexDigit(byte & 15)]
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static let percent = UInt8(ascii: "%")

  private static func hexValue(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 48...57: byte - 48
    case 65...70: byte - 55
    case 97...102: byte - 87
    default: nil
    }
  }

  private static func hexDigit(_ value: UInt8) -> UInt8 {
    value < 10 ? value + 48 : value + 55
  }
}
