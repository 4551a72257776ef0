import DriverAPI

/// How a server keeps the tables of cases apart: data, one value per engine.
struct Namespaces: Sendable {
  /// What the engine calls it, for messages.
  let kind: String
  /// The right that is needed to make one.
  let right: String
  /// Lists all names.
  let list: SQL
  let create: @Sendable (String) -> SQL
  let drop: @Sendable (String) -> SQL
  /// Takes the lock of a run without waiting: 1 if it was free.
  let lock: @Sendable (Int32) -> SQL
  let unlock: @Sendable (Int32) -> SQL
  /// The URL whose sessions see this namespace and nothing else.
  let url: @Sendable (DatabaseURL, String) -> DatabaseURL

  /// The way of an engine.
  ///
  /// - Throws: `unsupported` for one that has none here.
  static func of(_ server: ServerFacts) throws(DatabaseError) -> Namespaces {
    switch server.dialect.name {
    case "postgres": return .schemas
    case "mysql", "mariadb": return .databases
    default:
      throw .unsupported(
        "how to make an empty database on \(server.product) is not known here; write a "
          + "ConformanceHarness for it")
    }
  }

  private static let schemas = Namespaces(
    kind: "schema", right: "CREATE on the database",
    list: "SELECT CAST(nspname AS TEXT) FROM pg_namespace",
    create: { SQL(raw: "CREATE SCHEMA \($0)") }, drop: { SQL(raw: "DROP SCHEMA \($0) CASCADE") },
    lock: {
      SQL(raw: "SELECT CASE WHEN pg_try_advisory_lock(\(lockClass), \($0)) THEN 1 ELSE 0 END")
    },
    unlock: { SQL(raw: "SELECT pg_advisory_unlock(\(lockClass), \($0))") },
    url: { $0.setting(option: "search_path", to: $1) })

  private static let databases = Namespaces(
    kind: "database", right: "ALL on `\(CaseName.prefix)%`.*",
    list: "SELECT schema_name FROM information_schema.schemata",
    create: { SQL(raw: "CREATE DATABASE \($0)") }, drop: { SQL(raw: "DROP DATABASE \($0)") },
    lock: { SQL(raw: "SELECT GET_LOCK('\(CaseName.prefix)\($0)', 0)") },
    unlock: { SQL(raw: "SELECT RELEASE_LOCK('\(CaseName.prefix)\($0)')") },
    url: { $0.naming(database: $1) })

  // The first half of the key of PostgreSQL's advisory locks; the second is the run.
  private static let lockClass = 723_684
}
