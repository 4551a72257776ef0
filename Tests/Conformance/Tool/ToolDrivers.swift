import DriverAPI
import DriverConformance

#if MySQL
import DriverMySQL
#endif
#if Postgres
import DriverPostgres
#endif
#if SQLite
import DriverSQLite
#endif

/// The drivers that this program was built with; traits choose them.
enum ToolDrivers {
  static func registry() throws(DatabaseError) -> DriverRegistry {
    let registry = DriverRegistry()
    #if SQLite
    try registry.register(SQLiteDriver())
    #endif
    #if Postgres
    try registry.register(PostgresDriver())
    #endif
    #if MySQL
    try registry.register(MySQLDriver())
    #endif
    return registry
  }

  /// A harness for each URL, in order.
  ///
  /// - Parameter seconds: servers that may be demoted; each goes with the URL whose driver it has.
  /// - Throws: `misuse` for a URL that cannot be read or has no driver here.
  static func harnesses(
    for urls: [String], besides seconds: [String] = []
  ) throws(DatabaseError) -> [URLHarness] {
    let registry = try registry()
    var secondOf: [[String]: String] = [:]
    for second in seconds {
      secondOf[try registry.driver(for: DatabaseURL(second)).schemes] = second
    }
    var harnesses: [URLHarness] = []
    for url in urls {
      let driver = try registry.driver(for: DatabaseURL(url))
      harnesses.append(try URLHarness(url, driver: driver, second: secondOf[driver.schemes]))
    }
    return harnesses
  }
}
