import Foundation

/// Looks at the configuration directory, at `.env` and at the variables.
struct ConfigurationChecks {
  let subject: DoctorSubject
  /// Whether the directory was missing before it was created for the occasion.
  let isNew: Bool
  /// What loading gave.
  let outcome: Result<ServerConfiguration, ConfigurationError>

  /// In the order of the report.
  var checks: [DoctorCheck] {
    [directory, dotEnv, load, validation].compactMap { $0 } + doubts
  }

  /// Whether the rest of the configuration can be looked at.
  var isLoaded: Bool { failure?.step != .loading }

  private var failure: ConfigurationError? {
    if case .failure(let error) = outcome { error } else { nil }
  }

  private var directory: DoctorCheck {
    var isDirectory: ObjCBool = false
    let path = subject.absoluteDirectory
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
      return DoctorCheck(
        "config_dir", .error,
        "configuration directory \(path) cannot be created; set MARCHAT_CONFIG_DIR to another")
    }
    guard isDirectory.boolValue else {
      return DoctorCheck(
        "config_dir", .error,
        "configuration directory \(path) is a file; set MARCHAT_CONFIG_DIR to a directory")
    }
    let note = isNew ? " (does not exist yet; created at first start)" : ""
    return DoctorCheck("config_dir", .ok, "resolved config directory (absolute): \(path)\(note)")
  }

  private var dotEnv: DoctorCheck {
    let path = subject.directory + "/.env"
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
      return DoctorCheck("dotenv", .ok, ".env not found at \(path); variables only")
    }
    if isDirectory.boolValue {
      return DoctorCheck(
        "dotenv", .error, ".env path is a directory: \(path); replace it with a file")
    }
    switch subject.file {
    case .failure(let error): return DoctorCheck("dotenv", .error, error.message)
    case .success(let variables):
      return DoctorCheck("dotenv", .ok, ".env present (\(variables.count) variables): \(path)")
    }
  }

  private var load: DoctorCheck {
    guard !isLoaded, let failure else {
      return DoctorCheck("config_load", .ok, "configuration loaded from env and .env")
    }
    let remedy = failure.remedy.map { "; \($0)" } ?? ""
    let place = failure.variable.map { "; it is set in \(subject.source(of: $0))" } ?? ""
    return DoctorCheck("config_load", .error, "load config: \(failure.message)\(remedy)\(place)")
  }

  private var validation: DoctorCheck? {
    guard isLoaded else { return nil }
    guard let failure else {
      return DoctorCheck("config_validate", .ok, "required server settings are valid")
    }
    return DoctorCheck("config_validate", .error, failure.message)
  }

  /// Names that nobody knows, and values that are ignored.
  private var doubts: [DoctorCheck] {
    let unknown = KnownVariables.warnings(for: subject.variables.keys)
    let loaded = (try? outcome.get())?.warnings ?? []
    let others = loaded.filter { !unknown.contains($0) }
    let names = unknown.map { DoctorCheck("variables", .warn, $0) }
    return (names.isEmpty ? [DoctorCheck("variables", .ok, "no unknown variables")] : names)
      + others.map { DoctorCheck("config_values", .warn, $0) }
  }
}
