import DriverAPI

/// Dialects of engines that no driver of this package speaks to, as their manuals have it: what is
/// written for them is compared as text, and was not run.
enum OtherEngines {
  static let firebird: Dialect = {
    var dialect = Dialect(name: "firebird")
    dialect.dummyTable = "RDB$DATABASE"
    return dialect
  }()

  static let oracle: Dialect = {
    var dialect = Dialect(name: "oracle")
    dialect.dummyTable = "DUAL"
    return dialect
  }()

  static let sqlServer = Dialect(name: "sqlserver")

  static let db2: Dialect = {
    var dialect = Dialect(name: "db2")
    dialect.dummyTable = "SYSIBM.SYSDUMMY1"
    return dialect
  }()
}
