/// How an engine reads the characters of a statement: what is quoted, what is a comment, what is a
/// parameter, and where a statement ends.
public struct LexicalRules: Sendable, Hashable {
  /// A backslash in a string takes the next character literally (MySQL, unless the session's mode is
  /// `NO_BACKSLASH_ESCAPES`).
  public var backslashEscapes = false
  /// `"…"` is a string and not an identifier (MySQL, unless the session's mode is `ANSI_QUOTES`).
  public var doubleQuotedStrings = false
  /// `E'…'` is a string with backslash escapes (PostgreSQL).
  public var escapeStrings = false
  /// `$tag$ … $tag$` is a string (PostgreSQL).
  public var dollarQuotes = false
  /// `/* /* */ */` nests (PostgreSQL).
  public var nestedComments = false
  /// `/*! … */` is code (MySQL).
  public var executableComments = false
  /// A carriage return ends a `--` comment, as a line feed does (PostgreSQL).
  public var carriageReturnEndsComment = false
  /// A block comment may be left open at the end of the text (SQLite).
  public var lastCommentMayBeOpen = false
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
  /// `?`, `?|`, `?&`, `@?` and others are operators (PostgreSQL).
  public var questionMarkOperators = false
  /// `IF`, `CASE`, `LOOP`, `WHILE` and `REPEAT` are statements in the body of a routine (MySQL).
  public var compoundStatements = false
  /// The functions, in capitals, that are known to change nothing and to ask nothing of their own
  /// connection, and the words that stand before a parenthesis and call nothing. A query that calls
  /// any other is not taken for one that only reads. [PIPE-3]
  public var harmlessFunctions = HarmlessFunctions.standard
  /// The functions, in capitals, that are not harmless and yet leave nothing behind in the session: they
  /// move a sequence, or ask about their own connection. After a lease that called any other than these
  /// and the harmless ones the session is reset. [POOL-4]
  public var statelessFunctions: Set<String> = []

  /// Standard SQL: strings, quoted identifiers and both kinds of comments, nothing else.
  public init() {}
}
