import DriverAPI

#if SQLite
import DriverSQLite
#endif

extension ServerApp {
  /// The databases that this server was built for.
  static func drivers() throws(DatabaseError) -> DriverRegistry {
    let registry = DriverRegistry()
    #if SQLite
    try registry.register(SQLiteDriver())
    #endif
    return registry
  }
}
