// MARK: Parameters

extension SQLLexer {
  mutating func readQuestionMark() throws(DatabaseError) {
    let next = byte(at: 1)
    called = .none
    if next == UInt8(ascii: "?") {
      decideQuestionMark(beforeOperand: false)
      findings.note(.doubled, at: position)
      previous = .symbol(UInt8(ascii: "?"))
      position += 2
    } else if SQLByte.isDigit(next), rules.namedParameters || rules.dollarParameters {
      guard rules.namedParameters else { throw foreignNumber() }
      try readNumbered()
    } else {
      readBareQuestionMark(at: position)
    }
  }

  /// Reads a `?` that is a parameter, or an operator of PostgreSQL's.
  ///
  /// SQL has no place for a parameter between two values, so a question mark there must be the
  /// operator. This is how the result of rebinding can be read again. [REBIND-3]
  private mutating func readBareQuestionMark(at offset: Int) {
    decideQuestionMark(beforeOperand: false)
    position = offset + 1
    guard rules.questionMarkOperators, previous == .operand else {
      findings.note(.parameter, at: offset)
      previous = .operand
      return
    }
    undecided = offset
    while isOperatorByte(byte(at: 0)), !startsComment { position += 1 }
    previous = .symbol(UInt8(ascii: "?"))
  }

  private func isOperatorByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "|"), UInt8(ascii: "&"), UInt8(ascii: "-"), UInt8(ascii: "#"): true
    default: false
    }
  }

  private var startsComment: Bool {
    byte(at: 0) == UInt8(ascii: "-") && byte(at: 1) == UInt8(ascii: "-")
  }

  /// Settles whether the last `?` after a value is an operator: only if a value follows as well.
  mutating func decideQuestionMark(beforeOperand isBeforeOperand: Bool) {
    guard let offset = undecided else { return }
    undecided = nil
    guard !isBeforeOperand else { return }
    findings.note(.parameter, at: offset)
    previous = .operand
  }

  mutating func readDollar() throws(DatabaseError) {
    if rules.dollarParameters, SQLByte.isDigit(byte(at: 1)) {
      decideQuestionMark(beforeOperand: true)
      try readNumbered()
      return
    }
    if rules.dollarQuotes, try readDollarQuoted() { return }
    if rules.namedParameters, SQLByte.isWord(byte(at: 1)) {
      try readNamed()
    } else {
      readSymbol(0x24)
    }
  }

  /// Reads `:` or `@`, alone, doubled or with the name of a parameter.
  mutating func readSign(_ sign: UInt8) throws(DatabaseError) {
    if byte(at: 1) == sign {
      // PostgreSQL's cast and its @@; MySQL's @@variable.
      position += 1
      readSymbol(sign)
      previous = .symbol(0)
    } else if rules.namedParameters, SQLByte.isWord(byte(at: 1)) {
      try readNamed()
    } else if rules.questionMarkOperators, sign == UInt8(ascii: "@"),
      byte(at: 1) == UInt8(ascii: "?"), byte(at: 2) != UInt8(ascii: "?"), previous == .operand
    {
      readBareQuestionMark(at: position + 1)
    } else {
      readSymbol(sign)
    }
  }

  /// Reads `:name` as SQLite does, for which `$a::b(c)` is one name too.
  private mutating func readNamed() throws(DatabaseError) {
    let first = position
    findings.noteNative(at: first)
    position += 1
    while true {
      if SQLByte.isWord(byte(at: 0)) || byte(at: 0) == UInt8(ascii: "$") {
        position += 1
      } else if byte(at: 0) == UInt8(ascii: ":"), byte(at: 1) == UInt8(ascii: ":") {
        position += 2
      } else {
        break
      }
    }
    if byte(at: 0) == UInt8(ascii: "(") {
      // Without its end SQLite knows no such token; looking again at each name would be quadratic.
      guard let length = suffixLength else {
        throw misuse("the parenthesis in a parameter's name does not end", at: position)
      }
      position += length
    }
    let name = bytes.extracting(first..<position)
    let text = name.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
    findings.names.insert(ByteText(text))
    called = .none
    previous = .operand
  }

  /// The length of `(…)` without blanks behind a name.
  private var suffixLength: Int? {
    var length = 1
    while byte(at: length) > 0x20, byte(at: length) != UInt8(ascii: ")") { length += 1 }
    return byte(at: length) == UInt8(ascii: ")") ? length + 1 : nil
  }

  /// Reads `$1` or `?1`.
  private mutating func readNumbered() throws(DatabaseError) {
    findings.noteNative(at: position)
    let first = position
    position += 1
    var number = 0
    while SQLByte.isDigit(byte(at: 0)) {
      // Beyond every engine's limit is as good as farther beyond.
      number = min(number * 10 + Int(bytes[position] - 0x30), 1_000_000)
      position += 1
    }
    if number == 0 { throw misuse("parameters are numbered from 1", at: first) }
    findings.highestNumber = max(findings.highestNumber, number)
    previous = .operand
  }

  private func foreignNumber() -> DatabaseError {
    misuse("write ? or $1 for a parameter; ?1 is another engine's", at: position)
  }
}
