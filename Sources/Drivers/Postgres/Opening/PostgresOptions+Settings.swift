import DriverAPI

/// What every session is set to, so that values do not depend on the server's configuration, on the
/// role, or on the environment. [CONN-7, TYPE-6]
extension PostgresOptions {
  /// A setting that the driver's reading and writing rests on.
  private struct Setting {
    let name: String
    let value: String
    /// Whether the server tells its value, also when it changes.
    var isReported = true
  }

  private static let required = [
    Setting(name: "DateStyle", value: "ISO"),
    Setting(name: "IntervalStyle", value: "postgres"),
    Setting(name: "standard_conforming_strings", value: "on"),
    Setting(name: "bytea_output", value: "hex", isReported: false),
    Setting(name: "extra_float_digits", value: "1", isReported: false),
  ]

  /// The settings as the startup message carries them: so they are what a reset goes back to.
  ///
  /// The URL's own options come behind the zone, which they may choose, and in front of what the driver
  /// cannot do without.
  var startupOptions: String {
    var settings = ["-c TimeZone=UTC"]
    if let searchPath { settings.append("-c search_path=\(Self.escaped(searchPath))") }
    if let own = value(of: "options") { settings.append(own) }
    if onlyReads { settings.append("-c default_transaction_read_only=on") }
    settings += Self.required.map { "-c \($0.name)=\($0.value)" }
    return settings.joined(separator: " ")
  }

  /// All of them as statements: for a proxy that refuses startup options.
  var startupScript: String {
    var script = (choosesZone ? [] : [Self.statement("TimeZone", "UTC")])
    script += Self.required.map { Self.statement($0.name, $0.value) }
    if let searchPath {
      let quoted = searchPath.doubling(UInt8(ascii: "'"))
      script.append("SELECT pg_catalog.set_config('search_path', '\(quoted)', false)")
    }
    return script.joined(separator: "; ")
  }

  /// Statements for those settings that the session was told otherwise: `PGTZ` and `PGDATESTYLE` of the
  /// environment are stronger than the startup message's options.
  ///
  /// - Parameter reported: the value that the server told of a setting.
  func corrections(_ reported: (String) -> String?) -> [String] {
    var corrections: [String] = []
    if !choosesZone, let zone = reported("TimeZone"), !Self.isUTC(zone) {
      corrections.append(Self.statement("TimeZone", "UTC"))
    }
    for setting in Self.required where setting.isReported {
      // Of DateStyle the order of day and month follows, which is for reading only.
      guard let value = reported(setting.name), !value.hasPrefix(setting.value) else { continue }
      corrections.append(Self.statement(setting.name, setting.value))
    }
    return corrections
  }

  private var choosesZone: Bool {
    value(of: "options")?.lowercased().contains("timezone") ?? false
  }

  private static func statement(_ name: String, _ value: String) -> String {
    "SET \(name) = '\(value)'"
  }

  private static func isUTC(_ zone: String) -> Bool {
    ["UTC", "Etc/UTC", "GMT", "Etc/GMT"].contains(zone)
  }

  private static func escaped(_ value: String) -> String {
    // The server parts its options at white space of any kind.
    value.marking([UInt8(ascii: "\\"), 32, 9, 10, 11, 12, 13], with: UInt8(ascii: "\\"))
  }
}
