import DriverAPI

/// What has to be known about the product behind an ODBC driver, because ODBC does not tell it.
struct ODBCProduct {
  /// What a native code or the words mean where the SQLSTATE says less.
  typealias Reading = @Sendable (_ code: Int, _ words: String) -> DatabaseError.Kind?

  var dialect = Dialect.standard
  var capabilities = Capabilities()
  var kind: Reading = { _, _ in nil }
  /// Makes a session strict and speak UTC. [CONN-7]
  var setUp: [String] = []
  /// Whether the ODBC driver's functions take UTF-16; if not, they take UTF-8, by the names without a W.
  /// Between one kind and the other the driver manager would convert by the locale of the process, which other
  /// ODBC drivers change.
  var isWide = true
  /// Whether its parameters and columns take UTF-16; if not, they take UTF-8.
  var hasWideValues = true
  /// Whether columns of 64 bits may have no sign.
  var hasUnsigned = false
  var habits = SessionHabits()
  /// Whether an error means that the library goes by a schema of before and what makes it read the new one.
  var staleSchema: (isTold: @Sendable (DatabaseError) -> Bool, remedy: String)?
  /// Why a statement must not reach the ODBC driver; nil if it may.
  var refusal: @Sendable (StatementText) -> String? = { _ in nil }
  /// Whether what is told beside a success is an error.
  var isError: @Sendable (DatabaseError) -> Bool = { _ in false }

  init(named name: String = "", dialect given: Dialect? = nil) {
    // Of a transaction that is begun by a statement an ODBC driver may take no notice.
    habits.hasTransactionCalls = true
    switch name {
    case "SQLite": becomeSQLite()
    case "PostgreSQL": becomePostgres()
    case "MySQL", "MariaDB": becomeMySQL(isMariaDB: name == "MariaDB")
    default: break
    }
    // SQLNumParams counts in 16 bits, and drivers trust it.
    dialect = (given ?? dialect).withQuestionMarks(maxParameters: Int(Int16.max))
    if habits.hasTransactionCalls { dialect.transactions = .calls }
    // Texts pass through C strings in several drivers, and ODBC has no place for a constraint's name.
    capabilities.nulInText = false
    capabilities.violationDetails = false
  }

  private mutating func becomeSQLite() {
    (dialect, capabilities, kind) = (.sqlite, .sqlite, Self.sqliteKind)
    // The ODBC driver hides the rows of RETURNING, and looks for quotes in comments and brackets; its
    // transactions begin deferred, so that reading before writing would end as busy. [TX-11]
    dialect.returning = []
    dialect.dropsComments = true
    dialect.lexical.bracketIdentifiers = false
    (isWide, hasWideValues) = (false, false)
    habits.hasTransactionCalls = false
    habits.stalePlans = .unnoticed
    // DDL of other sessions is noticed only by what reads a table.
    staleSchema = (
      { error in
        let words = error.serverMessage ?? ""
        return ["already exists", "duplicate column name", "no such ", "no column named"]
          .contains { words.contains($0) }
      }, "SELECT 1 FROM sqlite_schema"
    )
    setUp = ["PRAGMA foreign_keys = ON", "PRAGMA journal_mode = WAL"]
  }

  private mutating func becomePostgres() {
    (dialect, capabilities) = (.postgres, .postgres)
    capabilities.socketAccess = false
    // libpq takes the types of more parameters for a broken message; comments are not known to psqlodbc.
    dialect.maxParameters = 7498
    dialect.dropsComments = true
    kind = Self.postgresKind
    refusal = { text in
      let isCopied = ["STDIN", "STDOUT"].contains { text.text.uppercased().contains($0) }
      return text.leadingKeyword == "COPY" && isCopied
        ? "psqlodbc waits for ever for rows that are copied; use bulkInsert and query" : nil
    }
    setUp = ["SET TIME ZONE 'UTC'", "SET lc_messages = 'C'"]
    habits.errorsEndTransaction = true
    // psqlodbc keeps the types that parameters had.
    habits.stalePlans = .unnoticed
  }

  private mutating func becomeMySQL(isMariaDB: Bool) {
    (dialect, capabilities) = (isMariaDB ? .mariadb : .mysql, .mysql)
    capabilities.socketAccess = false
    capabilities.unsignedIntegers = false
    capabilities.matchedRowCounts = false
    // 1317 is what a session says that another one stopped; whose wish it was is known without it.
    kind = { code, _ in code == 1317 ? .other : DatabaseError.Kind(mysqlCode: code) }
    let limit = isMariaDB ? "max_recursive_iterations" : "cte_max_recursion_depth"
    setUp = ["SET time_zone = '+00:00', sql_mode = 'TRADITIONAL', \(limit) = 4294967295"]
    (hasWideValues, hasUnsigned) = (false, true)
    // What is executed again after an error in its rows waits for ever, and goes by the columns of before.
    habits.stalePlans = .unnoticed
    isError = { ($0.details.nativeCode ?? 0) >= 1000 }
  }

  /// SQLite's ODBC driver has one SQLSTATE for everything and does not pass on the extended code. The
  /// words are constants of SQLite's source, in front of the names: the code that is missing.
  private static let sqliteKind: Reading = { code, words in
    let constants: [(String, DatabaseError.Kind)] = [
      ("UNIQUE constraint", .uniqueViolation), ("NOT NULL constraint", .notNullViolation),
      ("CHECK constraint", .checkViolation), ("FOREIGN KEY", .foreignKeyViolation),
      ("no such ", .undefinedObject), ("near ", .syntax), ("incomplete input", .syntax),
      ("unrecognized token", .syntax), ("integer overflow", .dataOutOfRange),
      ("parameter marker count incorrect", .misuse),
    ]
    if words.contains(" has no column named ") { return .undefinedObject }
    return DatabaseError.Kind(sqliteCode: code) ?? constants.first { words.contains("]" + $0.0) }?.1
  }

  /// One SQLSTATE stands for several causes, and psqlodbc gives bytes in binary also to columns of another
  /// type. The words are those of the C locale, which the session asks for.
  private static let postgresKind: Reading = { _, words in
    let causes: [(String, DatabaseError.Kind)] = [
      ("due to statement timeout", .statementTimeout), ("due to user request", .other),
      ("insufficient data left in message", .invalidValue),
      ("incorrect binary data format", .invalidValue),
    ]
    return causes.first { words.contains($0.0) }?.1
  }
}
