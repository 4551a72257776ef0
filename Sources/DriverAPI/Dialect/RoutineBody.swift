/// Finds the end of a trigger's or routine's body, in which semicolons separate nothing.
///
/// A body is what stands between BEGIN and its END. BEGIN is a word for many things and END ends
/// many, so this follows the nesting, and asks where statements start.
struct RoutineBody {
  private enum Phase {
    /// No word was read yet.
    case start
    /// A statement that starts with BEGIN; MariaDB has BEGIN NOT ATOMIC … END.
    case begin
    /// CREATE or ALTER, and not known yet of what.
    case definition
    /// A trigger or routine.
    case routine
    /// Anything else.
    case plain
  }

  private enum Block {
    /// Holds statements: BEGIN, and MySQL's CASE, IF, LOOP, WHILE and REPEAT.
    case statements
    /// The expression CASE … END.
    case expression
  }

  private var phase = Phase.start
  private var blocks: [Block] = []
  private var previous = ""
  private var startsStatement = false
  /// MySQL's DECLARE … HANDLER FOR conditions, which the statement follows without a sign.
  private var declaresHandler = false
  /// REPEAT … UNTIL condition END REPEAT: the only block whose end follows a value.
  private var readsUntil = false
  /// Whether it is an event, whose schedule may hold expressions.
  private var isEvent = false

  /// Whether a block is open at this point.
  var isOpen: Bool { !blocks.isEmpty }

  /// Takes the next word; `isNested` if it stands between parentheses, `followsSign` if behind a
  /// sign, such as an operator.
  mutating func note(
    _ word: String, isNested: Bool, followsSign: Bool, _ rules: LexicalRules
  ) {
    defer { previous = word }
    switch phase {
    case .start:
      switch word {
      case "CREATE", "ALTER": phase = .definition
      case "BEGIN": phase = .begin
      default: phase = .plain
      }
    case .begin:
      if word == "ATOMIC", previous == "NOT" {
        phase = .routine
        open(.statements, startsStatement: true)
      } else if word != "NOT" {
        phase = .plain
      }
    case .definition:
      noteDefinition(word)
    case .routine:
      if blocks.isEmpty {
        noteHeader(word, isNested: isNested, rules)
      } else {
        noteInside(word, followsSign: followsSign, rules)
      }
    case .plain: break
    }
  }

  /// A semicolon: behind it starts a statement.
  mutating func noteSemicolon() {
    previous = ""
    startsStatement = true
    declaresHandler = false
  }

  /// Anything that is not a word. Behind the colon of a label starts a statement.
  mutating func noteSymbol(_ symbol: UInt8) {
    previous = ""
    startsStatement = symbol == UInt8(ascii: ":")
  }

  private mutating func noteDefinition(_ word: String) {
    switch word {
    case "TRIGGER", "PROCEDURE", "FUNCTION", "EVENT":
      phase = .routine
      isEvent = word == "EVENT"
    case "TABLE", "VIEW", "INDEX", "DATABASE", "SCHEMA", "TYPE", "SEQUENCE", "ROLE": phase = .plain
    default: break
    }
  }

  private mutating func noteHeader(_ word: String, isNested: Bool, _ rules: LexicalRules) {
    // A condition of the trigger may hold one, between parentheses too.
    if word == "CASE" {
      let startsBody = rules.compoundStatements && !isNested && (!isEvent || previous == "DO")
      open(startsBody ? .statements : .expression)
      return
    }
    // Between parentheses, other words are the names of parameters.
    if isNested { return }
    switch word {
    // PostgreSQL's bodies are BEGIN ATOMIC; there BEGIN alone is the name of a column.
    case "BEGIN": if !rules.dollarQuotes { open(.statements, startsStatement: true) }
    case "ATOMIC": if previous == "BEGIN" { open(.statements, startsStatement: true) }
    // MariaDB's loop; FOR EACH ROW starts none.
    case _ where rules.compoundStatements && previous == "FOR" && word != "EACH":
      open(.statements)
    case _ where !rules.compoundStatements: break
    case "LOOP", "REPEAT": open(.statements, startsStatement: true)
    case "WHILE": open(.statements)
    case "IF": if !Self.definitions.contains(previous) { open(.statements) }
    // A body of one statement: the next semicolon ends it.
    case "SET": if previous != "CHARACTER" { phase = .plain }
    case "SELECT", "CALL", "RETURN", "REPLACE", "WITH": phase = .plain
    case "INSERT", "UPDATE", "DELETE":
      if previous != "BEFORE", previous != "AFTER" { phase = .plain }
    default: break
    }
  }

  private static let definitions = ["TRIGGER", "PROCEDURE", "FUNCTION", "EVENT"]

  private mutating func noteInside(
    _ word: String, followsSign: Bool, _ rules: LexicalRules
  ) {
    let isFirst = startsStatement
    startsStatement = false
    switch word {
    case "END": if ends(isFirst: isFirst, followsSign: followsSign) { close() }
    case "ATOMIC": startsStatement = isFirst
    case "UNTIL": readsUntil = isFirst
    // END IF and its like are one end.
    case _ where previous == "END": break
    case "BEGIN": if isFirst || declaresHandler { open(.statements, startsStatement: true) }
    case "HANDLER": declaresHandler = true
    case "CASE": open(isFirst && rules.compoundStatements ? .statements : .expression)
    case "LOOP", "REPEAT":
      if isFirst, rules.compoundStatements { open(.statements, startsStatement: true) }
    case "IF", "WHILE", "FOR": if isFirst, rules.compoundStatements { open(.statements) }
    case "THEN", "ELSE": startsStatement = blocks.last == .statements
    case "DO": startsStatement = !isFirst
    default: break
    }
  }

  /// Whether END ends the block, and is not the name of a column: the end of statements stands where
  /// one could start, that of an expression behind a value.
  private func ends(isFirst: Bool, followsSign: Bool) -> Bool {
    let followsValue = !followsSign && !Self.beforeValues.contains(previous)
    return blocks.last == .expression ? followsValue : isFirst || readsUntil && followsValue
  }

  private static let beforeValues: Set<String> = [
    "AND", "BETWEEN", "CASE", "DISTINCT", "ELSE", "IN", "IS", "LIKE", "NOT", "OR", "THEN", "WHEN",
  ]

  private mutating func open(_ block: Block, startsStatement: Bool = false) {
    blocks.append(block)
    declaresHandler = false
    self.startsStatement = startsStatement
  }

  private mutating func close() {
    let block = blocks.removeLast()
    if block == .statements { readsUntil = false }
    // Behind the end of the body can only stand a semicolon, or the word that END goes with.
    if blocks.isEmpty, block == .statements { phase = .plain }
  }
}
