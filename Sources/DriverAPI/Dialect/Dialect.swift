/// How one engine's SQL is written: data, so that a new engine is a value and not a subclass.
public struct Dialect: Sendable {
  /// How a parameter is written.
  public enum PlaceholderStyle: Sendable, Hashable {
    /// `?`
    case questionMark
    /// `$1`, `$2` …
    case dollarNumber
  }

  /// How "insert, or else change" is written.
  public enum UpsertForm: Sendable, Hashable {
    /// `ON CONFLICT (key) DO UPDATE SET c = excluded.c`
    case onConflict
    /// `ON DUPLICATE KEY UPDATE c = VALUES(c)`
    case onDuplicateKey
  }

  /// How a statement tells which rows of an upsert are new. [UPSERT-7]
  public enum UpsertOutcome: Sendable, Hashable {
    /// By an expression in RETURNING that is true for new rows.
    case returning(String)
    /// By nothing: the core inserts first, ignoring duplicates, and changes what was there.
    case insertFirst
  }

  /// The name, such as `postgres`.
  public var name: String
  /// How a parameter is written.
  public var placeholders: PlaceholderStyle = .questionMark
  /// How the engine reads quotes and comments.
  public var lexical = LexicalRules()
  /// The character around identifiers.
  public var identifierQuote: Character = "\""
  /// How upserts are written.
  public var upsertForm: UpsertForm = .onConflict
  /// How upserts tell what they did.
  public var upsertOutcome: UpsertOutcome = .insertFirst
  /// Whether a clash on another key than the named one is an error by itself. [UPSERT-4]
  public var upsertChecksConflictKey = true
  /// Whether `RETURNING` follows an insert.
  public var hasReturning = true
  /// The literals of true and false.
  public var booleanLiterals = (true: "TRUE", false: "FALSE")
  /// The most parameters of one statement. [BIND-3]
  public var maxParameters = 65_535
  /// The words around transactions.
  public var transactions = TransactionWords()
  /// The names of types in DDL.
  public var types = TypeNames()
  /// The instant in UTC, to the microsecond where the engine has it.
  public var currentTimestamp = "CURRENT_TIMESTAMP"
  /// Whether DDL is undone by a rollback.
  public var hasTransactionalDDL = true
  /// How migrations of several processes keep out of each other's way.
  public var migrationLock = MigrationLock.transaction
  /// Lists the tables: one column, the name. [SCHEMA-1]
  public var listTables = """
    SELECT table_name FROM information_schema.tables
    WHERE table_schema = current_schema AND table_type = 'BASE TABLE' ORDER BY table_name
    """
  /// Lists the columns of one table, its name being the parameter: name, type, 1 if NULL is allowed,
  /// in order.
  public var listColumns = """
    SELECT column_name, data_type, CASE is_nullable WHEN 'YES' THEN 1 ELSE 0 END
    FROM information_schema.columns
    WHERE table_schema = current_schema AND table_name = ? ORDER BY ordinal_position
    """

  /// Standard SQL under a name of its own: a base for engines that are not listed here.
  public init(name: String) {
    self.name = name
  }
}

/// How migrations of several processes keep out of each other's way. [MIG-1]
public enum MigrationLock: Sendable, Hashable {
  /// Beginning the transaction of the migration locks the database.
  case transaction
  /// A statement inside the transaction takes a lock that ends with it.
  case inTransaction(String)
  /// Statements take and release a lock of the session.
  case session(acquire: String, release: String)
}
