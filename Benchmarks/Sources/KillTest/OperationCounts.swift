/// How much a round did.
struct OperationCounts: Sendable {
  var textsSent = 0
  var textsSeen = 0
  var editsSeen = 0
  var deletesSeen = 0
  var reactionsSeen = 0
  /// Reactions to messages that were deleted meanwhile.
  var reactionsRefused = 0
  var receiptsSeen = 0
  var joinsSeen = 0
  /// Operations that were answered with a refusal because of the database.
  var refused = 0
  /// Operations, by kind, that the server neither showed to their author nor refused in
  /// time.
  var unanswered: [String: Int] = [:]
}
