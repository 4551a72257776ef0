/// Walks over one JSON object without building a tree: enough for the frames of the chat.
struct JSONCursor {
  private let bytes: UnsafeRawBufferPointer
  private var position = 0

  /// A cursor before the first byte; `bytes` must outlive it.
  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  /// Steps into the object that begins here.
  mutating func enterObject() throws(ChatClientError) { try expect(UInt8(ascii: "{")) }

  /// The next key of the object; nil behind its end.
  mutating func nextKey() throws(ChatClientError) -> String? {
    if peek() == UInt8(ascii: ",") { position += 1 }
    if peek() == UInt8(ascii: "}") {
      position += 1
      return nil
    }
    let key = try string()
    try expect(UInt8(ascii: ":"))
    return key
  }

  /// The string that begins here, unescaped; `null` reads as empty.
  mutating func string() throws(ChatClientError) -> String {
    if peek() == UInt8(ascii: "n") {
      try skip()
      return ""
    }
    try expect(UInt8(ascii: "\""))
    let start = position
    while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
      guard bytes[position] != UInt8(ascii: "\\") else { return try escapedString(from: start) }
      position += 1
    }
    guard position < bytes.count else { throw unexpected() }
    position += 1
    return String(decoding: bytes[start..<(position - 1)], as: UTF8.self)
  }

  /// The whole number that begins here.
  mutating func integer() throws(ChatClientError) -> Int64 {
    let start = skipBlanks()
    while position < bytes.count, isNumber(bytes[position]) { position += 1 }
    guard let value = Int64(String(decoding: bytes[start..<position], as: UTF8.self)) else {
      throw unexpected()
    }
    return value
  }

  /// The `true` or `false` that begins here.
  mutating func boolean() throws(ChatClientError) -> Bool {
    let value = peek() == UInt8(ascii: "t")
    try skip()
    return value
  }

  /// Steps over the value that begins here, whatever it is.
  mutating func skip() throws(ChatClientError) {
    guard let first = peek() else { throw unexpected() }
    switch first {
    case UInt8(ascii: "\""): _ = try string()
    case UInt8(ascii: "{"), UInt8(ascii: "["): try skipNested()
    default:
      let start = position
      while position < bytes.count, isNumber(bytes[position]) || isLetter(bytes[position]) {
        position += 1
      }
      guard position > start else { throw unexpected() }
    }
  }

  private mutating func skipNested() throws(ChatClientError) {
    var depth = 0
    repeat {
      switch peek() {
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
      case UInt8(ascii: "\""):
        _ = try string()
        continue
      case nil: throw unexpected()
      default: break
      }
      position += 1
    } while depth > 0
  }

  private mutating func escapedString(from start: Int) throws(ChatClientError) -> String {
    var units = Array(bytes[start..<position])
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      if byte == UInt8(ascii: "\"") { return String(decoding: units, as: UTF8.self) }
      if byte != UInt8(ascii: "\\") {
        units.append(byte)
      } else {
        units.append(contentsOf: try escape())
      }
    }
    throw unexpected()
  }

  /// The bytes of the escape whose backslash was read.
  private mutating func escape() throws(ChatClientError) -> [UInt8] {
    guard position < bytes.count else { throw unexpected() }
    let kind = bytes[position]
    position += 1
    switch kind {
    case UInt8(ascii: "n"): return [10]
    case UInt8(ascii: "r"): return [13]
    case UInt8(ascii: "t"): return [9]
    case UInt8(ascii: "b"): return [8]
    case UInt8(ascii: "f"): return [12]
    case UInt8(ascii: "u"): break
    default: return [kind]
    }
    var units = [try codeUnit()]
    let isPair = UTF16.isLeadSurrogate(units[0]) && position + 1 < bytes.count
    if isPair, bytes[position] == UInt8(ascii: "\\"), bytes[position + 1] == UInt8(ascii: "u") {
      position += 2
      units.append(try codeUnit())
    }
    return Array(String(decoding: units, as: UTF16.self).utf8)
  }

  private mutating func codeUnit() throws(ChatClientError) -> UInt16 {
    guard position + 4 <= bytes.count,
      let unit = UInt16(
        String(decoding: bytes[position..<(position + 4)], as: UTF8.self), radix: 16)
    else { throw unexpected() }
    position += 4
    return unit
  }

  private mutating func expect(_ byte: UInt8) throws(ChatClientError) {
    guard peek() == byte else { throw unexpected() }
    position += 1
  }

  private mutating func peek() -> UInt8? {
    skipBlanks()
    return position < bytes.count ? bytes[position] : nil
  }

  @discardableResult
  private mutating func skipBlanks() -> Int {
    while position < bytes.count, bytes[position] == 32 || (9...13).contains(bytes[position]) {
      position += 1
    }
    return position
  }

  private func isNumber(_ byte: UInt8) -> Bool {
    (48...57).contains(byte) || byte == 43 || byte == 45 || byte == 46 || byte == 69
      || byte == 101
  }

  private func isLetter(_ byte: UInt8) -> Bool { (97...122).contains(byte) }

  private func unexpected() -> ChatClientError {
    ChatClientError("JSON that is not understood, at byte \(position)")
  }
}
