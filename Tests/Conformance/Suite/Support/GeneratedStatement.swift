import DriverAPI

/// A random statement that every engine takes, full of question marks that are and are not
/// parameters, with the row that it must answer with.
struct GeneratedStatement {
  let text: String
  /// What is bound, from left to right.
  private(set) var parameters: [Value] = []
  /// What each column must hold.
  private(set) var expected: [Value] = []

  var parameterCount: Int { parameters.count }

  init(dialect: Dialect, using generator: inout SeededGenerator) {
    var columns: [String] = []
    var parts = StatementParts(dialect: dialect, generator: generator)
    for index in 0...Int.random(in: 0...5, using: &parts.generator) {
      let column = parts.column()
      expected.append(column.value)
      let alias = parts.flip() ? parts.alias(index) : ""
      columns.append(parts.space() + column.text + alias + parts.space())
    }
    text = "SELECT" + parts.space() + " " + columns.joined(separator: ",") + parts.source
    parameters = parts.parameters
    generator = parts.generator
  }
}

/// What generated statements are made of: the grammar.
private struct StatementParts {
  typealias Expression = (text: String, value: Value)

  let dialect: Dialect
  var generator: SeededGenerator
  var parameters: [Value] = []

  mutating func flip() -> Bool { Bool.random(using: &generator) }

  mutating func column() -> Expression {
    switch below(5) {
    case 0:
      let number = Int64(below(1000))
      return ("\(number)", .int(number))
    case 1:
      let number = Int64(bitPattern: generator.next())
      return ("CAST(\(untyped(.int(number))) AS \(integerType))", .int(number))
    default:
      let expression = string(depth: 2)
      return (expression.text, .text(expression.value))
    }
  }

  /// An expression of type text. Its parameters are bound in the order in which they are written.
  private mutating func string(depth: Int) -> (text: String, value: String) {
    switch below(depth > 0 ? 7 : 4) {
    case 0, 1:
      let value = parameter()
      return ("COALESCE(\(bound(.text(value))), 'none')", value)
    case 2: return quoted()
    case 3: return ("COALESCE(\(bound(.null)),'no?ne')", "no?ne")
    case 4:
      let asked = parameter()
      let condition = bound(.text(asked))
      let other = string(depth: depth - 1)
      return (
        "CASE WHEN \(condition)='?' THEN 'a' ELSE \(other.text) END",
        asked == "?" ? "a" : other.value
      )
    case 5:
      let inner = string(depth: depth - 1)
      return ("(SELECT\(space()) \(inner.text)\(source))", inner.value)
    default:
      let inner = string(depth: depth - 1)
      return ("COALESCE(\(inner.text),\(space())\(bound(.text("unused"))))", inner.value)
    }
  }

  /// A literal that looks like parameters and comments.
  private mutating func quoted() -> (text: String, value: String) {
    var literals = [("'it''s ? -- /* ?'", "it's ? -- /* ?"), ("''", ""), ("'??$1'", "??$1")]
    if dialect.lexical.dollarQuotes { literals.append(("$q$ ?'$ $q$", " ?'$ ")) }
    if dialect.lexical.escapeStrings { literals.append((#"E'\'? \\'"#, #"'? \"#)) }
    if dialect.lexical.backslashEscapes { literals.append((#"'\'? \\'"#, #"'? \"#)) }
    if dialect.lexical.doubleQuotedStrings { literals.append((#""it's ?""#, "it's ?")) }
    let (text, value) = literals[below(literals.count)]
    // Where parameters need a type literals have one too: of a fixed length, which is filled up with blanks.
    guard dialect.parametersNeedTypes else { return (text, value) }
    return ("CAST(\(text) AS \(dialect.typeName(.text)))", value)
  }

  /// What a query without a table reads from.
  var source: String { dialect.dummyTable.map { " FROM \($0)" } ?? "" }

  private mutating func parameter() -> String {
    let texts = ["value \(below(100))", "?", "", "it's", "é 🌍", "$1", "??", #"a\b"#, "NULL"]
    return texts[below(texts.count)]
  }

  private mutating func bound(_ value: Value) -> String {
    parameters.append(value)
    return dialect.parameter(.text)
  }

  private mutating func untyped(_ value: Value) -> String {
    parameters.append(value)
    return "?"
  }

  mutating func alias(_ index: Int) -> String {
    let quote = String(dialect.identifierQuote)
    if dialect.lexical.bracketIdentifiers, flip() { return " AS [c?\(index)'--]" }
    return " AS \(quote)c?\(index)''--\(quote)"
  }

  mutating func space() -> String {
    var spaces = [" ", "\n", "\t", " /* ' ? */ ", " -- ? \" '\n", "/**/", " /* -- */ "]
    if dialect.lexical.hashComments { spaces.append(" # ' ?\n") }
    if dialect.lexical.nestedComments { spaces.append("/* /* ' */ ? */") }
    return spaces[below(spaces.count)]
  }

  private mutating func below(_ limit: Int) -> Int { Int.random(in: 0..<limit, using: &generator) }

  // MySQL's CAST has names of its own.
  private var integerType: String {
    dialect.assignsInOrder ? "SIGNED" : dialect.typeName(.int)
  }
}
