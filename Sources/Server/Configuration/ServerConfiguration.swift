/// Everything an operator can set, read once at start and checked.
struct ServerConfiguration: Sendable {
  /// Holds `.env` and, by default, the embedded database.
  var directory = "."
  /// 1 to 65535.
  var port = 8080
  /// The address to listen on; nil for all interfaces.
  var bindAddress: String?
  /// Where the messages are stored: a URL, a DSN or the path of an embedded database.
  var database = ""
  /// Nil if there are no admins.
  var adminKey: String?
  /// The names of the admins, folded.
  var admins: Set<String> = []
  /// The folded names that may connect; nil for everybody.
  var allowedUsers: Set<String>?
  var allowedOrigins: [String] = []
  var trustedProxies = TrustedProxies()
  /// The PEM files for TLS; nil if connections are not secured by this server.
  var tlsFiles: TLSFiles?
  /// One of ``logLevels``.
  var logLevel = "info"
  /// The secret that signs the sessions of web pages.
  var sessionSecret: String?
  /// Whether users do not see what was said while they were banned.
  var hidesHistoryOfBans = false
  /// The longest file, in bytes.
  var maxFileBytes: Int64 = 1 << 20
  /// The longest text, in bytes.
  var maxTextBytes = 65_536
  /// How many messages are kept.
  var retentionMax = 1000
  /// How old messages may get; nil for no limit.
  var messageTTLHours: Int?
  /// Whether a session that sends too much is slowed down.
  var isRateLimited = true
  /// Whether users find themselves in the channel they left last.
  var restoresChannel = true
  /// Whether other servers serve the same database, as one chat where its engine is a server.
  var sharesDatabase = false
  /// For how many seconds a server that is told to stop goes on serving, while the health check tells the proxy
  /// in front of it to send nobody any more.
  var drainSeconds = 0
  /// What operators call this server among those; nil for its machine and port.
  var serverName: String?
  var maxConnections = 20_000
  /// Nil for no limit.
  var maxConnectionsPerIP: Int?
  /// What the operator should know, one sentence each.
  var warnings: [String] = []
  /// All variables, of `.env` and the process, that the rest was read from.
  var variables: [String: String] = [:]

  /// What can be logged, from everything to the least.
  static let logLevels = ["trace", "debug", "info", "notice", "warning", "error", "critical"]

  /// The certificate chain and the private key.
  struct TLSFiles: Sendable, Equatable {
    var certificate: String
    var key: String
  }

  /// Whether anybody can be an admin.
  var hasAdmins: Bool { adminKey != nil && !admins.isEmpty }

  /// The longest message that a known client may send, in bytes: room for the longest file,
  /// encrypted and in base64, and never less than 32 MiB.
  var maxMessageBytes: Int {
    let largest = Int64(Int32.max)
    let encoded = (min(maxFileBytes, largest) + 28 + 2) / 3 * 4 + 512
    return max(32 << 20, Int(encoded))
  }
}
