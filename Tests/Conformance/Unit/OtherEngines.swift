import DriverAPI

/// Dialects of engines that no driver of this package speaks to, as their manuals have it: what is
/// written for them is compared as text, and was not run.
enum OtherEngines {
  static let firebird: Dialect = {
    var dialect = Dialect(name: "firebird")
    dialect.folding = .upper
    dialect.dummyTable = "RDB$DATABASE"
    dialect.upsertForm = .updateOrInsert
    // A parameter in a list of SELECT has no type there.
    dialect.severalRows = .oneByOne
    dialect.parametersNeedTypes = true
    dialect.paging = .fetch
    dialect.rowLock = RowLockWords(ending: "WITH LOCK")
    dialect.hasIfNotExists = false
    dialect.addColumn = "ADD"
    dialect.defaultComesFirst = true
    dialect.maxListCount = 1500
    dialect.maxStatementBytes = 65_535
    dialect.transactions.begin = "SET TRANSACTION"
    dialect.transactions.beginReadOnly = "SET TRANSACTION READ ONLY"
    dialect.transactions.modeSeparator = " "
    dialect.transactions.levels = [
      .readCommitted: "READ COMMITTED RECORD_VERSION", .repeatableRead: "SNAPSHOT",
      .serializable: "SNAPSHOT TABLE STABILITY",
    ]
    return dialect
  }()

  static let oracle: Dialect = {
    var dialect = Dialect(name: "oracle")
    dialect.folding = .upper
    dialect.dummyTable = "DUAL"
    dialect.severalRows = .insertAll
    dialect.paging = .fetch
    dialect.hasIfNotExists = false
    dialect.addColumn = "ADD"
    dialect.defaultComesFirst = true
    dialect.maxListCount = 1000
    dialect.transactions.isolation = .before
    dialect.transactions.levels = [
      .readCommitted: "READ COMMITTED", .serializable: "SERIALIZABLE",
    ]
    dialect.upsertForm = .merge()
    return dialect
  }()

  static let sqlServer: Dialect = {
    var dialect = Dialect(name: "sqlserver")
    // Without the hint two sessions that merge the same new key both insert it.
    dialect.upsertForm = .merge(MergeWords(tableHint: "WITH (HOLDLOCK)", terminator: ";"))
    dialect.maxParameters = 2100
    dialect.paging = .fetch
    dialect.rowLock = RowLockWords(tableHint: "WITH (UPDLOCK, HOLDLOCK)")
    dialect.hasIfNotExists = false
    dialect.addColumn = "ADD"
    dialect.transactions.begin = "BEGIN TRANSACTION"
    dialect.transactions.isolation = .session
    dialect.maxRowsPerInsert = 1000
    return dialect
  }()

  static let db2: Dialect = {
    var dialect = Dialect(name: "db2")
    dialect.folding = .upper
    dialect.dummyTable = "SYSIBM.SYSDUMMY1"
    dialect.upsertForm = .merge()
    dialect.paging = .fetch
    dialect.parametersNeedTypes = true
    dialect.rowLock = RowLockWords(ending: "FOR UPDATE WITH RS USE AND KEEP UPDATE LOCKS")
    return dialect
  }()
}
