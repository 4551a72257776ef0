extension JSONReader {
  /// Reads a string into `field`; a null leaves the field alone.
  mutating func read(_ field: inout String, _ name: StaticString) throws(WireError) {
    key = name
    guard let text = try optionalText() else { return }
    field = string(text)
  }

  /// Reads a boolean into `field`; a null leaves the field alone.
  mutating func read(_ field: inout Bool, _ name: StaticString) throws(WireError) {
    key = name
    switch try token() {
    case UInt8(ascii: "t"):
      try consume("true")
      field = true
    case UInt8(ascii: "f"):
      try consume("false")
      field = false
    case UInt8(ascii: "n"):
      try consume("null")
    default:
      throw failure(.wrongType(expected: "true or false"))
    }
  }

  /// Reads a whole number into `field`; a null leaves the field alone.
  ///
  /// `1e3` and `1.0` are refused although their values are whole: the reference server reads
  /// integers by their digits.
  mutating func read(_ field: inout Int64, _ name: StaticString) throws(WireError) {
    key = name
    if try consumeNull() { return }
    let first = try token()
    guard first == UInt8(ascii: "-") || first &- 0x30 < 10 else {
      throw failure(.wrongType(expected: "a number"))
    }
    let start = offset
    try skipNumber()
    let digits = bytes.extracting(start..<offset).withUnsafeBufferPointer {
      Int64(String(decoding: $0, as: UTF8.self))
    }
    guard let digits else {
      offset = start
      throw failure(.notAnInteger)
    }
    field = digits
  }

  /// Reads a time into `field`; a null leaves the field alone.
  mutating func read(_ field: inout WireTime?, _ name: StaticString) throws(WireError) {
    key = name
    guard let text = try optionalText() else { return }
    let time =
      text.isEscaped
      ? WireTime(rfc3339: unescaped(text).span) : WireTime(rfc3339: bytes.extracting(text.range))
    guard let time else {
      offset = text.range.lowerBound
      throw failure(.notATime)
    }
    field = time
  }

  /// Reads base64 into `field`; a null empties it.
  mutating func readBase64(_ field: inout [UInt8], _ name: StaticString) throws(WireError) {
    key = name
    guard let text = try optionalText() else {
      field = []
      return
    }
    let decoded =
      text.isEscaped
      ? Base64.decode(unescaped(text).span) : Base64.decode(bytes.extracting(text.range))
    guard let decoded else {
      offset = text.range.lowerBound
      throw failure(.notBase64)
    }
    field = decoded
  }

  /// A string literal, or nil for null.
  private mutating func optionalText() throws(WireError) -> JSONText? {
    guard try token() == UInt8(ascii: "\"") else {
      guard try consumeNull() else { throw failure(.wrongType(expected: "a string")) }
      return nil
    }
    return try scanText()
  }
}

// MARK: - Skipping

extension JSONReader {
  /// Passes over one value of any type, checking its grammar.
  mutating func skipValue(depth: Int = 1) throws(WireError) {
    switch try token() {
    case UInt8(ascii: "\""): _ = try scanText()
    case UInt8(ascii: "{"): try skipObject(depth: depth + 1)
    case UInt8(ascii: "["): try skipArray(depth: depth + 1)
    case UInt8(ascii: "t"): try consume("true")
    case UInt8(ascii: "f"): try consume("false")
    case UInt8(ascii: "n"): try consume("null")
    case UInt8(ascii: "-"), 0x30...0x39: try skipNumber()
    default: throw failure(.syntax(expected: "a value"))
    }
  }

  private mutating func skipObject(depth: Int) throws(WireError) {
    guard depth <= Self.maxDepth else { throw failure(.tooDeep(maxDepth: Self.maxDepth)) }
    var hasMember = try beginObject()
    while hasMember {
      _ = try memberKey()
      try skipValue(depth: depth)
      hasMember = try nextMember()
    }
  }

  private mutating func skipArray(depth: Int) throws(WireError) {
    guard depth <= Self.maxDepth else { throw failure(.tooDeep(maxDepth: Self.maxDepth)) }
    offset += 1
    if try token() == UInt8(ascii: "]") {
      offset += 1
      return
    }
    while true {
      try skipValue(depth: depth)
      let separator = try token()
      guard separator == UInt8(ascii: ",") || separator == UInt8(ascii: "]") else {
        throw failure(.syntax(expected: "a comma or a closing bracket"))
      }
      offset += 1
      if separator == UInt8(ascii: "]") { return }
    }
  }

  /// Passes over a number, by the grammar of JSON: no leading zeros, no bare point or sign.
  mutating func skipNumber() throws(WireError) {
    if peek == UInt8(ascii: "-") { offset += 1 }
    if peek == UInt8(ascii: "0") { offset += 1 } else { try skipDigits() }
    if peek == UInt8(ascii: ".") {
      offset += 1
      try skipDigits()
    }
    if peek == UInt8(ascii: "e") || peek == UInt8(ascii: "E") {
      offset += 1
      if peek == UInt8(ascii: "+") || peek == UInt8(ascii: "-") { offset += 1 }
      try skipDigits()
    }
  }

  private mutating func skipDigits() throws(WireError) {
    let start = offset
    while let byte = peek, byte &- 0x30 < 10 { offset += 1 }
    guard offset > start else {
      throw failure(peek == nil ? .unexpectedEnd : .syntax(expected: "a digit"))
    }
  }
}
