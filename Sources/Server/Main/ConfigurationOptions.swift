import ArgumentParser

/// The options that all subcommands share.
struct ConfigurationOptions: ParsableArguments {
  @Option(help: "The configuration directory, which holds .env and the embedded database.")
  var configDir: String?

  @Option(help: ArgumentHelp("Deprecated: use MARCHAT_PORT.", valueName: "n"))
  var port: Int?

  @Option(help: ArgumentHelp("Deprecated: use MARCHAT_USERS. May be repeated.", valueName: "name"))
  var admin: [String] = []

  @Option(help: ArgumentHelp("Deprecated: use MARCHAT_ADMIN_KEY.", valueName: "key"))
  var adminKey: String?

  @Option(help: .hidden)
  var config: String?

  // Of marchat's unit files: what they ask for is not here, and no reason not to start.
  @Flag(help: .hidden)
  var webPanel = false

  @Flag(help: .hidden)
  var adminPanel = false

  @Flag(help: .hidden)
  var interactive = false

  /// What the configuration is loaded with.
  var flags: ServerFlags {
    ServerFlags(
      configurationDirectory: configDir, port: port == 0 ? nil : port, admins: admin,
      adminKey: adminKey)
  }

  /// One line for each deprecated flag that was used.
  var deprecations: [String] {
    let used: [(isUsed: Bool, flag: String, remedy: String)] = [
      (!admin.isEmpty, "--admin", "MARCHAT_USERS environment variable"),
      (adminKey != nil, "--admin-key", "MARCHAT_ADMIN_KEY environment variable"),
      (port != nil, "--port", "MARCHAT_PORT environment variable"),
      (config != nil, "--config", "environment variables or .env file"),
    ]
    let ignored: [(isUsed: Bool, flag: String, what: String)] = [
      (webPanel, "--web-panel", "this server has no web panel; administrators use the chat"),
      (adminPanel, "--admin-panel", "this server has no terminal panel; use doctor and the chat"),
      (interactive, "--interactive", "nothing is asked at start; set variables or .env"),
    ]
    return used.filter(\.isUsed).map {
      "[WARNING] \($0.flag) flag is deprecated. Use \($0.remedy)."
    } + ignored.filter(\.isUsed).map { "[WARNING] \($0.flag) is ignored: \($0.what)." }
  }
}
