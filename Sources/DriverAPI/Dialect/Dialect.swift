/// How one engine's SQL is written: data, so that a new engine is a value and not a subclass.
///
/// A driver for an engine that is not listed here starts from ``standard``, or from the engine that
/// comes nearest, and changes what differs:
///
/// ```swift
/// var dialect = Dialect(name: "odbc")
/// dialect.maxParameters = 2100
/// dialect.types.bytes = "VARBINARY(MAX)"
/// ```
public struct Dialect: Sendable {
  /// How a parameter is written.
  public enum PlaceholderStyle: Sendable, Hashable {
    /// `?`
    case questionMark
    /// `$1`, `$2` …
    case dollarNumber
    /// `:1`, `:2` … or `@p1`, `@p2` …: a number behind that prefix. ``rebind(_:)`` writes them and does
    /// not look for them in what the application wrote.
    case numbered(prefix: String)
  }

  /// The name, such as `postgres`.
  public var name: String
  /// How a parameter is written.
  public var placeholders: PlaceholderStyle = .questionMark
  /// How the engine reads quotes, comments and bodies.
  public var lexical = LexicalRules()
  /// Whether comments are replaced by blanks before the text is sent: for client libraries that look
  /// for parameters by themselves and take a quote in a comment for one.
  public var dropsComments = false
  /// The character around identifiers.
  public var identifierQuote: Character = "\""
  /// What the engine makes of names without quotes. Names that ``quoted(_:)`` gets are folded before they
  /// are quoted, and those of the catalogue after they were read, so that `items` and the table that
  /// `CREATE TABLE items` made are one. [SCHEMA-1]
  public var folding = IdentifierFolding.kept
  /// The longest identifier the engine keeps, in bytes; longer ones it would cut off in silence.
  public var maxIdentifierBytes: Int?
  /// How one insert stores several rows.
  public var severalRows = RowsForm.valueLists
  /// The most rows of one insert; nil if only the parameters are counted.
  public var maxRowsPerInsert: Int?
  /// How upserts are written.
  public var upsertForm: UpsertForm = .separateStatements
  /// How upserts tell what they did. [UPSERT-7]
  public var upsertOutcome: UpsertOutcome = .insertFirst
  /// Answers with true if a table, whose quoted name is the parameter, has what the expression of
  /// ``UpsertOutcome/returning(_:)`` reads, and with false if it is told by inserting first, as for a
  /// view; nil where every table has it. [UPSERT-10]
  public var upsertOutcomeCheck: String?
  /// Whether a clash on another key than the named one is an error by itself. [UPSERT-4]
  ///
  /// Where it is not, the text of ``upsertStatement(_:)`` would change whichever row is in the way. The core then inserts, ignoring duplicates; if that inserted nothing, it runs
  /// ``changeSQL(_:)``, which finds the row by the named key; and if that found none, the plain
  /// insert, which fails with the violation that the engine sees.
  public var upsertChecksConflictKey = true
  /// Whether `SET` works its assignments off from left to right, so that a column that was assigned before
  /// has its new value.
  public var assignsInOrder = false
  /// Which statements can end with `RETURNING`.
  public var returning: Set<ReturningStatement> = []
  /// Answers with the id that the engine gave to the row that the session inserted last, for client
  /// libraries that do not tell it where `RETURNING` is missing; nil if there is no such query. [EXEC-2]
  ///
  /// Asked only after an insert of values that counted rows, never after an upsert or an insert of what
  /// a query finds: the answer could be the id of an earlier row, of another table even. [EXEC-7]
  public var lastInsertID: String?
  /// What a query reads from that needs no table, such as `DUAL` or `RDB$DATABASE`: a table of one row.
  /// Nil where a query does without.
  public var dummyTable: String?
  /// The literals of true and false.
  public var booleanLiterals = (true: "TRUE", false: "FALSE")
  /// Whether a list of nothing, `IN (\(each: []))`, is written as an array, because the engine compares
  /// the type of a query without rows as well. [QUERY-10]
  public var writesEmptyListsAsArrays = false
  /// The most parameters of one statement. [BIND-3]
  public var maxParameters = 65_535
  /// The most bytes of one statement's text; nil if memory alone is the limit. [BIND-3]
  public var maxStatementBytes: Int?
  /// The most parameters of one `IN (…)`; nil if only those of the statement are counted. A longer list is
  /// refused before anything is sent, with the limit: how to take it apart, by `OR` or in several
  /// statements, depends on what it is for. [BIND-3]
  public var maxListCount: Int?
  /// Whether a parameter is refused whose type does not follow from what stands around it; see
  /// ``parameter(_:)``.
  public var parametersNeedTypes = false
  /// How queries are cut to some of their rows.
  public var paging = PagingForm.limit
  /// Whether a page can be asked for that has no rows; where not, ``paged(_:limit:offset:)`` puts a
  /// condition in its place that holds for nothing. Read for ``PagingForm/fetch`` alone.
  public var hasEmptyPages = true
  /// The characters that `LIKE` takes for more than themselves, all in ASCII.
  public var likeWildcards = "%_"
  /// How a query locks the rows it reads; nil where it cannot, or need not.
  public var rowLock: RowLockWords? = RowLockWords(ending: "FOR UPDATE")
  /// Whether `CREATE TABLE IF NOT EXISTS` is understood.
  public var hasIfNotExists = true
  /// What stands between the table and the new column in `ALTER TABLE`.
  public var addColumn = "ADD COLUMN"
  /// How a column is changed where it is; nil if the engine has no such statement, or none that is known.
  public var columnChange: ColumnChangeForm?
  /// What stands between the table and the column in `ALTER TABLE` to take it away.
  public var dropColumn = "DROP COLUMN"
  /// The whole text that takes a column away, with `{table}` and `{column}` for their names, where
  /// something has to go before it: on SQL Server the constraint that a `DEFAULT` is. Nil: ``dropColumn``.
  public var columnRemoval: String?
  /// Whether `DROP INDEX` names the table too.
  public var dropsIndexOfTable = false
  /// Whether a column's `DEFAULT` has to stand before its `NOT NULL`.
  public var defaultComesFirst = false
  /// The words around transactions.
  public var transactions = TransactionWords()
  /// The names of types in DDL.
  public var types = TypeNames()
  /// The instant in UTC, to the microsecond where the engine has it. Can be a column's default where the
  /// engine takes an expression there (Db2 and Firebird do not).
  public var currentTimestamp = "CURRENT_TIMESTAMP"
  /// How migrations of several processes keep out of each other's way. [MIG-1]
  public var migrationLock = MigrationLock.transaction
  /// How a column is changed where it is.
  public enum ColumnChangeForm: Sendable, Hashable {
    /// One property at a time: `ALTER TABLE t ALTER COLUMN c TYPE …`, `… ALTER COLUMN c SET DEFAULT …`
    case alterColumn
    /// By its whole definition: `ALTER TABLE t MODIFY c …`
    case modify
  }

