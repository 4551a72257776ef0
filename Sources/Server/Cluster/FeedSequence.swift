import DequeModule

/// Brings the batches of this server and those of all others into one order: that of their commits.
///
/// A batch of this server may be shown at once when everything before it is known to have been shown.
/// Where others wrote in between, or may have, the feed is read up to it first. The other way round a row of
/// this server that is read before the answer to its commit has come holds back what is behind it.
///
/// A plain value without locks or time of its own: ``ClusterFeed`` guards one, tests drive theirs by hand.
struct FeedSequence<Own: Sendable>: Sendable {
  /// What is to be shown next.
  enum Step: Sendable {
    /// What this server has done.
    case own(Own)
    /// What another has.
    case foreign(FeedRow)
  }

  private struct Pending: Sendable {
    var receipt: FeedReceipt
    var work: Own
  }

  /// The last row that was read, or shown without reading it.
  private(set) var last: FeedRow.Place
  private let writer: String
  // No batch up to this one is missing: each was shown, or stands in `read`.
  private var known: Int64
  private var lastOwn: Int64
  private var own: Deque<Pending> = []
  private var read: Deque<FeedRow> = []

  /// A sequence that begins behind a batch.
  init(writer: String, behind batch: Int64) {
    self.writer = writer
    known = batch
    lastOwn = batch
    last = FeedRow.Place(batch: batch, part: .max)
  }

  /// How many rows were read and not shown yet.
  var readCount: Int { read.count }

  /// How many batches of this server wait to be shown.
  var ownCount: Int { own.count }

  /// Whether a batch of this server waits for what others may have written before it.
  var needsReading: Bool {
    guard read.isEmpty, let receipt = own.first?.receipt, receipt.byteCount > 0 else {
      return false
    }
    return receipt.batch > known + 1
  }

  /// Whether that batch says that the feed was set back, as where somebody restored an older database.
  func isBehind(_ receipt: FeedReceipt) -> Bool { receipt.batch <= lastOwn }

  /// Takes a batch of this server that was stored.
  mutating func append(_ work: Own, _ receipt: FeedReceipt) {
    own.append(Pending(receipt: receipt, work: work))
  }

  /// Takes rows that were read behind ``last``, in their order.
  ///
  /// - Parameter isAll: whether there were no more.
  mutating func append(_ rows: [FeedRow], isAll: Bool) {
    for row in rows where row.place > last {
      read.append(row)
      last = row.place
    }
    guard let batch = rows.last?.place.batch else { return }
    // The rest of the last batch may be missing.
    known = max(known, isAll ? batch : batch - 1)
  }

  /// Forgets what was read, and goes on behind a batch whatever came before it.
  mutating func skip(to batch: Int64) {
    read = []
    known = batch
    lastOwn = batch
    last = FeedRow.Place(batch: batch, part: .max)
  }

  /// What is to be shown now; nil if there is nothing, or if it must wait.
  mutating func next() -> Step? {
    while let row = read.first {
      // What means nothing to others, or comes before everything that was read, waits for none of it.
      if let step = nextOwn(before: row.place.batch) { return step }
      if row.writer != writer {
        read.removeFirst()
        return .foreign(row)
      }
      if row.place.batch <= lastOwn {
        read.removeFirst()
      } else if own.first?.receipt.batch == row.place.batch {
        read.removeFirst()
        return takeOwn()
      } else if own.isEmpty {
        return nil
      } else {
        // It was taken for not stored, and later ones were stored: here it is after all.
        read.removeFirst()
        return .foreign(row)
      }
    }
    return nextOwn(before: known + 2)
  }

  /// The next of this server's, if nothing is to be shown before it.
  private mutating func nextOwn(before batch: Int64) -> Step? {
    guard let receipt = own.first?.receipt else { return nil }
    return receipt.byteCount == 0 || receipt.batch < batch ? takeOwn() : nil
  }

  private mutating func takeOwn() -> Step? {
    guard let first = own.popFirst() else { return nil }
    let receipt = first.receipt
    if receipt.byteCount > 0 { lastOwn = max(lastOwn, receipt.batch) }
    if read.isEmpty, receipt.batch == known + 1 {
      known = receipt.batch
      last = FeedRow.Place(batch: receipt.batch, part: .max)
    }
    return .own(first.work)
  }
}
