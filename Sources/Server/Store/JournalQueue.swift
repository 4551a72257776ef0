import DequeModule

/// A change that waits to be stored, and the session that is told of it.
struct JournalEntry: Sendable {
  /// Who asked for it.
  var author: SessionID
  /// What is to be stored.
  var write: ChatWrite
}

/// The changes that wait to be stored, in order, and never too many of them.
struct JournalQueue: Sendable {
  /// No more than so many changes wait.
  static let maxEntryCount = 65_536
  /// Nor more than so many bytes, except for a single change that is larger.
  static let maxByteCount = 64 << 20
  /// One author has no more than so many among them,
  static let maxAuthorEntryCount = 16_384
  /// nor more than so many bytes, except for a single change that is larger.
  static let maxAuthorByteCount = 16 << 20
  /// One transaction holds no more than so many.
  static let maxBatchCount = 1024

  private var entries: Deque<JournalEntry> = []
  private var byteCount = 0
  private var byAuthor: [SessionID: Share] = [:]

  private struct Share {
    var entryCount = 0
    var byteCount = 0
  }

  /// Whether nothing waits.
  var isEmpty: Bool { entries.isEmpty }

  /// Takes a change; false if there is no room for it.
  mutating func append(_ entry: JournalEntry) -> Bool {
    let total = byteCount + entry.write.byteCount
    guard entries.count < Self.maxEntryCount, total <= Self.maxByteCount || entries.isEmpty else {
      return false
    }
    var share = byAuthor[entry.author] ?? Share()
    share.byteCount += entry.write.byteCount
    guard share.entryCount < Self.maxAuthorEntryCount,
      share.byteCount <= Self.maxAuthorByteCount || share.entryCount == 0
    else { return false }
    share.entryCount += 1
    byAuthor[entry.author] = share
    byteCount = total
    entries.append(entry)
    return true
  }

  /// Hands out everything that waits, up to one transaction's worth.
  mutating func takeBatch() -> [JournalEntry] {
    let batch = Array(entries.prefix(Self.maxBatchCount))
    entries.removeFirst(batch.count)
    for entry in batch { giveBack(entry) }
    return batch
  }

  private mutating func giveBack(_ entry: JournalEntry) {
    let count = entry.write.byteCount
    byteCount -= count
    guard let share = byAuthor[entry.author] else { return }
    byAuthor[entry.author] =
      share.entryCount == 1
      ? nil : Share(entryCount: share.entryCount - 1, byteCount: share.byteCount - count)
  }
}
