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
    /// In a statement before it, which holds until there is another: the session is reset after the
    /// lease.
    case session
    /// In the place of the beginning statement: `SET TRANSACTION ISOLATION LEVEL …` begins the
    /// transaction too, and goes with no other mode. One that only reads is begun as without a level,
    /// because it sees a single state of the data already (Oracle).
    case instead
  }

  /// Begins a transaction that may write.
  public var begin = "START TRANSACTION"
  /// Begins one that only reads.
  public var beginReadOnly = "START TRANSACTION READ ONLY"
  /// Whether the server refuses writes in that; otherwise the core does.
  public var readOnlyIsEnforced = true
  /// Where the isolation level is written.
  public var isolation = IsolationForm.suffix
  /// What the engine calls the levels it has. One that is not among them is begun at the next stronger
  /// that is. [TX-5]
  public var levels = Dictionary(
    uniqueKeysWithValues: IsolationLevel.allCases.map { ($0, $0.rawValue) })
  /// What stands between `READ ONLY` and the isolation level.
  public var modeSeparator = ", "
  /// Commits.
  public var commit = "COMMIT"
  /// Rolls back.
  public var rollback = "ROLLBACK"
  /// Sets a savepoint; its name follows.
  public var savepoint = "SAVEPOINT "
  /// What stands behind that name, such as ` ON ROLLBACK RETAIN CURSORS`.
  public var savepointEnding = ""
  /// Ends a savepoint, keeping what was done; its name follows. Nil where no statement does that: there a
  /// savepoint stays until the transaction ends, or another of its name is set.
  public var release: String? = "RELEASE SAVEPOINT "
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

extension TransactionWords {
  /// What a level is called, or the next stronger that the engine has.
  fileprivate func word(for level: IsolationLevel) -> String {
    let stronger = IsolationLevel.allCases.drop { $0 != level }
    return stronger.lazy.compactMap { levels[$0] }.first ?? level.rawValue
  }
}

extension Dialect {
  /// The statements that begin a transaction, in order. [TX-5]
  ///
  /// An isolation level is a promise at least as strong as the one asked for: where every
  /// transaction is serializable, all levels are accepted, and in the place of one that the engine lacks
  /// stands the next stronger. If there is none, the engine refuses the level itself.
  public func begin(_ options: TransactionOptions) -> [String] {
    let begin = options.isReadOnly ? transactions.beginReadOnly : transactions.begin
    guard let level = options.isolation else { return [begin] }
    let words = "ISOLATION LEVEL " + transactions.word(for: level)
    switch transactions.isolation {
    case .always: return [begin]
    case .suffix:
      // Standard SQL separates the modes by a comma, and there is one already: READ ONLY.
      return [begin + (options.isReadOnly ? transactions.modeSeparator : " ") + words]
    case .before, .session: return ["SET TRANSACTION " + words, begin]
    case .instead: return [options.isReadOnly ? begin : "SET TRANSACTION " + words]
    }
  }
}
