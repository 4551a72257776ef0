import DriverAPI

/// One transaction of the journal, and what became of its changes so far.
struct BatchTransaction {
  /// Where the statements run.
  let transaction: Transaction
  private let messageInsert: MessageInsert
  private let blocks: ChannelBlocks
  /// What became of each change, in order.
  var outcomes: [WriteOutcome] = []
  // New rows, whose `message_id` is set when all are there.
  private var newIDs: [Int64] = []
  // Where they were said, but for direct ones.
  private var newPlaces: [(id: Int64, channel: String)] = []

  /// A batch of changes inside `transaction`.
  init(_ transaction: Transaction, _ messageInsert: MessageInsert, _ blocks: ChannelBlocks) {
    self.transaction = transaction
    self.messageInsert = messageInsert
    self.blocks = blocks
  }

  /// The same batch, its statements running inside another transaction or savepoint.
  func within(_ transaction: Transaction) -> BatchTransaction {
    var other = BatchTransaction(transaction, messageInsert, blocks)
    other.outcomes = outcomes
    other.newIDs = newIDs
    other.newPlaces = newPlaces
    return other
  }

  /// Stores changes in their order; messages that follow each other go together.
  mutating func store(_ writes: [ChatWrite]) async throws {
    var messages: [NewMessage] = []
    for write in writes {
      if case .post(let message) = write {
        messages.append(message)
        continue
      }
      try await store(messages)
      messages = []
      try await store(write)
    }
    try await store(messages)
  }

  private mutating func store(_ messages: [NewMessage]) async throws {
    let ids = try await messageInsert.run(messages, in: transaction)
    newIDs += ids
    for (id, message) in zip(ids, messages) where message.recipient == nil {
      newPlaces.append((id, message.channel))
    }
    outcomes += ids.map { .posted(id: $0) }
  }

  /// Stores one change and notes what became of it.
  mutating func store(_ write: ChatWrite) async throws {
    switch write {
    case .post(let message): try await store([message])
    case .edit(let target, let author, let content, let isEncrypted):
      outcomes.append(
        try await transaction.edit(target, by: author, content, isEncrypted: isEncrypted))
    case .delete(let target, let author, let isAdmin):
      outcomes.append(try await transaction.delete(target, by: author, isAdmin: isAdmin))
    case .react(let target, let user, let emoji):
      outcomes.append(try await transaction.addReaction(emoji, to: target, by: user))
    case .unreact(let target, let user, let emoji):
      outcomes.append(try await transaction.removeReaction(emoji, from: target, by: user))
    case .markRead(let target, let user):
      outcomes.append(try await transaction.markRead(target, by: user))
    case .togglePin(let target, let admin):
      outcomes.append(try await transaction.togglePin(target, by: admin))
    case .changeChannel(let user, _, let channel):
      try await transaction.setChannel(channel, of: user)
      outcomes.append(.done)
    case .follow(let user, let channel):
      try await transaction.setChannel(channel, of: user)
      outcomes.append(.done)
    case .touch(let user):
      try await transaction.touch(user)
      outcomes.append(.done)
    }
  }

  /// Completes the new rows.
  ///
  /// - Returns: what was noted of where they lie.
  func finish() async throws -> [ChannelBlocks.Entry] {
    try await setMessageIDs()
    let entries = blocks.missing(for: newPlaces)
    try await blocks.add(entries, in: transaction)
    return entries
  }

  /// Other programs that read this database look for `message_id`.
  private func setMessageIDs() async throws {
    guard let first = newIDs.first, let last = newIDs.last else { return }
    if last - first == Int64(newIDs.count) - 1 {
      try await transaction.exec(
        "UPDATE messages SET message_id = id WHERE id BETWEEN ? AND ?", first, last)
      return
    }
    // Another server inserts at the same time: its rows must not be touched, nor waited for.
    var rest = newIDs[...]
    while !rest.isEmpty {
      let some = rest.prefix(100)
      rest = rest.dropFirst(some.count)
      try await transaction.exec(
        "UPDATE messages SET message_id = id WHERE id IN (\(each: some))")
    }
  }
}
