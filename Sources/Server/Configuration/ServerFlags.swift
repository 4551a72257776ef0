/// What the command line says about the configuration. It wins over the environment.
struct ServerFlags: Sendable, Equatable {
  /// The configuration directory.
  var configurationDirectory: String?
  /// The port to listen on.
  var port: Int?
  /// The names of the admins; empty if the flag was not used.
  var admins: [String] = []
  /// The key of the admins.
  var adminKey: String?
}
