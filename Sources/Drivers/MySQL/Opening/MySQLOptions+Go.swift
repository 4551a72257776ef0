import DriverAPI

extension MySQLOptions {
  /// Takes what go-sql-driver and others know and this driver does anyway.
  ///
  /// - Throws: `misuse` for a value that asks for something else.
  static func takeGoOptions(_ options: inout DatabaseURL.Options) throws(DatabaseError) {
    for (name, only) in switches {
      guard let value = try options.flag(name), value != only else { continue }
      throw .misuse("the option '\(name)' can only be \(only) here; leave it out")
    }
    try takeCharset(options.take("charset"))
    if let zone = options.take("loc"), !["utc", "etc/utc"].contains(zone.lowercased()) {
      throw .misuse(
        "the option 'loc' can only be UTC here: a DATETIME holds UTC. What was written with another "
          + "'loc' holds that zone's time: convert it first, with CONVERT_TZ, or read it as text")
    }
    if let zone = options.take("time_zone"), !zones.contains(zone.lowercased()) {
      throw .misuse(
        "the option 'time_zone' can only be +00:00 here: instants travel in UTC; leave it out, and "
          + "convert with CONVERT_TZ in the statement where another zone is wanted")
    }
  }

  // Every server knows utf8mb4, and it holds all that utf8 holds.
  private static func takeCharset(_ sets: String?) throws(DatabaseError) {
    guard let first = sets?.lowercased().split(separator: ",").first else { return }
    guard ["utf8mb4", "utf8", "utf8mb3", "utf-8"].contains(first) else {
      throw .misuse("the option 'charset' can only be utf8mb4 here; leave it out")
    }
  }

  private static let zones: Set = ["'+00:00'", "+00:00", "'utc'", "utc", "z", "gmt", "etc/utc"]

  private static let switches: [(name: String, only: Bool)] = [
    ("parseTime", true), ("clientFoundRows", true), ("multiStatements", false),
    ("interpolateParams", false), ("allowNativePasswords", true), ("allowOldPasswords", false),
    ("allowCleartextPasswords", false), ("allowAllFiles", false), ("checkConnLiveness", true),
    ("columnsWithAlias", false), ("allowFallbackToPlaintext", false),
    ("use_unicode", true), ("local_infile", false), ("compress", false), ("autocommit", true),
    ("useAffectedRows", false), ("autoReconnect", false), ("reconnect", false),
    ("useServerPrepStmts", true), ("cachePrepStmts", true), ("allowPublicKeyRetrieval", true),
    ("useLegacyDatetimeCode", false), ("jdbcCompliantTruncation", true),
  ]
}