  /// How references are put aside while tables are built anew; nil where no table has to be. [MIG-5]
  public var tableRebuild: TableRebuildWords?
  /// The settings that a transaction takes without an error and without an effect, in small letters: a
  /// migration of the mode ``MigrationMode/inTransaction`` that sets one is refused. [MIG-9]
  public var settingsIgnoredInTransactions: Set<String> = []
  /// How sessions send each other messages; nil if they cannot. [NOTIFY-1]
  public var notifications: NotificationWords?
  /// The statement by which a session has the server end it when a transaction of its has stood still for so many
  /// seconds, with `{seconds}` in place of the number; nil if there is none.
  ///
  /// For transactions that hold what others wait for: a client that is stopped or cut off holds it no longer.
  public var idleTransactionLimit: String?
  /// Lists the tables: one column, the name, in order. [SCHEMA-1]
  public var listTables = Catalogue.standardTables(schema: "current_schema")
  /// Lists the columns of one table in order, its name being the parameter. [SCHEMA-1]
  ///
  /// Answers with name, type, 1 if NULL is allowed and 0 if not, the default as SQL text or NULL, and
  /// the place in the primary key, from 1, or 0. A sixth column, which may be missing, is 1 if the engine
  /// computes the values and takes none.
  public var listColumns = Catalogue.standardColumns(schema: "current_schema")
  /// Lists which tables refer to which: one row for each reference, the table and the one that it refers
  /// to. Nil if there is no such query: a copy takes the tables in the order given.
  public var listReferences: String?
  /// How generated ids go on behind those that were copied; nil if they follow the highest id by
  /// themselves.
  public var counters: CounterWords?
  /// What the names of columns' types mean.
  public var columnTypes = ColumnTypeRules()

  /// Standard SQL under a name of its own: no statement for upserts and no `RETURNING`.
  public init(name: String) {
    self.name = name
  }

  /// Whether `RETURNING` follows an insert.
  public var hasReturning: Bool { returning.contains(.insert) }

