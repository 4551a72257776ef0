/// Why the server cannot be started with the configuration it was given.
struct ConfigurationError: Error, Equatable, CustomStringConvertible {
  /// At which step it failed.
  enum Step: Equatable {
    /// A file or a variable could not be read.
    case loading
    /// A setting that is needed together with another one is missing.
    case missing
    /// What was read breaks a rule.
    case validation
  }

  var step: Step
  /// What is wrong, without the step's introduction.
  var message: String
  /// What would be right; nil where the message says so.
  var remedy: String?
  /// The variable it is about, if it is about one.
  var variable: String?

  /// What is printed on stderr.
  var description: String {
    switch step {
    case .loading: "Error loading configuration: \(message)"
    case .missing:
      """
      Missing required configuration.
      Set MARCHAT_ADMIN_KEY and MARCHAT_USERS (comma-separated) to proceed.
      \(message)
      """
    case .validation: "Configuration validation failed: \(message)"
    }
  }

  /// The exit code of the process.
  var exitCode: Int32 { step == .missing ? 2 : 1 }
}
