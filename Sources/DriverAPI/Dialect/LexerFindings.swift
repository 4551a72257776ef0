/// What the lexer found in a text. All offsets are in bytes.
struct LexerFindings {
  /// One statement: without the comments and blanks around it and the semicolon behind it.
  struct Statement {
    var range: Range<Int>
    var words: StatementWords
  }

  /// A question mark that the engine must not see as it stands.
  struct Mark {
    enum Kind { case parameter, doubled }
    var kind: Kind
    var offset: Int
  }

  /// Parameters written as `?`, and `??`, from left to right.
  var marks: [Mark] = []
  /// How many of the marks are parameters.
  var questionMarkCount = 0
  /// The highest `$1` or `?1`.
  var highestNumber = 0
  /// The names of `:name`, `@name` and `$name`, with their sign.
  var names: Set<ByteText> = []
  /// Where the first of the engine's own parameters stands.
  var firstNative: Int?
  /// Where comments stand, those that are code left out.
  var comments: [Range<Int>] = []
  /// The statements, in order.
  var statements: [Statement] = []

  /// How many parameters a driver has to bind.
  var parameterCount: Int { questionMarkCount + highestNumber + names.count }

  mutating func note(_ kind: Mark.Kind, at offset: Int) {
    marks.append(Mark(kind: kind, offset: offset))
    if kind == .parameter { questionMarkCount += 1 }
  }

  mutating func noteNative(at offset: Int) {
    if firstNative == nil { firstNative = offset }
  }
}

/// What the lexer remembers of the token before.
enum PrecedingToken: Equatable {
  /// Nothing: a statement begins here.
  case none
  /// A word after which a value can stand, such as WHERE.
  case keyword
  /// A name, a literal, a parameter, a closing parenthesis: after it stands no value.
  case operand
  /// Any other character.
  case symbol(UInt8)
}

/// The classes of bytes that statements are made of.
enum SQLByte {
  /// Letters, digits, the underscore and everything outside ASCII.
  static func isWord(_ byte: UInt8) -> Bool {
    byte >= 0x80 || byte == UInt8(ascii: "_") || isDigit(byte) || isLetter(byte)
  }

  static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

  private static func isLetter(_ byte: UInt8) -> Bool {
    byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z")
  }
}
