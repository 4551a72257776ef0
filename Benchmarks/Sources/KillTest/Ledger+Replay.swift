import ChatClient

/// The comparison of the database with what a newcomer is shown.
extension Ledger {
  /// How many messages a server replays at least.
  static let replayWindow = 50

  /// Checks that the newest messages are in the replay once, as they are stored, with their
  /// reactions.
  ///
  /// "Newest" is by id and by time at once: which of the two a server sorts by is its own affair.
  func verify(replay: [ChatFrame], against state: StoredState) {
    let byTime = Set(state.newestByTime)
    let newest = state.messages.suffix(Self.replayWindow).filter { byTime.contains($0.messageID) }
    let texts = Dictionary(
      grouping: replay.filter { ["", "text", "delete"].contains($0.type) && $0.messageID > 0 },
      by: \.messageID)
    for row in newest {
      guard let frames = texts[row.messageID], let frame = frames.first else {
        violate("the replay lacks \(row.messageID): \(row.content)")
        continue
      }
      if frames.count > 1 { violate("the replay shows \(row.messageID) \(frames.count) times") }
      if frame.content != row.content || (frame.type == "delete") != row.deleted
        || frame.sender != row.sender || frame.channel != row.channel
      {
        violate("the replay shows \(frame), stored is \(row)")
      }
    }
    verifyReactions(in: replay, of: Set(newest.map(\.messageID)), against: state)
  }

  private func verifyReactions(
    in replay: [ChatFrame], of ids: Set<Int64>, against state: StoredState
  ) {
    var shown: [ReactionKey: Int] = [:]
    for frame in replay {
      guard let reaction = frame.reaction, ids.contains(reaction.targetID) else { continue }
      let key = ReactionKey(
        messageID: reaction.targetID, user: frame.sender, emoji: reaction.emoji)
      shown[key, default: 0] += 1
    }
    let stored = Set(state.reactions.filter { ids.contains($0.messageID) })
    for key in stored where shown[key] != 1 {
      violate("the replay shows \(shown[key] ?? 0) times: \(key)")
    }
    for key in shown.keys where !stored.contains(key) {
      violate("the replay shows what is not stored: \(key)")
    }
  }
}
