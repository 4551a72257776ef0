/// Reads a text once and finds what the core must know of it: parameters, statements, their verbs.
///
/// Works on the bytes, because everything it looks for is ASCII, and follows the engine's own rules
/// for quotes and comments.
struct SQLLexer {
  /// A byte range of one statement, without the semicolon and the blanks around it.
  struct Statement {
    var range: Range<Int>
    var words: StatementWords
  }

  private let bytes: [UInt8]
  private let rules: LexicalRules
  private var position = 0
  private var words = StatementWords()
  private var start: Int?
  private var end = 0

  /// The offsets of `?` parameters.
  private(set) var placeholders: [Int] = []
  /// The offsets of `??`.
  private(set) var doubled: [Int] = []
  /// The highest `$1` or `?1`.
  private(set) var highestNumber = 0
  /// The names of `:name`, `@name` and `$name`, with their sign.
  private(set) var names: Set<String> = []
  private(set) var statements: [Statement] = []

  /// Reads the whole text.
  ///
  /// - Throws: `misuse` with the position of a quote or comment that does not end. [REBIND-4]
  init(_ sql: String, _ rules: LexicalRules) throws(DatabaseError) {
    bytes = Array(sql.utf8)
    self.rules = rules
    while position < bytes.count { try readToken() }
    endStatement()
  }

  private mutating func readToken() throws(DatabaseError) {
    let byte = bytes[position]
    if byte <= 0x20 {
      position += 1
      return
    }
    if try skipComment(byte) { return }
    if byte == UInt8(ascii: ";") {
      words.resolveEnd()
      position += 1
      if words.isInBody { end = position } else { endStatement() }
      return
    }
    if start == nil { start = position }
    try readMeaningful(byte)
    end = position
  }

  private mutating func readMeaningful(_ byte: UInt8) throws(DatabaseError) {
    switch byte {
    case UInt8(ascii: "'"):
      try skipQuoted(byte, "string", backslash: rules.backslashEscapes)
    case UInt8(ascii: "\""):
      try skipQuoted(byte, "quoted identifier", backslash: rules.backslashEscapes)
    case UInt8(ascii: "`") where rules.backtickIdentifiers:
      try skipQuoted(byte, "quoted identifier", backslash: false)
    case UInt8(ascii: "[") where rules.bracketIdentifiers:
      try skip(past: "]", "bracketed identifier")
    case UInt8(ascii: "?"):
      readQuestionMark()
    case UInt8(ascii: "$"):
      try readDollar()
    case UInt8(ascii: ":"), UInt8(ascii: "@"):
      readNamed()
    case UInt8(ascii: "("), UInt8(ascii: ")"):
      words.note(parenthesis: byte)
      position += 1
    default:
      try readWordOrSymbol(byte)
    }
  }

  private mutating func readWordOrSymbol(_ byte: UInt8) throws(DatabaseError) {
    guard Self.isWord(byte) else {
      position += 1
      return
    }
    let first = position
    while position < bytes.count, Self.isWord(bytes[position]) { position += 1 }
    // The quote belongs to the letter before it: E'…' has escapes, the others (x'', U&'') do not.
    let isEscapeString =
      rules.escapeStrings && position - first == 1 && byte | 0x20 == UInt8(ascii: "e")
      && position < bytes.count && bytes[position] == UInt8(ascii: "'")
    if isEscapeString {
      try skipQuoted(UInt8(ascii: "'"), "string", backslash: true)
      return
    }
    let following = bytes[position...].first { $0 > 0x20 }
    words.note(
      bytes[first..<position], isCall: following == UInt8(ascii: "("))
  }

  private mutating func readQuestionMark() {
    let next = position + 1 < bytes.count ? bytes[position + 1] : 0
    if next == UInt8(ascii: "?") {
      doubled.append(position)
      position += 2
    } else if rules.namedParameters, Self.isDigit(next) {
      position += 1
      highestNumber = max(highestNumber, readNumber())
    } else {
      placeholders.append(position)
      position += 1
    }
  }

  private mutating func readDollar() throws(DatabaseError) {
    let next = position + 1 < bytes.count ? bytes[position + 1] : 0
    if rules.dollarParameters, Self.isDigit(next) {
      position += 1
      highestNumber = max(highestNumber, readNumber())
    } else if rules.dollarQuotes, let tag = dollarTag() {
      try skipDollarQuoted(tag)
    } else {
      readNamed()
    }
  }

  private mutating func readNamed() {
    let first = position
    position += 1
    // PostgreSQL's casts, and assignments: a second sign makes it no parameter.
    if position < bytes.count, bytes[position] == UInt8(ascii: ":") {
      position += 1
      return
    }
    guard rules.namedParameters, position < bytes.count, Self.isWord(bytes[position]) else {
      return
    }
    while position < bytes.count, Self.isWord(bytes[position]) { position += 1 }
    names.insert(String(decoding: bytes[first..<position], as: UTF8.self))
  }

