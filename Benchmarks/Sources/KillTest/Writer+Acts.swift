import ChatClient

/// What a writer does next, by lot.
extension Writer {
  private static let emoji = ["👍", "❤️", "🎉", "'", "👩‍🚀"]

  /// Does one thing. Where the lot falls on something that is not possible now, it writes.
  func act() {
    switch Int.random(in: 0..<100, using: &random) {
    case ..<58: write()
    case ..<70: edit()
    case ..<75: delete()
    case ..<86: react()
    case ..<90: takeBack()
    case ..<97: acknowledge()
    default: wander()
    }
  }

  private func write() {
    sequence += 1
    let nonce = Nonce(round: round, author: index, sequence: sequence)
    ledger.willSend(nonce, in: channel)
    send(.text(nonce.content(version: 0)), as: .text(nonce))
  }

  private func edit() {
    guard let nonce = own.randomElement(using: &random), let record = ledger.messages[nonce],
      let id = record.seenID
    else { return write() }
    let content = ledger.willEdit(nonce)
    send(
      .edit(messageID: id, content: content), as: .edit(id, version: record.editsSent + 1))
  }

  private func delete() {
    guard let place = own.indices.randomElement(using: &random),
      let id = ledger.messages[own[place]]?.seenID
    else { return write() }
    ledger.willDelete(own.remove(at: place))
    send(.delete(messageID: id), as: .delete(id))
  }

  private func react() {
    guard let id = heard.randomElement(using: &random),
      let emoji = Self.emoji.randomElement(using: &random)
    else { return write() }
    let key = StoredState.Reaction(messageID: id, user: user, emoji: emoji)
    guard ledger.reactions[key] == nil else { return write() }
    ledger.willReact(key, isRemoval: false)
    send(
      .reaction(emoji: emoji, messageID: id, isRemoval: false),
      as: .reaction(key, isRemoval: false))
  }

  private func takeBack() {
    guard let place = reacted.indices.randomElement(using: &random) else { return write() }
    let key = reacted.remove(at: place)
    ledger.willReact(key, isRemoval: true)
    send(
      .reaction(emoji: key.emoji, messageID: key.messageID, isRemoval: true),
      as: .reaction(key, isRemoval: true))
  }

  private func acknowledge() {
    guard let id = heard.last, id > lastReceipt else { return write() }
    lastReceipt = id
    ledger.willAcknowledge(id, by: user)
    send(.readReceipt(messageID: id), as: .receipt(id))
  }

  /// Moves to another channel, in half of the cases only when nothing is under way any more: the
  /// echo of what was sent from a channel that has been left need not come.
  private func wander() {
    let others = channelNames.filter { $0 != channel }
    guard let next = others.randomElement(using: &random) else { return write() }
    if underWay.isEmpty || Bool.random(using: &random) { move(to: next) } else { write() }
  }
}
