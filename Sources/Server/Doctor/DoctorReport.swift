/// What `doctor` found, ready to be printed as text or as JSON.
struct DoctorReport: Sendable {
  /// A variable as it may be shown.
  struct Setting: Sendable, Equatable {
    var name: String
    /// The value without secrets.
    var display: String
  }

  var version: ServerVersion
  /// The configuration directory as an absolute path.
  var configurationDirectory: String
  var environment: [Setting]
  /// In the order in which they are printed.
  var checks: [DoctorCheck]
  /// Why no newer release was looked for.
  var updateSkipReason: String
  /// Whether the standard output is a terminal.
  var stdoutIsTTY: Bool

  /// 1 if a check is an error, else 0.
  var exitCode: Int32 { exitCode(isStrict: false) }

  /// 1 if a check is an error, or with `isStrict` a warning; else 0.
  func exitCode(isStrict: Bool) -> Int32 {
    checks.contains { $0.status == .error || isStrict && $0.status == .warn } ? 1 : 0
  }
}
