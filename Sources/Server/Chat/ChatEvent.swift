/// What clients are shown once something has happened.
enum ChatEvent: Sendable {
  /// A message, for an audience; one that is new is introduced by its id, anything else has 0 there.
  case message(WireMessage, introduces: Int64, to: Audience)
  /// What the server tells everybody, each in the channel that he is looking at.
  case notice(String)
}

extension ChatWrite {
  /// What a change is to others once it is stored; nil if they are not concerned.
  func event(after outcome: WriteOutcome) -> ChatEvent? {
    switch (self, outcome) {
    case (.post(let message), .posted(let id)):
      .message(
        StoredMessage(id: id, message: message).wire, introduces: id, to: message.audience)
    case (_, .changed(let target)):
      event(about: target).map { .message($0, introduces: 0, to: target.audience) }
    case (.togglePin(let target, let admin), .pinned(let isPinned)):
      .notice("Message \(target) \(isPinned ? "pinned" : "unpinned") by \(admin.display)")
    default: nil
    }
  }
}
