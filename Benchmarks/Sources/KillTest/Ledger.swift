/// The test's own memory of what was sent and what the server has shown, over all rounds.
///
/// The promise under test is: what anybody was shown is stored. What was sent and not shown may be
/// stored or not, but never twice and never half. Confined to the event loop.
final class Ledger {
  typealias ReactionKey = StoredState.Reaction

  /// The names of the users by index.
  let users: [String]
  var messages: [Nonce: MessageRecord] = [:]
  var nonces: [Int64: Nonce] = [:]
  var reactions: [ReactionKey: ReactionRecord] = [:]
  /// By user: the receipts sent, and the furthest one shown.
  var receiptsSent: [String: Set<Int64>] = [:]
  var receiptSeen: [String: Int64] = [:]
  /// By user: the channels that may be the stored one, the oldest being the one last confirmed.
  var channels: [String: [String]] = [:]
  /// The highest message id anybody has seen.
  private(set) var maxSeenID: Int64 = 0
  private(set) var counts = OperationCounts()
  private(set) var violations: [String] = []

  init(userCount: Int) { users = (1...userCount).map { "kt-\($0)" } }

  /// Notes that a promise was broken.
  func violate(_ what: String) { violations.append(what) }

  /// Hands out what was counted and complained about since the last call.
  func takeReport() -> RoundReport {
    defer {
      counts = OperationCounts()
      violations = []
    }
    return RoundReport(counts: counts, storedCount: messages.count, violations: violations)
  }

  // MARK: What is sent

  func willSend(_ nonce: Nonce, in channel: String) {
    counts.textsSent += 1
    messages[nonce] = MessageRecord(
      nonce: nonce, channel: channel, sentAfterID: maxSeenID)
  }

  /// Notes one more edit of the message and returns its content.
  func willEdit(_ nonce: Nonce) -> String {
    messages[nonce]?.editsSent += 1
    return nonce.content(version: messages[nonce]?.editsSent ?? 0)
  }

  func willDelete(_ nonce: Nonce) { messages[nonce]?.isDeleteSent = true }

  func willReact(_ key: ReactionKey, isRemoval: Bool) {
    reactions[key, default: ReactionRecord()].isRemovalSent = isRemoval
  }

  func willAcknowledge(_ id: Int64, by user: String) {
    receiptsSent[user, default: []].insert(id)
  }

  func willJoin(_ channel: String, user: String) {
    channels[user, default: ["general"]].append(channel)
  }

  // MARK: What is seen

  func sawText(_ nonce: Nonce, version: Int, id: Int64, channel: String) {
    guard var record = messages[nonce] else {
      violate("somebody received \(nonce), which was never sent or was lost before")
      return
    }
    if let known = record.seenID, known != id {
      violate("\(nonce) was shown with two ids, \(known) and \(id)")
    }
    if record.isRefused { violate("\(nonce) was refused and then shown with id \(id)") }
    if record.seenID == nil {
      counts.textsSeen += 1
      if id <= record.sentAfterID {
        violate(
          "\(nonce) got id \(id), but it was sent when id \(record.sentAfterID) had been seen")
      }
      if let other = nonces[id] { violate("\(nonce) and \(other) were both shown with id \(id)") }
    }
    if channel != record.channel {
      violate("\(nonce) was sent to \(record.channel) and shown in \(channel)")
    }
    record.seenID = id
    record.editSeen = max(record.editSeen, version)
    messages[nonce] = record
    nonces[id] = nonce
    maxSeenID = max(maxSeenID, id)
  }

  func sawEdit(of id: Int64, to content: String) {
    guard let (nonce, version) = Nonce.read(content), nonces[id] == nonce,
      var record = messages[nonce], version <= record.editsSent
    else {
      violate("somebody was shown an edit of \(id) that nobody made: \(content)")
      return
    }
    if version > record.editSeen { counts.editsSeen += 1 }
    record.editSeen = max(record.editSeen, version)
    messages[nonce] = record
  }

  func sawDelete(of id: Int64) {
    guard let nonce = nonces[id], messages[nonce]?.isDeleteSent == true else {
      violate("somebody was shown a deletion of \(id) that nobody asked for")
      return
    }
    if messages[nonce]?.isDeleteSeen == false { counts.deletesSeen += 1 }
    messages[nonce]?.isDeleteSeen = true
  }

  func sawReaction(_ key: ReactionKey, isRemoval: Bool) {
    guard var record = reactions[key], record.isRemovalSent || !isRemoval else {
      violate("somebody was shown a reaction that nobody made: \(key)")
      return
    }
    if isRemoval ? !record.isRemovalSeen : !record.isAddSeen { counts.reactionsSeen += 1 }
    record.isAddSeen = true
    if isRemoval { record.isRemovalSeen = true }
    reactions[key] = record
  }

  func sawReceipt(_ id: Int64, of user: String) {
    guard receiptsSent[user]?.contains(id) == true else {
      violate("somebody was shown a receipt of \(user) for \(id) that was never sent")
      return
    }
    if id > receiptSeen[user] ?? 0 { counts.receiptsSeen += 1 }
    receiptSeen[user] = max(receiptSeen[user] ?? 0, id)
  }

  func sawJoin(_ channel: String, user: String) {
    guard let index = channels[user]?.dropFirst().firstIndex(of: channel) else { return }
    counts.joinsSeen += 1
    channels[user]?.removeFirst(index)
  }

  /// Whether somebody asked for the deletion of a message.
  func isDeleted(_ id: Int64) -> Bool {
    nonces[id].flatMap { messages[$0] }?.isDeleteSent ?? false
  }

  /// The server said that its database did not take a change, or that it does not know.
  func sawRefusal(of operation: Operation, isFinal: Bool) {
    counts.refused += 1
    guard isFinal else { return }
    switch operation {
    case .text(let nonce):
      if let id = messages[nonce]?.seenID { violate("\(nonce) was refused and shown as \(id)") }
      messages[nonce]?.isRefused = true
    case .edit(let id, let version):
      if let nonce = nonces[id] { messages[nonce]?.refusedEdits.insert(version) }
    case .delete, .reaction, .receipt, .join: break
    }
  }

  func sawRefusedReaction() { counts.reactionsRefused += 1 }

  func sawNothing(of kind: String) { counts.unanswered[kind, default: 0] += 1 }
}
