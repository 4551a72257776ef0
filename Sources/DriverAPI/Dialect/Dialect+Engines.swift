extension Dialect {
  /// SQLite 3.35 and later.
  public static let sqlite: Dialect = {
    var dialect = Dialect(name: "sqlite")
    dialect.lexical.backtickIdentifiers = true
    dialect.lexical.bracketIdentifiers = true
    dialect.lexical.namedParameters = true
    dialect.lexical.lastCommentMayBeOpen = true
    dialect.lexical.harmlessFunctions = HarmlessFunctions.sqlite
    dialect.lexical.statelessFunctions = [
      "CHANGES", "LAST_INSERT_ROWID", "SQLITE_VERSION", "TOTAL_CHANGES",
    ]
    dialect.upsertForm = .onConflict
    dialect.returning = [.insert, .update, .delete]
    dialect.lastInsertID = "SELECT last_insert_rowid()"
    dialect.maxParameters = 32_766
    // Whatever may write has the whole database.
    dialect.rowLock = nil
    dialect.transactions = .sqlite
    dialect.types = .sqlite
    dialect.tableRebuild = TableRebuildWords(
      isEnforced: "PRAGMA foreign_keys", suspend: "PRAGMA foreign_keys = OFF",
      resume: "PRAGMA foreign_keys = ON", check: "PRAGMA foreign_key_check",
      referrers: Catalogue.sqliteReferrers, counter: Catalogue.sqliteCounter)
    dialect.settingsIgnoredInTransactions = ["foreign_keys"]
    dialect.currentTimestamp = "(strftime('%Y-%m-%d %H:%M:%f', 'now') || '000')"
    dialect.listTables = Catalogue.sqliteTables
    dialect.listColumns = Catalogue.sqliteColumns
    dialect.listReferences = Catalogue.sqliteReferences
    dialect.counters = .sqlite
    dialect.columnTypes.areStrict = false
    return dialect
  }()

  /// PostgreSQL 12 and later.
  public static let postgres: Dialect = {
    var dialect = Dialect(name: "postgres")
    dialect.placeholders = .dollarNumber
    dialect.lexical.escapeStrings = true
    dialect.lexical.dollarQuotes = true
    dialect.lexical.nestedComments = true
    dialect.lexical.carriageReturnEndsComment = true
    dialect.lexical.harmlessFunctions = HarmlessFunctions.postgres
    dialect.lexical.statelessFunctions = [
      "CURRENT_SETTING", "CURRVAL", "LASTVAL", "NEXTVAL", "PG_BACKEND_PID", "SETVAL",
    ]
    dialect.lexical.dollarParameters = true
    dialect.lexical.questionMarkOperators = true
    dialect.folding = .lower
    dialect.maxIdentifierBytes = 63
    dialect.writesEmptyListsAsArrays = true
    dialect.columnChange = .alterColumn
    dialect.upsertForm = .onConflict
    // A row that was only inserted has no transaction that locked or replaced it.
    dialect.upsertOutcome = .returning("(xmax = 0)")
    // Views have no xmax, and what is routed to a partition does not tell it.
    dialect.upsertOutcomeCheck =
      "SELECT relkind = 'r' FROM pg_catalog.pg_class WHERE oid = pg_catalog.to_regclass(?)"
    dialect.returning = [.insert, .update, .delete]
    dialect.transactions = .postgres
    dialect.types = .postgres
    // Of the session, so that it also covers what runs outside of transactions; and asked for without
    // waiting, since a statement that waits has a snapshot, for whose end CREATE INDEX CONCURRENTLY waits.
    let key = 7_236_843_917_012_384
    dialect.migrationLock = .session(
      acquire: "SELECT CASE WHEN pg_try_advisory_lock(\(key)) THEN 1 ELSE 0 END",
      release: "SELECT pg_advisory_unlock(\(key))")
    dialect.notifications = NotificationWords(
      listen: "LISTEN ", notify: "SELECT pg_notify(?, ?)")
    dialect.idleTransactionLimit = "SET idle_in_transaction_session_timeout = '{seconds}s'"
    dialect.listTables = Catalogue.postgresTables
    dialect.listColumns = Catalogue.postgresColumns
    dialect.listReferences = Catalogue.postgresReferences
    dialect.counters = .postgres
    return dialect
  }()

  /// MySQL 8. For MariaDB see ``mariadb``.
  public static let mysql: Dialect = {
    var dialect = Dialect(name: "mysql")
    dialect.lexical.backslashEscapes = true
    dialect.lexical.doubleQuotedStrings = true
    dialect.lexical.backtickIdentifiers = true
    dialect.lexical.hashComments = true
    dialect.lexical.dashCommentsNeedSpace = true
    dialect.lexical.executableComments = true
    dialect.lexical.compoundStatements = true
    dialect.lexical.harmlessFunctions = HarmlessFunctions.mysql
    dialect.lexical.statelessFunctions = [
      "CONNECTION_ID", "CURRENT_USER", "FOUND_ROWS", "LASTVAL", "LAST_INSERT_ID", "NEXTVAL",
      "ROW_COUNT", "SETVAL",
    ]
    dialect.identifierQuote = "`"
    dialect.upsertForm = .onDuplicateKey
    dialect.upsertChecksConflictKey = false
    dialect.assignsInOrder = true
    dialect.columnChange = .modify
    dialect.dropsIndexOfTable = true
    dialect.lastInsertID = "SELECT LAST_INSERT_ID()"
    dialect.transactions = .mysql
    dialect.types = .mysql
    // A column's default must be an expression in parentheses.
    dialect.currentTimestamp = "(UTC_TIMESTAMP(6))"
    // Locks are the server's, not the database's; names of 64 characters at most.
    let lock = "CONCAT('dovetail.migrations.', MD5(DATABASE()))"
    dialect.migrationLock = .session(
      acquire: "SELECT GET_LOCK(\(lock), 0)", release: "SELECT RELEASE_LOCK(\(lock))")
    dialect.listTables = Catalogue.standardTables(schema: "DATABASE()")
    dialect.listColumns = Catalogue.mysqlColumns
    dialect.listReferences = Catalogue.mysqlReferences
    dialect.counters = .mysql
    dialect.columnTypes.fractionDigits = 0
    dialect.columnTypes.floatIsSingle = true
    return dialect
  }()

  /// MariaDB 10.5 and later: as MySQL, with `RETURNING` and another name for the exact collation.
  public static let mariadb: Dialect = {
    var dialect = Dialect.mysql
    dialect.name = "mariadb"
    dialect.returning = [.insert, .delete]
    dialect.idleTransactionLimit = "SET SESSION idle_write_transaction_timeout = {seconds}"
    dialect.types = .mariadb
    return dialect
  }()
}
