import DriverAPI

extension MySQLOptions {
  /// Takes what go-sql-driver knows and this driver does anyway.
  ///
  /// - Throws: `misuse` for a value that asks for something else.
  static func takeGoOptions(_ options: inout DatabaseURL.Options) throws(DatabaseError) {
    for (name, only) in switches {
      guard let value = try options.flag(name), value != only else { continue }
      throw .misuse("the option '\(name)' can only be \(only) here; leave it out")
    }
    // Go takes the first character set that the server knows; every server here knows this one.
    if let sets = options.take("charset"), sets.split(separator: ",").first != "utf8mb4" {
      throw .misuse("the option 'charset' can only be utf8mb4 here; leave it out")
    }
    if let zone = options.take("loc"), !["UTC", "Etc/UTC"].contains(zone) {
      throw .misuse("the option 'loc' can only be UTC here: instants are in UTC; leave it out")
    }
    if let zone = options.take("time_zone"), !["'+00:00'", "+00:00", "'UTC'"].contains(zone) {
      throw .misuse("the option 'time_zone' can only be +00:00 here; leave it out")
    }
  }

  private static let switches: [(name: String, only: Bool)] = [
    ("parseTime", true), ("clientFoundRows", true), ("multiStatements", false),
    ("interpolateParams", false), ("allowNativePasswords", true), ("allowOldPasswords", false),
    ("allowCleartextPasswords", false), ("allowAllFiles", false), ("checkConnLiveness", true),
    ("columnsWithAlias", false), ("allowFallbackToPlaintext", false),
  ]
}
