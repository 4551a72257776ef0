import DequeModule

/// Remembers which row of the feed was the newest when, so that nobody has to look for what is old.
struct FeedMarks: Sendable {
  /// For so long rows are kept,
  static let age = Duration.seconds(3600)
  /// if they are not too many bytes;
  static let maxByteCount: Int64 = 256 << 20
  /// and for so long however many they are.
  static let minAge = Duration.seconds(60)

  private static let interval = Duration.seconds(10)
  private static let maxStride: Int64 = 4 << 20

  private struct Mark: Sendable {
    var batch: Int64
    var time: ContinuousClock.Instant
    // All bytes that were written up to here, as far as this server has seen.
    var total: Int64
  }

  private var marks: Deque<Mark> = []
  private var total: Int64 = 0

  /// What is known at the start: the newest row that is too old already, and the newest of all.
  init(old: Int64?, newest: Int64, at now: ContinuousClock.Instant) {
    if let old { marks.append(Mark(batch: old, time: now - Self.age, total: 0)) }
    marks.append(Mark(batch: newest, time: now, total: 0))
  }

  /// Notes a batch of this server.
  mutating func note(_ receipt: FeedReceipt, at now: ContinuousClock.Instant) {
    if receipt.byteCount > 0 { note(receipt.batch, receipt.byteCount, at: now) }
  }

  /// Notes a row, in the order of the rows.
  mutating func note(_ batch: Int64, _ byteCount: Int, at now: ContinuousClock.Instant) {
    total += Int64(byteCount)
    if let last = marks.last {
      guard batch > last.batch else { return }
      if now - last.time < Self.interval, total - last.total < Self.maxStride { return }
    }
    marks.append(Mark(batch: batch, time: now, total: total))
  }

  /// The row before which others can be removed; nil if nothing is old enough that was not removed.
  mutating func takeBoundary(at now: ContinuousClock.Instant) -> Int64? {
    var boundary: Int64?
    while let mark = marks.first, now - mark.time >= Self.minAge {
      guard now - mark.time >= Self.age || total - mark.total > Self.maxByteCount else { break }
      boundary = mark.batch
      marks.removeFirst()
    }
    return boundary
  }
}
