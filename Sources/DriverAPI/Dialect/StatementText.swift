import Synchronization

/// One statement's text as its engine wants it, with what the lexer found out about it.
///
/// A class: the database hands out one object for equal texts, so that caches compare identities.
public final class StatementText: Sendable {
  /// The text as the application wrote it.
  public let original: String
  /// The text with the engine's own placeholders. [REBIND-1]
  public let text: String
  /// How many parameters it takes.
  public let parameterCount: Int
  /// Whether it certainly only reads.
  public let isReadOnly: Bool
  /// Whether it seems to answer with rows: a hint, only the engine knows.
  public let returnsRows: Bool
  /// The first word, in capitals.
  public let leadingKeyword: String
  /// How many statements the text holds; only 1 can be run as a statement. [EXEC-3]
  public let statementCount: Int
  let use: Use
  /// Whether the statement can leave something behind in the session.
  let mayChangeSession: Bool
  /// Whether it ran too long to be sent among the statements of others.
  let solitude = Solitude()

  init(
    original: String, text: String, parameterCount: Int, statements: [LexerFindings.Statement]
  ) {
    self.original = original
    self.text = text
    self.parameterCount = parameterCount
    statementCount = statements.count
    let words = statements.first?.words ?? StatementWords()
    isReadOnly = statements.count == 1 && words.isReadOnly
    returnsRows = words.returnsRows
    leadingKeyword = words.leadingKeyword
    use = Use(leadingKeyword: words.leadingKeyword)
    mayChangeSession = use == .other || use == .data && words.mayLeaveState
  }
}
