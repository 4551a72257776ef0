/// How the chat is doing, for reports on the server's health.
struct ChatStatus: Sendable {
  /// How many users are logged in.
  var activeSessionCount: Int
  /// How many messages the database held when it last answered.
  var messageCount: Int
  /// When the database was last asked.
  var checkedAt: WireTime
  /// How long it took to answer.
  var responseTime: Duration
  /// Why it did not answer; nil if it did.
  var databaseError: String?
  /// Why nothing can be stored; nil if it can.
  var writeError: String?
  /// What is known of the other servers of the same chat; nil if there are none to be.
  var company: ClusterView?
}
