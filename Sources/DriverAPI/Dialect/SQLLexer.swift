/// Reads a text once and finds what the core must know of it: parameters, statements, their verbs.
///
/// Works on the bytes, because everything it looks for is ASCII, and follows the engine's own rules
/// for quotes and comments.
struct SQLLexer: ~Escapable {
  let bytes: Span<UInt8>
  let rules: LexicalRules
  var position = 0
  /// What was found so far.
  var findings = LexerFindings()
  /// What stands before `position`, comments and blanks not counted.
  var previous = PrecedingToken.none
  /// A `?` between whose sides it must still be decided whether it is an operator.
  var undecided: Int?
  /// Where the executable comment began in which `position` is.
  var openComment: Int?
  /// The name read last, which an opening parenthesis would call.
  var called = StatementWords.CalledName.none
  private var words = StatementWords()
  private var body = RoutineBody()
  private var parentheses = 0
  private var start: Int?
  private var end = 0

  /// Reads the whole text.
  ///
  /// - Throws: `misuse` with the position of a quote or comment that does not end [REBIND-4], or of a
  ///   NUL, at which a C library would stop reading.
  static func findings(
    in sql: String, _ rules: LexicalRules
  ) throws(DatabaseError) -> LexerFindings {
    var lexer = SQLLexer(sql.utf8.span, rules)
    try lexer.refuseNUL()
    try lexer.readAll()
    return lexer.findings
  }

  @_lifetime(copy bytes)
  init(_ bytes: Span<UInt8>, _ rules: LexicalRules) {
    self.bytes = bytes
    self.rules = rules
  }

  /// The byte `offset` bytes behind the current one; 0 beyond the end.
  func byte(at offset: Int) -> UInt8 {
    let index = position + offset
    return index < bytes.count ? bytes[index] : 0
  }

  // Everywhere, in quotes and comments too: a C library reads no further. [REBIND-6]
  func refuseNUL() throws(DatabaseError) {
    for index in 0..<bytes.count where bytes[index] == 0 {
      throw misuse("the statement has a NUL in it; pass such text as a parameter", at: index)
    }
  }

  private mutating func readAll() throws(DatabaseError) {
    // A byte order mark stands in front of many scripts that came out of an editor.
    if byte(at: 0) == 0xef, byte(at: 1) == 0xbb, byte(at: 2) == 0xbf { position = 3 }
    while position < bytes.count { try readToken() }
    decideQuestionMark(beforeOperand: false)
    if let openComment { throw unterminated("comment", openComment) }
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
      readSemicolon()
      return
    }
    if start == nil { start = position }
    try readMeaningful(byte)
    end = position
  }

  mutating func readMeaningful(_ byte: UInt8) throws(DatabaseError) {
    switch byte {
    case UInt8(ascii: "'"):
      try readQuoted("string", backslash: rules.backslashEscapes)
    case UInt8(ascii: "\"") where rules.doubleQuotedStrings:
      try readQuoted("string", backslash: rules.backslashEscapes)
    case UInt8(ascii: "\""):
      try readQuoted("quoted identifier", backslash: false)
    case UInt8(ascii: "`") where rules.backtickIdentifiers:
      try readQuoted("quoted identifier", backslash: false)
    case UInt8(ascii: "[") where rules.bracketIdentifiers:
      try readBracketed()
    case UInt8(ascii: "?"):
      try readQuestionMark()
    case UInt8(ascii: "$"):
      try readDollar()
    case UInt8(ascii: ":"), UInt8(ascii: "@"):
      try readSign(byte)
    case _ where SQLByte.isWord(byte):
      try readWord()
    default:
      readSymbol(byte)
    }
  }

  private mutating func readWord() throws(DatabaseError) {
    let first = position
    // A dollar sign may stand within a word: a$1 is a name and holds no parameter.
    while SQLByte.isWord(byte(at: 0)) || byte(at: 0) == UInt8(ascii: "$") { position += 1 }
    if rules.escapeStrings, position == first + 1, bytes[first] | 0x20 == UInt8(ascii: "e"),
      byte(at: 0) == UInt8(ascii: "'")
    {
      // The quote belongs to the letter: E'…' has escapes; N'…', X'…' and U&'…' have none.
      try readEscapeString()
      return
    }
    let word = SQLWord(bytes, first..<position)
    decideQuestionMark(beforeOperand: !word.followsOperand)
    // After a dot it is the name of a column, whatever it looks like.
    guard previous != .symbol(UInt8(ascii: ".")) else {
      previous = .operand
      called = .other
      // Oracle's way to ask a sequence, which MariaDB has too.
      if word.text == "NEXTVAL" || word.text == "CURRVAL" { noteDoubt() }
      return
    }
    let isCall = nextMeaningfulByte() == UInt8(ascii: "(")
    words.note(word.text, isCall: isCall, isNested: parentheses > 0, rules)
    body.note(word.text, isNested: parentheses > 0, followsSign: followsSign, rules)
    called = .word(word.text)
    previous = word.precedesOperand ? .keyword : .operand
  }

  mutating func readSymbol(_ byte: UInt8) {
    position += 1
    decideQuestionMark(beforeOperand: byte == UInt8(ascii: "("))
    body.noteSymbol(byte)
    defer { called = .none }
    switch byte {
    case UInt8(ascii: "("):
      words.noteCall(of: called, isNested: parentheses > 0, rules)
      parentheses += 1
    case UInt8(ascii: ")"):
      parentheses = max(0, parentheses - 1)
      previous = .operand
      return
    case UInt8(ascii: "]"):
      previous = .operand
      return
    case UInt8(ascii: "="):
      if previous == .symbol(UInt8(ascii: ":")) { words.noteAssignment() }
    default: break
    }
    previous = .symbol(byte)
  }

  private var followsSign: Bool {
    if case .symbol = previous { true } else { false }
  }

  private mutating func readSemicolon() {
    position += 1
    decideQuestionMark(beforeOperand: false)
    previous = .none
    body.noteSemicolon()
    // PostgreSQL's rules hold several statements between parentheses.
    if body.isOpen || parentheses > 0 {
      end = position
    } else {
      endStatement()
    }
  }

  /// Takes note of a value that is not a word.
  mutating func endOperand() {
    decideQuestionMark(beforeOperand: true)
    body.noteSymbol(0)
    previous = .operand
    called = .other
  }

  /// Takes the code of an executable comment into the statement, with its signs.
  mutating func noteExecutableComment(_ range: Range<Int>) {
    if start == nil { start = range.lowerBound }
    end = range.upperBound
  }

  /// Something in the statement is not known to be harmless.
  mutating func noteDoubt() { words.noteDoubt() }

  private mutating func endStatement() {
    if let start {
      findings.statements.append(LexerFindings.Statement(range: start..<end, words: words))
    }
    start = nil
    words = StatementWords()
    body = RoutineBody()
    parentheses = 0
    called = .none
  }

  private func nextMeaningfulByte() -> UInt8 {
    var index = position
    while index < bytes.count, bytes[index] <= 0x20 { index += 1 }
    return index < bytes.count ? bytes[index] : 0
  }
}
