/// A message as the database holds it.
struct StoredMessage: Sendable, Hashable {
  /// Its id; ids grow in the order of commits.
  var id: Int64
  /// What was said, by whom, to whom and when.
  var message: NewMessage
  /// Whether the text was changed after it was sent.
  var isEdited = false
  /// Whether it was deleted; the text is then gone.
  var isDeleted = false

  /// What stands in place of a deleted text.
  static let deletedContent = "[deleted]"

  /// How clients are shown it, live and in replay alike.
  var wire: WireMessage {
    WireMessage(
      sender: message.sender.display, content: message.content, createdAt: message.createdAt,
      type: isDeleted ? "delete" : message.recipient == nil ? "text" : "dm",
      isEncrypted: message.isEncrypted, messageID: id,
      recipient: message.recipient?.display ?? "", isEdited: isEdited, channel: message.channel)
  }
}

/// What a user is shown at log-in.
struct Replay: Sendable {
  /// The newest visible messages, and those of the user's channel and direct messages that are older
  /// than them; oldest first.
  var messages: [StoredMessage] = []
  /// The reactions to exactly those messages.
  var reactions: [StoredReaction] = []
  /// The user's own receipts for exactly those messages.
  var receipts: [StoredReceipt] = []
  /// The oldest of the newest visible messages, if there are older ones: of those some are left out.
  var oldestOfAll: Int64 = 0
}

/// A reaction as the database holds it.
struct StoredReaction: Sendable, Hashable {
  /// The message reacted to.
  var target: Int64
  /// Who reacted, as shown.
  var sender: String
  /// The emoji, an opaque short text.
  var emoji: String
  /// When.
  var createdAt: WireTime
}

/// A read receipt as the database holds it.
struct StoredReceipt: Sendable, Hashable {
  /// The newest message the user had read.
  var messageID: Int64
  /// When.
  var readAt: WireTime
}
