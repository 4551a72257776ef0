/// Reads typed values out of variables; an empty value counts as none.
struct VariableReader {
  let variables: [String: String]

  /// The value as it is; nil if there is none.
  func text(_ name: String) -> String? {
    guard let value = variables[name], !value.isEmpty else { return nil }
    return value
  }

  /// A whole number; nil if the variable is not set.
  func integer(_ name: String) throws(ConfigurationError) -> Int? {
    guard let value = text(name) else { return nil }
    guard let number = Int(value) else { throw invalid(name, value, "give a whole number") }
    return number
  }

  /// A whole number above zero; nil if the variable is not set.
  func positive(_ name: String) throws(ConfigurationError) -> Int? {
    guard let value = text(name) else { return nil }
    guard let number = Int(value), number > 0 else {
      throw invalid(name, value, "give a whole number above zero")
    }
    return number
  }

  /// `on` or `off`, in any letter case; nil if the variable is not set.
  func isOn(_ name: String) throws(ConfigurationError) -> Bool? {
    switch text(name)?.lowercased() {
    case nil: nil
    case "on", "true", "1": true
    case "off", "false", "0": false
    case let value?:
      throw ConfigurationError(
        step: .loading, message: "invalid \(name): \(value); use on or off", variable: name)
    }
  }

  func invalid(_ name: String, _ value: String, _ remedy: String) -> ConfigurationError {
    ConfigurationError(
      step: .loading, message: "invalid \(name): \(value)", remedy: remedy, variable: name)
  }
}
