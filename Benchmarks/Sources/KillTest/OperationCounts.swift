/// How much a round did.
struct OperationCounts: Sendable {
  var textsSent = 0
  var textsSeen = 0
  var editsSeen = 0
  var deletesSeen = 0
  var reactionsSeen = 0
  var receiptsSeen = 0
  var joinsSeen = 0
  /// Operations that the server neither showed to their author nor refused within two seconds.
  var unanswered = 0
}
