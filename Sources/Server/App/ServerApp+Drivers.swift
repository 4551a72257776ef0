import DriverAPI

#if SQLite
import DriverSQLite
#endif
#if Postgres
import DriverPostgres
#endif
#if MySQL
import DriverMySQL
#endif

extension ServerApp {
  /// The databases that this server was built for.
  static func drivers() throws(DatabaseError) -> DriverRegistry {
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
}
