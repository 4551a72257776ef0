/// JSON in one spelling, by which two texts are compared that an engine may have written anew: without
/// blanks, with the members of an object in the order of their names, and with numbers and escapes in one form.
///
/// What says less than the text, such as one of two members of the same name, is not the same: both stay.
enum CanonicalJSON {
  private static let maxDepth = 256

  /// The text in that spelling; nil if it is no JSON.
  static func text(of text: String) -> String? {
    var parser = Parser(bytes: Array(text.utf8))
    guard let value = parser.value(depth: 0), parser.isAtEnd else { return nil }
    return value
  }

  private struct Parser {
    let bytes: [UInt8]
    var position = 0

    var isAtEnd: Bool {
      mutating get {
        skipBlanks()
        return position == bytes.count
      }
    }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipBlanks() {
      while let byte = next, byte == 0x20 || byte == 0x09 || byte == 0x0a || byte == 0x0d {
        position += 1
      }
    }

    private mutating func skip(_ sign: Unicode.Scalar) -> Bool {
      skipBlanks()
      guard next == UInt8(ascii: sign) else { return false }
      position += 1
      return true
    }

    mutating func value(depth: Int) -> String? {
      guard depth < maxDepth else { return nil }
      skipBlanks()
      switch next {
      case UInt8(ascii: "{"): return object(depth)
      case UInt8(ascii: "["): return array(depth)
      case UInt8(ascii: "\""): return string().map(quoted)
      case UInt8(ascii: "t"): return word("true")
      case UInt8(ascii: "f"): return word("false")
      case UInt8(ascii: "n"): return word("null")
      default: return number()
      }
    }

    private mutating func object(_ depth: Int) -> String? {
      position += 1
      var members: [(name: String, value: String)] = []
      if skip("}") { return "{}" }
      repeat {
        skipBlanks()
        guard let name = string(), skip(":"), let value = value(depth: depth + 1) else {
          return nil
        }
        members.append((quoted(name), value))
      } while skip(",")
      guard skip("}") else { return nil }
      members.sort { ($0.name, $0.value) < ($1.name, $1.value) }
      return "{" + members.map { $0.name + ":" + $0.value }.joined(separator: ",") + "}"
    }

    private mutating func array(_ depth: Int) -> String? {
      position += 1
      var elements: [String] = []
      if skip("]") { return "[]" }
      repeat {
        guard let element = value(depth: depth + 1) else { return nil }
        elements.append(element)
      } while skip(",")
      return skip("]") ? "[" + elements.joined(separator: ",") + "]" : nil
    }

    private mutating func word(_ word: String) -> String? {
      guard bytes[position...].starts(with: word.utf8) else { return nil }
      position += word.utf8.count
      return word
    }

    private mutating func number() -> String? {
      let start = position
      while let byte = next, "+-.eE".utf8.contains(byte) || (48...57).contains(byte) {
        position += 1
      }
      guard start < position else { return nil }
      let text = String(decoding: bytes[start..<position], as: UTF8.self)
      // Of more than 38 digits only the very spelling counts.
      return ExactDecimal(text)?.withoutZerosAtEnd.description ?? text
    }

    /// The string's characters, its escapes resolved.
    private mutating func string() -> String? {
      guard next == UInt8(ascii: "\"") else { return nil }
      position += 1
      var units: [UInt8] = []
      while let byte = next {
        position += 1
        switch byte {
        case UInt8(ascii: "\""): return String(decoding: units, as: UTF8.self)
        case UInt8(ascii: "\\"):
          guard let character = escape() else { return nil }
          units += character.utf8
        default: units.append(byte)
        }
      }
      return nil
    }

    private mutating func escape() -> String? {
      guard let byte = next else { return nil }
      position += 1
      let plain: [UInt8: String] = [
        0x22: "\"", 0x5c: "\\", 0x2f: "/", 0x62: "\u{8}", 0x66: "\u{c}", 0x6e: "\n", 0x72: "\r",
        0x74: "\t",
      ]
      if let character = plain[byte] { return character }
      guard byte == UInt8(ascii: "u"), let first = codeUnit() else { return nil }
      var units = [first]
      if (0xd800...0xdbff).contains(first) {
        guard next == UInt8(ascii: "\\") else { return nil }
        position += 1
        guard next == UInt8(ascii: "u") else { return nil }
        position += 1
        guard let second = codeUnit(), (0xdc00...0xdfff).contains(second) else { return nil }
        units.append(second)
      }
      return String(decoding: units, as: UTF16.self)
    }

    private mutating func codeUnit() -> UInt16? {
      guard position + 4 <= bytes.count else { return nil }
      defer { position += 4 }
      return UInt16(String(decoding: bytes[position..<position + 4], as: UTF8.self), radix: 16)
    }

    private func quoted(_ text: String) -> String {
      "\"" + text.marking([0x22, 0x5c], with: 0x5c) + "\""
    }
  }
}
