import Logging
import NIOConcurrencyHelpers

extension ChatRoom {
  /// Tells the world what has become of stored changes.
  ///
  /// Called after each commit, by one task at a time, in the order of storage: that is what makes
  /// messages arrive in the order of their ids.
  func settle(_ writes: [SettledWrite]) {
    var postbag = Postbag()
    for settled in writes { settle(settled, into: &postbag) }
    postbag.send(through: self)
  }

  private func settle(_ settled: SettledWrite, into postbag: inout Postbag) {
    switch settled.outcome {
    case .posted: show(settled, into: &postbag)
    case .changed(let target):
      noteModeration(settled, of: target)
      show(settled, into: &postbag)
    case .pinned(let isPinned):
      guard case .togglePin(let target, let admin) = settled.write else { return }
      noteModeration(
        settled, by: admin,
        ["action": isPinned ? "pinned" : "unpinned", "message": "\(target)"])
      show(settled, into: &postbag)
    case .done:
      guard case .changeChannel(_, let old, let channel) = settled.write else { return }
      tellAuthor(of: settled, Self.text(from: old, to: channel, isSaved: true), into: &postbag)
    case .unchanged: break
    case .tooMany:
      tellAuthor(
        of: settled, "Reaction failed: you have put too many on this message", into: &postbag)
    case .notFound:
      if let text = settled.write.textIfNotFound { tellAuthor(of: settled, text, into: &postbag) }
    case .refused, .notSaved:
      if let text = settled.write.textIfNotSaved { tellAuthor(of: settled, text, into: &postbag) }
    case .notSavedAfterAll:
      if let text = settled.write.textIfNotSavedAfterAll {
        tellAuthor(of: settled, text, into: &postbag)
      }
    case .unconfirmed:
      if let text = settled.write.textIfUnconfirmed {
        tellAuthor(of: settled, text, into: &postbag)
      }
    }
  }

  private func show(_ settled: SettledWrite, into postbag: inout Postbag) {
    switch settled.write.event(after: settled.outcome) {
    case .message(let message, let id, let audience):
      deliver(message, introduces: id, to: audience, from: settled.author, into: &postbag)
    case .notice(let text): broadcast(text, into: &postbag)
    case nil: break
    }
  }

  /// What an administrator takes away from others is for the operator to know.
  private func noteModeration(_ settled: SettledWrite, of target: TargetFacts) {
    guard case .delete(let id, let admin, isAdmin: true) = settled.write,
      target.author.folded != admin.key
    else { return }
    var details: Logger.Metadata = [
      "action": "deleted", "message": "\(id)", "of": "\(LogText.line(target.author))",
    ]
    // Who talked to whom alone is nobody else's business.
    if case .channel(let channel) = target.audience {
      details["channel"] = "\(LogText.line(channel))"
    }
    noteModeration(settled, by: admin, details)
  }

  private func noteModeration(
    _ settled: SettledWrite, by admin: UserName, _ details: Logger.Metadata
  ) {
    let session = hub.withLockedValue { $0.member(settled.author) }
    log.moderated.note(admin.display, session?.socket.clientAddress ?? "gone", details)
  }

  private func tellAuthor(
    of settled: SettledWrite, _ text: String, into postbag: inout Postbag
  ) {
    guard let author = hub.withLockedValue({ $0.member(settled.author) }) else { return }
    reply(text, to: author, into: &postbag)
  }
}

extension ChatWrite {
  /// What clients are told of a change to a stored message; nil if nothing.
  func event(about target: TargetFacts) -> WireMessage? {
    var event = WireMessage(createdAt: .now, recipient: target.recipient, channel: target.channel)
    switch self {
    case .edit(let id, let author, let content, let isEncrypted):
      event.sender = author.display
      event.content = content
      event.type = "edit"
      event.isEncrypted = isEncrypted
      event.messageID = id
      event.isEdited = true
    case .delete(let id, let author, _):
      event.sender = author.display
      event.content = StoredMessage.deletedContent
      event.type = "delete"
      event.messageID = id
    case .react(let id, let author, let emoji):
      event.sender = target.reactor ?? author.display
      event.type = "reaction"
      event.messageID = id
      event.reaction = WireReaction(emoji: emoji, targetID: id)
    case .unreact(let id, let author, let emoji):
      event.sender = target.reactor ?? author.display
      event.type = "reaction"
      event.messageID = id
      event.reaction = WireReaction(emoji: emoji, targetID: id, isRemoval: true)
    case .markRead(let id, let reader):
      event.sender = reader.display
      event.type = "read_receipt"
      event.messageID = id
    case .post, .togglePin, .changeChannel, .follow, .touch:
      return nil
    }
    return event
  }

  /// What the author is told when there is no such message, or none that he may change.
  var textIfNotFound: String? {
    switch self {
    case .edit: "Edit failed: message not found or you are not the sender"
    case .delete: "Delete failed: message not found or you are not the sender"
    case .react, .unreact: "Reaction failed: message not found"
    case .togglePin: "Pin failed: message not found"
    // A client sends receipts by itself, also for messages on its screen that are gone here.
    case .post, .changeChannel, .follow, .touch, .markRead: nil
    }
  }

  /// What the author is told when the change was not stored; nil if it was not his wish.
  var textIfNotSaved: String? {
    switch self {
    case .post: "Message not sent: could not save message"
    case .edit: "Edit failed: could not save message"
    case .delete: "Delete failed: could not save message"
    case .react, .unreact: "Reaction failed: could not save it"
    case .togglePin: "Pin failed: could not save it"
    case .markRead: "Read receipt failed: could not save it"
    case .changeChannel(_, let old, let channel):
      ChatRoom.text(from: old, to: channel, isSaved: false)
    case .follow, .touch: nil
    }
  }

  /// What the author is told while nobody knows whether the change was stored; nil if nothing.
  var textIfUnconfirmed: String? {
    subject.map {
      "\($0) not confirmed: the database does not answer; you will see it here if it was saved"
    }
  }

  /// What the author of an unconfirmed change is told when it turns out not to be stored. In words of
  /// its own: what he sent after it may have been refused before.
  var textIfNotSavedAfterAll: String? {
    subject.map { "\($0) not saved after all: try again" } ?? textIfNotSaved
  }

  /// What the author knows the change as; nil for one that he is not told of while it is unconfirmed.
  private var subject: String? {
    switch self {
    case .post: "Message"
    case .edit: "Edit"
    case .delete: "Delete"
    case .react, .unreact: "Reaction"
    case .togglePin: "Pin"
    case .changeChannel, .follow, .markRead, .touch: nil
    }
  }
}
