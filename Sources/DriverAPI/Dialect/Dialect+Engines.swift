extension Dialect {
  /// SQLite 3.35 and later.
  public static let sqlite: Dialect = {
    var dialect = Dialect(name: "sqlite")
    dialect.lexical.backtickIdentifiers = true
    dialect.lexical.bracketIdentifiers = true
    dialect.lexical.namedParameters = true
    dialect.booleanLiterals = (true: "1", false: "0")
    dialect.maxParameters = 32_766
    dialect.transactions = .sqlite
    dialect.types = .sqlite
    dialect.currentTimestamp = "(strftime('%Y-%m-%d %H:%M:%f', 'now') || '000')"
    dialect.listTables = """
      SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
      ORDER BY name
      """
    dialect.listColumns =
      "SELECT name, type, 1 - \"notnull\" FROM pragma_table_info(?) ORDER BY cid"
    return dialect
  }()

  /// PostgreSQL 12 and later.
  public static let postgres: Dialect = {
    var dialect = Dialect(name: "postgres")
    dialect.placeholders = .dollarNumber
    dialect.lexical.escapeStrings = true
    dialect.lexical.dollarQuotes = true
    dialect.lexical.nestedComments = true
    dialect.lexical.dollarParameters = true
    dialect.upsertOutcome = .returning("(xmax = 0)")
    dialect.types = .postgres
    dialect.migrationLock = .inTransaction("SELECT pg_advisory_xact_lock(7236843917012384)")
    dialect.transactions.isolation = .suffix
    return dialect
  }()

  /// MySQL 8; MariaDB 10.5 and later take the same text, see ``mariadb``.
  public static let mysql: Dialect = {
    var dialect = Dialect(name: "mysql")
    dialect.lexical.backslashEscapes = true
    dialect.lexical.backtickIdentifiers = true
    dialect.lexical.hashComments = true
    dialect.lexical.dashCommentsNeedSpace = true
    dialect.lexical.executableComments = true
    dialect.identifierQuote = "`"
    dialect.upsertForm = .onDuplicateKey
    dialect.upsertChecksConflictKey = false
    dialect.hasReturning = false
    dialect.booleanLiterals = (true: "1", false: "0")
    dialect.transactions = .mysql
    dialect.types = .mysql
    dialect.currentTimestamp = "UTC_TIMESTAMP(6)"
    dialect.hasTransactionalDDL = false
    dialect.migrationLock = .session(
      acquire: "SELECT GET_LOCK('dovetail.migrations', 60)",
      release: "SELECT RELEASE_LOCK('dovetail.migrations')")
    dialect.listTables = dialect.listTables.replacing("current_schema", with: "DATABASE()")
    dialect.listColumns = dialect.listColumns.replacing("current_schema", with: "DATABASE()")
    return dialect
  }()

  /// MariaDB 10.5 and later: as MySQL, with `RETURNING`.
  public static let mariadb: Dialect = {
    var dialect = Dialect.mysql
    dialect.name = "mariadb"
    dialect.hasReturning = true
    return dialect
  }()
}
