extension DoctorReport {
  /// The report for people.
  ///
  /// - Parameter isTTY: whether statuses are coloured; the words are the same either way.
  func text(isTTY: Bool) -> String {
    var lines = [
      "marchat doctor (server): dovetail",
      "  version: \(version.detail)",
      "  swift: \(version.swift)  OS/Arch: \(Platform.system)/\(Platform.architecture)"
        + "  stdout TTY: \(stdoutIsTTY)",
      "  config dir: \(Self.printable(configurationDirectory))",
      "", "Environment (MARCHAT_* and DOVETAIL_*, secrets masked):",
    ]
    lines += environment.map { "  \(Self.printable($0.name))=\(Self.printable($0.display))" }
    lines += ["", "Checks:"]
    lines += checks.map {
      "  \(label($0.status, isTTY)) \($0.id): \(Self.printable($0.message))"
    }
    lines += ["", "Updates:", "  \(label(.ok, isTTY)) skipped: \(updateSkipReason)"]
    return lines.joined(separator: "\n") + "\n"
  }

  private func label(_ status: DoctorCheck.Status, _ isTTY: Bool) -> String {
    guard isTTY else { return "[\(status.rawValue)]" }
    let colour =
      switch status {
      case .ok: 32
      case .warn: 33
      case .error: 31
      }
    return "[\u{1B}[\(colour)m\(status.rawValue)\u{1B}[0m]"
  }

  // A value from a file must not move the cursor of whoever reads the report.
  private static func printable(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      let isControl = scalar.properties.generalCategory == .control
      result += isControl ? "\\u{\(String(scalar.value, radix: 16))}" : String(scalar)
    }
    return result
  }
}
