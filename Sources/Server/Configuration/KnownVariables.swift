/// The variables that the server knows, and how to find the one that was meant.
enum KnownVariables {
  /// In the order of the diagnostic report.
  static let marchat = [
    "CONFIG_DIR", "PORT", "ADMIN_KEY", "USERS", "DB_PATH", "LOG_LEVEL", "SESSION_SECRET",
    "JWT_SECRET", "TLS_CERT_FILE", "TLS_KEY_FILE", "BAN_HISTORY_GAPS", "PLUGIN_REGISTRY_URL",
    "MAX_FILE_BYTES", "MAX_FILE_MB", "GLOBAL_E2E_KEY", "ALLOWED_USERS", "ALLOWED_ORIGINS",
    "TRUSTED_PROXIES", "DOCTOR_NO_NETWORK", "MESSAGE_RETENTION_MAX", "MESSAGE_TTL_HOURS",
  ].map { "MARCHAT_" + $0 }

  /// The server's own, in the order of the diagnostic report.
  static let dovetail = [
    "BIND", "MAX_CONNECTIONS", "MAX_CONNECTIONS_PER_IP", "MAX_TEXT_BYTES", "RATE_LIMIT",
    "RESTORE_CHANNEL", "SHARED_DATABASE", "SERVER_NAME", "DRAIN_SECONDS", "MOVE_TO",
  ].map { "DOVETAIL_" + $0 }

  /// All of them.
  static let all = Set(marchat + dovetail)

  /// Variables of the same family that belong to other programs.
  static let foreignPrefixes = [
    "MARCHAT_CLIENT_", "MARCHAT_HOOK_", "MARCHAT_CI_", "MARCHAT_CADDY_",
  ]

  /// One warning for each variable that looks like a misspelt one of ours.
  static func warnings(for names: some Sequence<String>) -> [String] {
    let known = marchat + dovetail
    return names.sorted().compactMap { name in
      guard name.hasPrefix("MARCHAT_") || name.hasPrefix("DOVETAIL_"), !known.contains(name),
        !foreignPrefixes.contains(where: { name.hasPrefix($0) })
      else { return nil }
      guard let nearest = nearest(to: name, among: known) else {
        return "\(name) is not a variable of this server and is ignored"
      }
      return "\(name) is not a variable of this server and is ignored; did you mean \(nearest)?"
    }
  }

  /// The known name that differs least, if it differs little.
  private static func nearest(to name: String, among known: [String]) -> String? {
    let suffix = { (name: String) in String(name.drop { $0 != "_" }) }
    let ranked = known.map { (name: $0, distance: distance(suffix($0), suffix(name))) }
    guard let best = ranked.min(by: { $0.distance < $1.distance }) else { return nil }
    return best.distance <= 3 ? best.name : nil
  }

  /// How many characters must be inserted, removed or replaced.
  private static func distance(_ left: String, _ right: String) -> Int {
    let right = Array(right)
    var row = Array(0...right.count)
    for (index, character) in left.enumerated() {
      var diagonal = row[0]
      row[0] = index + 1
      for column in right.indices {
        let replaced = diagonal + (right[column] == character ? 0 : 1)
        diagonal = row[column + 1]
        row[column + 1] = min(replaced, diagonal + 1, row[column] + 1)
      }
    }
    return row[right.count]
  }
}
