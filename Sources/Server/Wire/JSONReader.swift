/// Reads one JSON value straight from the bytes of a message, without building a tree.
///
/// The caller asks for what it expects next; what it does not know it skips. The reader never
/// looks beyond the first value, so anything after it is ignored.
struct JSONReader: ~Escapable {
  /// How deep arrays and objects may be nested; a chat message needs two levels.
  static let maxDepth = 64

  let bytes: Span<UInt8>
  /// The next byte to read, counted from the start of the message.
  var offset = 0
  /// The known key whose value is being read, for errors.
  var key: StaticString?

  @_lifetime(copy bytes)
  init(_ bytes: Span<UInt8>) {
    self.bytes = bytes
  }

  /// An error that says where the reader stands.
  func failure(_ problem: WireError.Problem) -> WireError {
    WireError(problem: problem, key: key.map { "\($0)" }, offset: min(offset, bytes.count))
  }

  /// The next byte, not consumed; nil at the end of the message.
  var peek: UInt8? {
    @inline(__always) get { offset < bytes.count ? bytes[offset] : nil }
  }

  /// The first byte of the next token, after white space.
  mutating func token() throws(WireError) -> UInt8 {
    while offset < bytes.count {
      let byte = bytes[offset]
      guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return byte }
      offset += 1
    }
    throw failure(.unexpectedEnd)
  }

  /// Consumes `literal` (`true`, `false` or `null`).
  mutating func consume(_ literal: StaticString) throws(WireError) {
    for index in 0..<literal.utf8CodeUnitCount {
      guard let byte = peek else { throw failure(.unexpectedEnd) }
      guard byte == literal.utf8Start[index] else {
        throw failure(.syntax(expected: "\(literal)"))
      }
      offset += 1
    }
  }

  /// Consumes a `null` if one comes next.
  mutating func consumeNull() throws(WireError) -> Bool {
    guard try token() == UInt8(ascii: "n") else { return false }
    try consume("null")
    return true
  }
}

// MARK: - Objects

extension JSONReader {
  /// Enters an object.
  ///
  /// - Returns: whether it has a first member, whose key comes next.
  mutating func beginObject() throws(WireError) -> Bool {
    guard try token() == UInt8(ascii: "{") else { throw failure(.wrongType(expected: "an object")) }
    offset += 1
    guard try token() == UInt8(ascii: "}") else { return true }
    offset += 1
    return false
  }

  /// Leaves a member behind.
  ///
  /// - Returns: whether another one follows, whose key comes next.
  mutating func nextMember() throws(WireError) -> Bool {
    key = nil
    switch try token() {
    case UInt8(ascii: ","):
      offset += 1
      return true
    case UInt8(ascii: "}"):
      offset += 1
      return false
    default:
      throw failure(.syntax(expected: "a comma or a closing brace"))
    }
  }

  /// Reads a member's key and the colon behind it.
  mutating func memberKey() throws(WireError) -> JSONText {
    guard try token() == UInt8(ascii: "\"") else { throw failure(.syntax(expected: "a key")) }
    let text = try scanText()
    guard try token() == UInt8(ascii: ":") else { throw failure(.syntax(expected: "a colon")) }
    offset += 1
    return text
  }

  /// Whether a key is `name` (ASCII, lower case), whatever its letter case in the message.
  func matches(_ text: JSONText, _ name: StaticString) -> Bool {
    guard !text.isEscaped else {
      return string(text).lowercased().utf8.elementsEqual("\(name)".utf8)
    }
    let count = name.utf8CodeUnitCount
    guard text.range.count == count else { return false }
    for index in 0..<count {
      let byte = bytes[text.range.lowerBound + index]
      let folded = byte &- 0x41 < 26 ? byte | 0x20 : byte
      guard folded == name.utf8Start[index] else { return false }
    }
    return true
  }
}
