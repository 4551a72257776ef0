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
    return dialect
  }()

  static let oracle: Dialect = {
    var dialect = Dialect(name: "oracle")
    dialect.folding = .upper
    dialect.dummyTable = "DUAL"
    dialect.severalRows = .insertAll
    dialect.upsertForm = .merge()
    return dialect
  }()

  static let sqlServer: Dialect = {
    var dialect = Dialect(name: "sqlserver")
    // Without the hint two sessions that merge the same new key both insert it.
    dialect.upsertForm = .merge(MergeWords(tableHint: "WITH (HOLDLOCK)", terminator: ";"))
    dialect.maxParameters = 2100
    dialect.maxRowsPerInsert = 1000
    return dialect
  }()

  static let db2: Dialect = {
    var dialect = Dialect(name: "db2")
    dialect.folding = .upper
    dialect.dummyTable = "SYSIBM.SYSDUMMY1"
    dialect.upsertForm = .merge()
    return dialect
  }()
}
