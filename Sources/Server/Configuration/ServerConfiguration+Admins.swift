extension ServerConfiguration {
  /// Reads who the admins are; a server without any needs neither of the two settings.
  mutating func readAdmins(
    _ reader: VariableReader, _ flags: ServerFlags
  ) throws(ConfigurationError) {
    adminKey = flags.adminKey.flatMap { $0.isEmpty ? nil : $0 } ?? reader.text("MARCHAT_ADMIN_KEY")
    let names =
      flags.admins.isEmpty
      ? reader.text("MARCHAT_USERS").map(ListValue.elements) ?? [] : flags.admins
    switch (adminKey != nil, !names.isEmpty) {
    case (true, false):
      throw ConfigurationError(
        step: .missing,
        message: "MARCHAT_ADMIN_KEY is set but MARCHAT_USERS is not; set both, or neither to run "
          + "without admins.")
    case (false, true):
      throw ConfigurationError(
        step: .missing,
        message: "MARCHAT_USERS is set but MARCHAT_ADMIN_KEY is not; set both, or neither to run "
          + "without admins.")
    default: try add(admins: names)
    }
  }

  private mutating func add(admins names: [String]) throws(ConfigurationError) {
    for name in names.map(ListValue.trimmed) {
      guard !name.isEmpty else { throw invalid("admin username cannot be empty") }
      if let violation = UsernameRule.violation(of: name) {
        throw invalid("admin \"\(name)\" could never log in: \(violation)")
      }
      guard admins.insert(UsernameRule.fold(name)).inserted else {
        throw invalid("duplicate admin username (case-insensitive): \(name)")
      }
    }
  }

  /// Checks what no single variable can tell.
  func validate() throws(ConfigurationError) {
    guard 1...65_535 ~= port else {
      throw invalid("port must be between 1 and 65535, got \(port)")
    }
  }

  private func invalid(_ message: String) -> ConfigurationError {
    ConfigurationError(step: .validation, message: message)
  }
}
