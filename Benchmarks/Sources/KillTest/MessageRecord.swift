/// What is known about one message: what was sent, and what the server has shown to anybody.
struct MessageRecord {
  let nonce: Nonce
  let channel: String
  /// The highest id anybody had seen when it was sent; its own must be higher.
  let sentAfterID: Int64
  /// The id the server showed it with; nil as long as nobody has seen it.
  var seenID: Int64?
  /// The number of edits sent.
  var editsSent = 0
  /// The last edit anybody has seen.
  var editSeen = 0
  /// The author was told that it was not stored.
  var isRefused = false
  /// The edits of which the author was told so.
  var refusedEdits: Set<Int> = []
  var isDeleteSent = false
  var isDeleteSeen = false
}
