/// The comparison of what was shown with what a restarted server's database holds.
extension Ledger {
  /// Notes every broken promise, then takes what is stored for the truth: what a restart did not
  /// bring back must not come back later, and what it did must stay.
  func verify(_ state: StoredState) {
    for complaint in state.damage { violate("the database is damaged: \(complaint)") }
    verifyMessages(state)
    verifyReactions(state)
    verifyReceipts(state)
    verifyChannels(state)
  }

  private func verifyMessages(_ state: StoredState) {
    var found: [Nonce: StoredState.Message] = [:]
    var ids: Set<Int64> = []
    for row in state.messages {
      if !ids.insert(row.messageID).inserted { violate("two rows have id \(row.messageID)") }
      if row.id != row.messageID { violate("row \(row.id) has message_id \(row.messageID)") }
      guard let nonce = identify(row) else { continue }
      if let other = found[nonce] {
        violate("\(nonce) is stored twice, as \(other.messageID) and \(row.messageID)")
      }
      found[nonce] = row
    }
    for (nonce, record) in messages {
      guard let row = found[nonce] else {
        if let id = record.seenID { violate("\(nonce) was shown with id \(id) and is gone") }
        messages[nonce] = nil
        continue
      }
      verify(record, row)
      settle(nonce, row)
    }
    verifyOrder(found)
  }

  /// Which message a row is; nil, after a complaint, if it is none of ours.
  private func identify(_ row: StoredState.Message) -> Nonce? {
    let nonce = row.deleted ? nonces[row.messageID] : Nonce.read(row.content)?.nonce
    guard let nonce, messages[nonce] != nil else {
      violate("row \(row.messageID) was never sent, or was lost before: \(row.content)")
      return nil
    }
    return nonce
  }

  private func verify(_ record: MessageRecord, _ row: StoredState.Message) {
    let nonce = record.nonce
    if record.isRefused { violate("\(nonce) was refused and is stored as \(row.messageID)") }
    if let id = record.seenID, id != row.messageID {
      violate("\(nonce) was shown with id \(id) and is stored with \(row.messageID)")
    }
    if record.seenID == nil, row.messageID <= record.sentAfterID {
      violate("\(nonce) is stored as \(row.messageID), but sent after \(record.sentAfterID)")
    }
    if row.sender != users[nonce.author] { violate("\(nonce) is stored as from \(row.sender)") }
    if row.channel != record.channel {
      violate("\(nonce) was sent to \(record.channel) and is stored in \(row.channel)")
    }
    guard !row.deleted else {
      if !record.isDeleteSent { violate("\(nonce) is deleted, which nobody asked for") }
      if row.content != "[deleted]" { violate("\(nonce) is deleted but reads \(row.content)") }
      return
    }
    if record.isDeleteSeen { violate("\(nonce) was shown as deleted and is not") }
    let version = Nonce.read(row.content)?.version ?? 0
    if version < record.editSeen || version > record.editsSent {
      violate(
        "\(nonce) is stored with edit \(version); \(record.editsSent) were sent and "
          + "\(record.editSeen) shown")
    }
    if record.refusedEdits.contains(version) {
      violate("edit \(version) of \(nonce) was refused and is stored")
    }
    if row.edited != (version > 0) { violate("\(nonce): edited is \(row.edited), not the truth") }
  }

  private func settle(_ nonce: Nonce, _ row: StoredState.Message) {
    let version = Nonce.read(row.content)?.version
    messages[nonce]?.seenID = row.messageID
    nonces[row.messageID] = nonce
    messages[nonce]?.isDeleteSent = row.deleted
    messages[nonce]?.isDeleteSeen = row.deleted
    guard let version, !row.deleted else { return }
    messages[nonce]?.editsSent = version
    messages[nonce]?.editSeen = version
  }

  /// An author's messages on one connection go through one socket, so their ids must grow as they were sent.
  private func verifyOrder(_ found: [Nonce: StoredState.Message]) {
    var last: (nonce: Nonce, id: Int64)?
    for nonce in found.keys.sorted() {
      guard let id = found[nonce]?.messageID else { continue }
      if let last, last.nonce.isOfConnection(of: nonce), last.id >= id {
        violate("\(nonce) has id \(id), but \(last.nonce) before it has \(last.id)")
      }
      last = (nonce, id)
    }
  }

  private func verifyReactions(_ state: StoredState) {
    var found: Set<ReactionKey> = []
    for key in state.reactions {
      if !found.insert(key).inserted { violate("stored twice: \(key)") }
      if reactions[key] == nil { violate("stored but never made, or lost before: \(key)") }
    }
    for (key, record) in reactions {
      let isStored = found.contains(key)
      if isStored, record.isRemovalSeen { violate("shown as removed and still stored: \(key)") }
      if !isStored, record.isAddSeen, !record.isRemovalSent { violate("shown and gone: \(key)") }
      reactions[key] =
        isStored
        ? ReactionRecord(isAddSeen: true, isRemovalSent: false, isRemovalSeen: false) : nil
    }
  }

  private func verifyReceipts(_ state: StoredState) {
    var furthest: [String: Int64] = [:]
    var found: Set<StoredState.Receipt> = []
    for receipt in state.receipts {
      if !found.insert(receipt).inserted { violate("stored twice: \(receipt)") }
      if receiptsSent[receipt.user]?.contains(receipt.messageID) != true {
        violate("stored but never sent: \(receipt)")
      }
      furthest[receipt.user] = max(furthest[receipt.user] ?? 0, receipt.messageID)
    }
    for (user, seen) in receiptSeen where furthest[user] ?? 0 < seen {
      violate("\(user) was shown a receipt for \(seen); stored is \(furthest[user] ?? 0)")
    }
    receiptSeen = furthest
  }

  private func verifyChannels(_ state: StoredState) {
    for (user, possible) in channels {
      let stored = state.channels[user] ?? "general"
      if !possible.contains(stored) {
        violate("\(user) is stored in \(stored); possible are \(possible)")
      }
      channels[user] = [stored]
    }
  }
}
