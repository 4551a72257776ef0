/// What became of a batch of changes.
struct StoredBatch: Sendable {
  /// What became of each, in their order.
  var outcomes: [WriteOutcome]
  /// What other servers read of it; nil if it was not stored, or there are none.
  var receipt: FeedReceipt?

  init(outcomes: [WriteOutcome], receipt: FeedReceipt?) {
    self.outcomes = outcomes
    self.receipt = receipt
  }

  /// So many changes with the same outcome, none of them stored.
  init(_ count: Int, _ outcome: WriteOutcome) {
    outcomes = Array(repeating: outcome, count: count)
  }
}

/// A batch of changes, who wanted each, and what became of it.
struct SettledBatch: Sendable {
  /// The changes, in the order of storage.
  var writes: [SettledWrite]
  /// What other servers read of them; nil if they were not stored, or there are none.
  var receipt: FeedReceipt?

  init(_ entries: [JournalEntry], _ stored: StoredBatch) {
    writes = zip(entries, stored.outcomes).map { entry, outcome in
      SettledWrite(author: entry.author, write: entry.write, outcome: outcome)
    }
    receipt = stored.receipt
  }
}
