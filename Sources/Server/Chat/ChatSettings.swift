/// How the chat behaves; the configuration of the server is mapped to it.
struct ChatSettings: Sendable {
  /// The key that proves administrators; nil refuses every administrator's log-in.
  var adminKey: String?
  /// Who may log in as an administrator, in folded form.
  var admins: Set<String> = []
  /// Who may log in at all, in folded form; nil means everybody.
  var allowedUsers: Set<String>?
  /// The largest file, in bytes before any encryption.
  var maxFileBytes = 1 << 20
  /// The longest text of a message, in bytes of UTF-8.
  var maxTextBytes = 64 << 10
  /// Whether a user's replay leaves out what was said while the user was banned.
  var banHistoryGaps = false
  /// Whether messages are limited to 20 in 5 seconds for each session.
  var rateLimitIsOn = true
  /// Whether a user who logs in is put into the channel that he was in last.
  var restoresChannel = true
  /// How many users are shown what they missed at a time; the others wait their turn.
  var entriesAtOnce = 64
  /// How long a log-in waits for a database that does not answer.
  var entryPatience = Duration.seconds(10)
  /// How long whoever sent a wrong key waits for the answer.
  var wrongKeyDelay = Duration.seconds(1)
  /// How long the client of a session is waited for whose name somebody else asks for.
  var takeOverTimeout = Duration.seconds(3)
  /// How many messages are kept; pinned ones are kept beyond it.
  var retentionMax = 1000
  /// How long messages are kept; nil means until ``retentionMax`` others have come.
  var retentionTTL: Duration?

  /// How many bytes of messages may be on their way to all clients together; nil means enough for
  /// two of the longest.
  var outflowLimit: Int?

  /// The defaults.
  init() {}

  /// What the cipher adds to a file: a 12-byte nonce and a 16-byte tag.
  static let encryptionOverheadBytes = 28

  /// The longest inbound message once a client is known: a file of the permitted size in base64
  /// with its envelope, but never less than 32 MiB, so that files that are a little too large are
  /// answered with a text instead of a closed connection.
  var maxMessageBytes: Int {
    let payload = (maxFileBytes > 0 ? maxFileBytes : 1 << 20) + Self.encryptionOverheadBytes
    return max(32 << 20, (payload + 2) / 3 * 4 + 512)
  }

  /// How many bytes of messages may be on their way to all clients together.
  var maxOutflowBytes: Int { outflowLimit ?? max(64 << 20, 2 * maxMessageBytes) }
}