  private mutating func readNumber() -> Int {
    var number = 0
    while position < bytes.count, Self.isDigit(bytes[position]) {
      number = min(number * 10 + Int(bytes[position] - 0x30), 1_000_000)
      position += 1
    }
    return number
  }

  private mutating func endStatement() {
    if let start {
      words.resolveEnd()
      statements.append(Statement(range: start..<end, words: words))
    }
    start = nil
    words = StatementWords()
  }

  static func isWord(_ byte: UInt8) -> Bool {
    byte >= 0x80 || byte == UInt8(ascii: "_") || isDigit(byte)
      || (byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z"))
  }

  static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }
}

// MARK: Quotes and comments

extension SQLLexer {
  private mutating func skipComment(_ byte: UInt8) throws(DatabaseError) -> Bool {
    let next = position + 1 < bytes.count ? bytes[position + 1] : 0
    switch (byte, next) {
    case (UInt8(ascii: "#"), _) where rules.hashComments:
      skipLine()
      return true
    case (UInt8(ascii: "-"), UInt8(ascii: "-")):
      let after = position + 2 < bytes.count ? bytes[position + 2] : UInt8(ascii: "\n")
      guard !rules.dashCommentsNeedSpace || after <= 0x20 || after == 0x7f else { return false }
      skipLine()
      return true
    case (UInt8(ascii: "/"), UInt8(ascii: "*")):
      let marker = position + 2 < bytes.count ? bytes[position + 2] : 0
      if rules.executableComments, marker == UInt8(ascii: "!") {
        // What is inside is code; its end is two symbols of no meaning to us.
        position += 3
        return true
      }
      try skipBlockComment()
      return true
    default:
      return false
    }
  }

  private mutating func skipLine() {
    while position < bytes.count, bytes[position] != UInt8(ascii: "\n") { position += 1 }
  }

  private mutating func skipBlockComment() throws(DatabaseError) {
    let first = position
    var depth = 0
    while position + 1 < bytes.count {
      let pair = (bytes[position], bytes[position + 1])
      if pair == (UInt8(ascii: "*"), UInt8(ascii: "/")) {
        position += 2
        depth -= 1
        if depth == 0 { return }
      } else if pair == (UInt8(ascii: "/"), UInt8(ascii: "*")), depth == 0 || rules.nestedComments {
        position += 2
        depth += 1
      } else {
        position += 1
      }
    }
    throw unterminated("comment", first)
  }

  private mutating func skipQuoted(
    _ quote: UInt8, _ what: String, backslash: Bool
  ) throws(DatabaseError) {
    let first = position
    position += 1
    while position < bytes.count {
      let byte = bytes[position]
      if byte == quote {
        position += 1
        // A doubled quote is one of the characters.
        guard position < bytes.count, bytes[position] == quote else { return }
      } else if backslash, byte == UInt8(ascii: "\\") {
        position += 1
      }
      position += 1
    }
    throw unterminated(what, first)
  }

  private mutating func skip(past closing: Character, _ what: String) throws(DatabaseError) {
    let first = position
    let closing = closing.asciiValue
    while position < bytes.count {
      position += 1
      if bytes[position - 1] == closing { return }
    }
    throw unterminated(what, first)
  }

  /// The tag at this dollar, both dollars included, if it starts a dollar quote.
  private func dollarTag() -> ArraySlice<UInt8>? {
    // Within a word it is a character of the word, as in a$b.
    if position > 0, Self.isWord(bytes[position - 1]) { return nil }
    var index = position + 1
    while index < bytes.count, Self.isWord(bytes[index]) { index += 1 }
    guard index < bytes.count, bytes[index] == UInt8(ascii: "$"),
      !Self.isDigit(bytes[position + 1])
    else { return nil }
    return bytes[position...index]
  }

  private mutating func skipDollarQuoted(_ tag: ArraySlice<UInt8>) throws(DatabaseError) {
    let first = position
    position += tag.count
    while position + tag.count <= bytes.count {
      if bytes[position] == tag.first, bytes[position..<position + tag.count] == tag {
        position += tag.count
        return
      }
      position += 1
    }
    throw unterminated("dollar-quoted string", first)
  }

  private func unterminated(_ what: String, _ offset: Int) -> DatabaseError {
    let characters = String(decoding: bytes[..<offset], as: UTF8.self).count + 1
    return DatabaseError(
      .misuse, "the \(what) that starts at character \(characters) does not end",
      execution: .notSent, details: .init(position: characters))
  }
}
