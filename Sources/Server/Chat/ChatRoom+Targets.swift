extension ChatRoom {
  /// A new text for a message of one's own.
  func edit(_ message: WireMessage, from session: ChatSession) {
    if let flaw = flaw(in: message) {
      reply("Message not sent: \(flaw)", to: session)
      return
    }
    guard let target = target(message.messageID, "Edit failed", session) else { return }
    store(
      .edit(
        target: target, by: session.name, content: message.shownContent,
        isEncrypted: message.isEncrypted),
      from: session, orReply: "Edit failed")
  }

  /// The end of a message.
  func delete(_ message: WireMessage, from session: ChatSession) {
    guard let target = target(message.messageID, "Delete failed", session) else { return }
    store(
      .delete(target: target, by: session.name, isAdmin: session.isAdmin), from: session,
      orReply: "Delete failed")
  }

  /// A reaction, or the end of one.
  func react(_ message: WireMessage, from session: ChatSession) {
    let emoji = message.reaction?.emoji.trimmed ?? ""
    guard 1...64 ~= emoji.utf8.count, !emoji.isInvisible,
      emoji.unicodeScalars.allSatisfy({ !$0.movesTheCursor })
    else {
      reply("Reaction failed: an emoji has 1 to 64 bytes", to: session)
      return
    }
    guard let target = target(message.reaction?.targetID ?? 0, "Reaction failed", session)
    else { return }
    store(
      message.reaction?.isRemoval == true
        ? .unreact(target: target, by: session.name, emoji: emoji)
        : .react(target: target, by: session.name, emoji: emoji),
      from: session, orReply: "Reaction failed")
  }

  /// The newest message that the user has on screen.
  func markRead(_ message: WireMessage, from session: ChatSession) {
    // Clients send receipts by themselves: one without an id, from an empty screen, means nothing.
    guard message.messageID > 0 else { return }
    store(
      .markRead(target: message.messageID, by: session.name), from: session,
      orReply: "Read receipt failed")
  }

  /// The id of the message that a change is about; nil after telling the user that it has none.
  private func target(_ id: Int64, _ refusal: String, _ session: ChatSession) -> Int64? {
    if id > 0 { return id }
    reply("\(refusal): the message id is missing", to: session)
    return nil
  }
}
