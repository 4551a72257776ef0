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
  /// Whether it surely only reads, so that it may be stopped, run again or sent to a replica: a
  /// query that calls nothing but functions known to be harmless, and locks nothing. False is doubt,
  /// not certainty. What a view or an operator of the user's own calls is not seen. [PIPE-3]
  public let isReadOnly: Bool
  /// Whether none of its words speaks of a change. Enough to refuse a write, not to repeat a read.
  package let looksReadOnly: Bool
  /// Whether it seems to answer with rows: a hint, only the engine knows.
  public let returnsRows: Bool
  /// The first word, in capitals.
  public let leadingKeyword: String
  /// How many statements the text holds; only 1 can be run as a statement. [EXEC-3]
  public let statementCount: Int
  /// Whether the original is ASCII, so that no other text of that length is equal to it.
  private let isASCII: Bool
  /// Whether it is a `SET TRANSACTION` of an engine that begins transactions by that.
  let setsOutTransaction: Bool
  let use: Use
  /// Whether the statement can leave something behind in the session.
  let mayChangeSession: Bool
  /// Whether it ran too long to be sent among the statements of others.
  let backoff = StatementBackoff()

  init(
    original: String, text: String, parameterCount: Int, statements: [LexerFindings.Statement],
    setsOutTransaction: Bool = false
  ) {
    self.setsOutTransaction = setsOutTransaction
    self.original = original
    self.text = text
    self.parameterCount = parameterCount
    statementCount = statements.count
    let words = statements.first?.words ?? StatementWords()
    isReadOnly = statements.count == 1 && words.isReadOnly
    looksReadOnly = statements.count == 1 && words.looksReadOnly
    isASCII = original.utf8.allSatisfy { $0 < 0x80 }
    returnsRows = words.returnsRows
    leadingKeyword = words.leadingKeyword
    use = Use(leadingKeyword: words.leadingKeyword)
    // What surely only reads leaves nothing behind. [POOL-4]
    mayChangeSession = use == .other || use == .data && !isReadOnly && words.mayLeaveState
  }

  /// Whether the application wrote these very bytes. [REBIND-7]
  ///
  /// Equal literals are the same bits, which `==` looks at first. What Unicode takes for equal to a
  /// text in ASCII, such as the sign of the kelvin to a K, is longer.
  @inline(__always)
  func isWritten(_ sql: String) -> Bool {
    guard isASCII else { return original.hasSameBytes(as: sql) }
    return original.utf8.count == sql.utf8.count && original == sql
  }
}
