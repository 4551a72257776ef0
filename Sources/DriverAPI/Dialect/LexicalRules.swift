/// How an engine reads the characters of a statement: what is quoted, what is a comment, what is a
/// parameter.
public struct LexicalRules: Sendable, Hashable {
  /// A backslash in a string takes the next character literally (MySQL).
  public var backslashEscapes = false
  /// `E'…'` is a string with backslash escapes (PostgreSQL).
  public var escapeStrings = false
  /// `$tag$ … $tag$` is a string (PostgreSQL).
  public var dollarQuotes = false
  /// `/* /* */ */` nests (PostgreSQL).
  public var nestedComments = false
  /// `/*! … */` is code (MySQL).
  public var executableComments = false
  /// `#` starts a comment (MySQL).
  public var hashComments = false
  /// `--` starts a comment only before white space or a control character (MySQL).
  public var dashCommentsNeedSpace = false
  /// `` `name` `` is an identifier (MySQL, SQLite).
  public var backtickIdentifiers = false
  /// `[name]` is an identifier (SQLite).
  public var bracketIdentifiers = false
  /// `?1`, `:name`, `@name` and `$name` are parameters (SQLite).
  public var namedParameters = false
  /// `$1` is a parameter (PostgreSQL).
  public var dollarParameters = false

  /// Standard SQL: strings, quoted identifiers and both kinds of comments, nothing else.
  public init() {}
}
