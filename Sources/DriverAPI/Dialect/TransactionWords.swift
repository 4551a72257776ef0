/// How much of concurrent transactions one sees.
public enum IsolationLevel: String, Sendable, Hashable, CaseIterable {
  /// Uncommitted changes of others.
  case readUncommitted = "READ UNCOMMITTED"
  /// What others have committed, statement by statement.
  case readCommitted = "READ COMMITTED"
  /// What had been committed when the transaction began.
  case repeatableRead = "REPEATABLE READ"
  /// As if the transactions ran one after another.
  case serializable = "SERIALIZABLE"
}

/// The words around transactions and savepoints.
public struct TransactionWords: Sendable, Hashable {
  /// Where the isolation level is written.
  public enum IsolationForm: Sendable, Hashable {
    /// Nowhere: every transaction is serializable, which satisfies any weaker wish too.
    case always
    /// At the end of the beginning statement.
    case suffix
    /// In a statement before it, which holds for the next transaction only.
    case before
  }

  /// Begins a transaction that may write.
  public var begin = "START TRANSACTION"
  /// Begins one that only reads.
  public var beginReadOnly = "START TRANSACTION READ ONLY"
  /// Whether the server refuses writes in that; otherwise the core does.
  public var readOnlyIsEnforced = true
  /// Where the isolation level is written.
  public var isolation = IsolationForm.suffix
  /// Commits.
  public var commit = "COMMIT"
  /// Rolls back.
  public var rollback = "ROLLBACK"
  /// Sets a savepoint; its name follows.
  public var savepoint = "SAVEPOINT "
  /// Ends a savepoint, keeping what was done; its name follows.
  public var release = "RELEASE SAVEPOINT "
  /// Undoes what was done since a savepoint; its name follows.
  public var rollbackTo = "ROLLBACK TO SAVEPOINT "

  /// The words of standard SQL.
  public init() {}

  /// For client libraries that begin and end transactions by calls of their own: words that
  /// ``StatementText/transactionStep`` reads. That a transaction only reads is left to the core.
  public static let calls: TransactionWords = {
    var words = TransactionWords()
    words.readOnlyIsEnforced = false
    return words
  }()

  // Immediate takes the write lock at once: a transaction that read first and then wanted to write
  // would find the lock gone and its snapshot stale. [TX-11]
  static let sqlite: TransactionWords = {
    var words = TransactionWords()
    words.begin = "BEGIN IMMEDIATE"
    words.beginReadOnly = "BEGIN"
    words.readOnlyIsEnforced = false
    words.isolation = .always
    return words
  }()

  static let postgres: TransactionWords = {
    var words = TransactionWords()
    words.begin = "BEGIN"
    words.beginReadOnly = "BEGIN READ ONLY"
    return words
  }()

  static let mysql: TransactionWords = {
    var words = TransactionWords()
    words.isolation = .before
    return words
  }()
}

extension Dialect {
  /// The statements that begin a transaction, in order. [TX-5]
  ///
  /// An isolation level is a promise at least as strong as the one asked for: where every
  /// transaction is serializable, all levels are accepted. A level that an engine lacks is refused
  /// by the engine itself.
  public func begin(_ options: TransactionOptions) -> [String] {
    let begin = options.isReadOnly ? transactions.beginReadOnly : transactions.begin
    guard let level = options.isolation else { return [begin] }
    switch transactions.isolation {
    case .always: return [begin]
    case .suffix:
      // Standard SQL separates the modes by a comma, and there is one already: READ ONLY.
      let separator = options.isReadOnly ? ", " : " "
      return [begin + separator + "ISOLATION LEVEL " + level.rawValue]
    case .before: return ["SET TRANSACTION ISOLATION LEVEL " + level.rawValue, begin]
    }
  }
}
