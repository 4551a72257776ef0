/// One change that must be stored before anybody hears of it.
enum ChatWrite: Sendable {
  /// A text or direct message.
  case post(NewMessage)
  /// A new text for a message of one's own.
  case edit(target: Int64, by: UserName, content: String, isEncrypted: Bool)
  /// The end of a message: one's own, or anybody's for an administrator.
  case delete(target: Int64, by: UserName, isAdmin: Bool)
  /// A reaction put on a message.
  case react(target: Int64, by: UserName, emoji: String)
  /// A reaction taken back.
  case unreact(target: Int64, by: UserName, emoji: String)
  /// The newest message a user has read.
  case markRead(target: Int64, by: UserName)
  /// A pin set, or lifted where there is one.
  case togglePin(target: Int64, by: UserName)
  /// The channel a user went to, and the one he left for `general`, if he did.
  case changeChannel(of: UserName, from: String?, to: String)
  /// The channel that a user's client shows, as it turned out.
  case follow(UserName, to: String)
  /// A user was here.
  case touch(UserName)

  /// About how much memory it holds while it waits.
  var byteCount: Int {
    switch self {
    case .post(let message): 256 + message.content.utf8.count
    case .edit(_, _, let content, _): 256 + content.utf8.count
    default: 256
    }
  }
}

/// What became of a ``ChatWrite``.
enum WriteOutcome: Sendable {
  /// The message was stored under this id.
  case posted(id: Int64)
  /// The change was stored; it concerns a message with this audience.
  case changed(TargetFacts)
  /// The pin was set or lifted.
  case pinned(Bool)
  /// Stored, with nothing to tell.
  case done
  /// There was nothing to change: the receipt was not newer than the last one, the reaction was there
  /// already or gone, the message was deleted before.
  case unchanged
  /// No such message, or not one that this user may change.
  case notFound
  /// The user has done so too often to that message.
  case tooMany
  /// The database refused this change alone.
  case refused
  /// The database could not be reached.
  case notSaved
  /// The database did not say whether it stored the change. If it says so later, another outcome
  /// follows for the same change.
  case unconfirmed
  /// What was ``unconfirmed`` turned out not to be stored.
  case notSavedAfterAll
}

/// What an event about a message needs to know of it.
struct TargetFacts: Sendable, Hashable {
  /// The author's key and, for a direct message, the addressee.
  var audience: Audience
  /// The author, as shown.
  var author = ""
  /// The channel it was said in.
  var channel: String
  /// The addressee of a direct message, as shown.
  var recipient = ""
  /// The name under which the affected reaction is shown to clients, if it is about one.
  var reactor: String?
}

/// A write, who wanted it, and what became of it.
struct SettledWrite: Sendable {
  /// The session that asked for it.
  var author: SessionID
  /// What was asked.
  var write: ChatWrite
  /// What became of it.
  var outcome: WriteOutcome
}