  /// A query for values that stand in no table: one row. `ping` and the look at idle connections send
  /// `selectSQL("1")`. [CONN-1]
  public func selectSQL(_ expressions: String) -> String {
    guard let dummyTable else { return "SELECT " + expressions }
    return "SELECT \(expressions) FROM \(dummyTable)"
  }

  /// Standard SQL: a base for engines that are not listed here.
  public static let standard = Dialect(name: "standard")
}

extension Dialect: CustomStringConvertible {
  /// The name.
  public var description: String { name }
}

/// A statement that some engines let end with `RETURNING`.
public enum ReturningStatement: Sendable, Hashable, CaseIterable {
  /// INSERT, also with an upsert clause.
  case insert
  /// UPDATE
  case update
  /// DELETE
  case delete
}

/// How one insert stores several rows.
public enum RowsForm: Sendable, Hashable {
  /// `INSERT INTO t (a, b) VALUES (?, ?), (?, ?)`
  case valueLists
  /// `INSERT INTO t (a, b) SELECT ?, ? UNION ALL SELECT ?, ?`, each from ``Dialect/dummyTable``.
  case unionAll
  /// `INSERT INTO t (a, b) SELECT * FROM (SELECT ? AS c1, ? AS c2 UNION ALL SELECT ?, ?) r`, where a
  /// generated id cannot be given to the rows of a union (Oracle).
  case derivedUnion
  /// `INSERT ALL INTO t (a, b) VALUES (?, ?) INTO t (a, b) VALUES (?, ?) SELECT 1 FROM DUAL`. A generated
  /// id is the same for all of these rows: only for tables without one.
  case insertAll
  /// In no statement: the core inserts one by one.
  case oneByOne
}

/// How a statement tells which rows of an upsert are new. [UPSERT-7]
public enum UpsertOutcome: Sendable, Hashable {
  /// By an expression in RETURNING that is true for new rows.
  case returning(String)
  /// By nothing that tells in every case. The core inserts first, ignoring duplicates, and changes
  /// what was there if the count is 0, all in one transaction. The count must be that of rows that
  /// are new; see ``Dialect/insertIgnoreStatement(into:columns:key:)``.
  case insertFirst
}

/// How sessions send each other messages. [NOTIFY-1]
public struct NotificationWords: Sendable, Hashable {
  /// Begins to listen; the channel follows as an identifier.
  public var listen: String
  /// Sends; its parameters are the channel and the payload.
  public var notify: String

  /// The words of an engine.
  public init(listen: String, notify: String) {
    self.listen = listen
    self.notify = notify
  }
}

/// How migrations of several processes keep out of each other's way. [MIG-1]
public enum MigrationLock: Sendable, Hashable {
  /// Beginning the transaction of the migration locks the database.
  case transaction
  /// A statement inside the transaction takes a lock that ends with it.
  case inTransaction(String)
  /// Statements take and release a lock of the session. The first answers with 1, or with anything
  /// else if the lock was not to be had; then it is asked again, for a minute. It should not wait for long
  /// by itself: on PostgreSQL a statement that waits holds up `CREATE INDEX CONCURRENTLY`.
  case session(acquire: String, release: String)
  /// The driver takes it and gives it back by calls of its own:
  /// ``DriverConnection/acquireMigrationLock()`` and ``DriverConnection/releaseMigrationLock()``.
  case driver
}

/// How references are put aside while tables are built anew. [MIG-5]
public struct TableRebuildWords: Sendable, Hashable {
  /// Answers with 1 if references are enforced.
  public var isEnforced: String
  /// Ends that, before the transaction begins.
  public var suspend: String
  /// Begins it again, after the transaction.
  public var resume: String
  /// Answers with a row for each reference that leads nowhere; the first column is the table, the third
  /// the one that is referred to.
  public var check: String
  /// Answers with table and column of every reference to a table, whose name is the parameter, that
  /// dropping the table changes: by `ON DELETE CASCADE` and the like.
  public var referrers: String
  /// Have the ids of a table that takes the place of another go on where that one's stopped, before the
  /// other is dropped; `{old}` and `{new}` stand for their names.
  public var counter: [String]

  /// The words of an engine.
  public init(
    isEnforced: String, suspend: String, resume: String, check: String, referrers: String,
    counter: [String] = []
  ) {
    self.counter = counter
    self.isEnforced = isEnforced
    self.suspend = suspend
    self.resume = resume
    self.check = check
    self.referrers = referrers
  }
}
