extension DoctorReport {
  /// The report for programs: one JSON object, indented by two blanks, with a line break behind it.
  var json: String {
    let text = PrettyJSON.string
    let members: [(String, PrettyJSON)] = [
      ("role", text("server")), ("server", text("dovetail")),
      ("version", text(version.version)), ("version_detail", text(version.detail)),
      ("swift_version", text(version.swift)), ("goos", text(Platform.system)),
      ("goarch", text(Platform.architecture)), ("stdout_tty", .bool(stdoutIsTTY)),
      ("config_dir", text(configurationDirectory)),
      (
        "environment",
        .array(
          environment.map {
            .object([("key", text($0.name)), ("display", text($0.display))])
          })
      ),
      (
        "checks",
        .array(
          checks.map {
            .object([
              ("id", text($0.id)), ("status", text($0.status.rawValue)),
              ("message", text($0.message)),
            ])
          })
      ),
      (
        "update",
        .object([
          ("current", text(version.version)), ("up_to_date", .bool(false)),
          ("skipped", .bool(true)), ("skip_reason", text(updateSkipReason)),
        ])
      ),
    ]
    return PrettyJSON.object(members).text() + "\n"
  }
}
