// MARK: Quotes and comments

extension SQLLexer {
  /// Skips a comment if one starts here.
  mutating func skipComment(_ byte: UInt8) throws(DatabaseError) -> Bool {
    switch (byte, self.byte(at: 1)) {
    case (UInt8(ascii: "#"), _) where rules.hashComments:
      skipLine()
    case (UInt8(ascii: "-"), UInt8(ascii: "-")):
      let after = self.byte(at: 2)
      guard !rules.dashCommentsNeedSpace || after <= 0x20 || after == 0x7f else { return false }
      skipLine()
    case (UInt8(ascii: "/"), UInt8(ascii: "*")):
      if rules.executableComments, let length = executableCommentSign {
        let first = position
        position += length
        openComment = first
        noteExecutableComment(first..<position)
        noteDoubt()
      } else {
        try skipBlockComment()
      }
    case (UInt8(ascii: "*"), UInt8(ascii: "/")):
      guard openComment != nil else { return false }
      position += 2
      openComment = nil
      noteExecutableComment(position - 2..<position)
    default:
      return false
    }
    return true
  }

  /// The length of `/*!`, or of MariaDB's `/*M!`, with the version that may follow it.
  private var executableCommentSign: Int? {
    var length = 3
    if byte(at: 2) == UInt8(ascii: "M"), byte(at: 3) == UInt8(ascii: "!") {
      length = 4
    } else if byte(at: 2) != UInt8(ascii: "!") {
      return nil
    }
    let sign = length
    while length < sign + 6, SQLByte.isDigit(byte(at: length)) { length += 1 }
    return length
  }

  private mutating func skipLine() {
    let first = position
    while position < bytes.count, !endsLine(bytes[position]) { position += 1 }
    findings.comments.append(first..<position)
  }

  private func endsLine(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "\n") || rules.carriageReturnEndsComment && byte == UInt8(ascii: "\r")
  }

  private mutating func skipBlockComment() throws(DatabaseError) {
    let first = position
    position += 2
    var depth = 1
    while position < bytes.count {
      let pair = (bytes[position], byte(at: 1))
      if pair == (UInt8(ascii: "*"), UInt8(ascii: "/")) {
        position += 2
        depth -= 1
        guard depth == 0 else { continue }
        findings.comments.append(first..<position)
        return
      } else if rules.nestedComments, pair == (UInt8(ascii: "/"), UInt8(ascii: "*")) {
        position += 2
        depth += 1
      } else {
        position += 1
      }
    }
    guard rules.lastCommentMayBeOpen else { throw unterminated("comment", first) }
    findings.comments.append(first..<position)
  }

  /// Reads up to the quote that ends what the quote at `position` begins.
  mutating func readQuoted(_ what: String, backslash: Bool) throws(DatabaseError) {
    let first = position
    let quote = bytes[position]
    position += 1
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      if byte == quote {
        // A doubled quote is one of the characters.
        guard self.byte(at: 0) == quote else {
          endOperand()
          return
        }
        position += 1
      } else if backslash, byte == UInt8(ascii: "\\") {
        position += 1
      }
    }
    throw unterminated(what, first)
  }

  /// Reads `E'…'` and the parts of the string that follow on other lines: they have escapes too.
  mutating func readEscapeString() throws(DatabaseError) {
    try readQuoted("string", backslash: true)
    while let quote = continuation {
      position = quote
      try readQuoted("string", backslash: true)
    }
  }

  /// Where a quote continues the string before it: behind blanks and comments with a line's end.
  private var continuation: Int? {
    var index = position
    var sawLineEnd = false
    while index < bytes.count {
      let byte = bytes[index]
      if byte == UInt8(ascii: "-"), index + 1 < bytes.count, bytes[index + 1] == byte {
        while index < bytes.count, !endsLine(bytes[index]) { index += 1 }
      } else if byte == UInt8(ascii: " ") || (9...13).contains(byte) {
        sawLineEnd = sawLineEnd || endsLine(byte)
        index += 1
      } else {
        return byte == UInt8(ascii: "'") && sawLineEnd ? index : nil
      }
    }
    return nil
  }

  /// Reads `[name]`, in which nothing stands for a bracket.
  mutating func readBracketed() throws(DatabaseError) {
    let first = position
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      if byte == UInt8(ascii: "]") {
        endOperand()
        return
      }
    }
    throw unterminated("bracketed identifier", first)
  }

  /// Reads a dollar-quoted string if one starts here.
  mutating func readDollarQuoted() throws(DatabaseError) -> Bool {
    let first = position
    var tagEnd = position + 1
    if SQLByte.isDigit(byte(at: 1)) { return false }
    while tagEnd < bytes.count, SQLByte.isWord(bytes[tagEnd]) { tagEnd += 1 }
    guard tagEnd < bytes.count, bytes[tagEnd] == UInt8(ascii: "$") else { return false }
    let length = tagEnd + 1 - first
    position += length
    while position + length <= bytes.count {
      if (0..<length).allSatisfy({ bytes[position + $0] == bytes[first + $0] }) {
        position += length
        endOperand()
        return true
      }
      position += 1
    }
    throw unterminated("dollar-quoted string", first)
  }

  /// An error that counts characters from 1, as servers do.
  func unterminated(_ what: String, _ offset: Int) -> DatabaseError {
    let character = character(at: offset)
    return DatabaseError(
      .misuse, "the \(what) that starts at character \(character) does not end",
      execution: .notSent, details: .init(position: character))
  }

  func misuse(_ message: String, at offset: Int) -> DatabaseError {
    DatabaseError(
      .misuse, message, execution: .notSent, details: .init(position: character(at: offset)))
  }

  private func character(at offset: Int) -> Int {
    var count = 1
    // Every byte but those that continue a character.
    for index in 0..<offset where bytes[index] & 0xc0 != 0x80 { count += 1 }
    return count
  }
}
