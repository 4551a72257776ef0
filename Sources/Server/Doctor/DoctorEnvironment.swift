import DriverAPI

/// Lists the variables of the server as they may be shown.
enum DoctorEnvironment {
  /// The known variables in a fixed order, set or not; behind them all others of the same family,
  /// sorted. Those of the client's hooks are left out.
  static func settings(_ variables: [String: String]) -> [DoctorReport.Setting] {
    let known = KnownVariables.marchat + KnownVariables.dovetail
    let others = variables.keys.filter {
      ($0.hasPrefix("MARCHAT_") || $0.hasPrefix("DOVETAIL_")) && !known.contains($0)
        && !isOfClientHooks($0)
    }
    return (known + others.sorted()).map {
      DoctorReport.Setting(name: $0, display: display($0, variables[$0]))
    }
  }

  /// A database as it may be shown: parsed if possible, because a parser knows best where a password
  /// ends.
  static func masked(database text: String) -> String {
    guard let url = try? DatabaseURL(text), url.path == nil else {
      return Masking.credentials(in: text)
    }
    return url.description
  }

  private static func display(_ name: String, _ value: String?) -> String {
    guard ["MARCHAT_DB_PATH", "DOVETAIL_MOVE_TO"].contains(name), let value else {
      return Masking.display(name, value)
    }
    return Masking.display(name, masked(database: value))
  }

  private static func isOfClientHooks(_ name: String) -> Bool {
    name.hasPrefix("MARCHAT_CLIENT_HOOK_") || name == "MARCHAT_HOOK_LOG"
  }
}
