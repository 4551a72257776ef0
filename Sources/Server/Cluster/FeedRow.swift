/// One row of the feed: what a batch means to the clients of other servers, or a part of it.
struct FeedRow: Sendable, Equatable {
  /// Where a row stands; rows are read in this order.
  struct Place: Sendable, Hashable, Comparable {
    /// The number of the batch, which grows in the order of commits.
    var batch: Int64
    /// Which of its rows, from 0.
    var part: Int64

    static func < (one: Place, other: Place) -> Bool {
      (one.batch, one.part) < (other.batch, other.part)
    }
  }

  var place: Place
  /// The server that wrote it.
  var writer: String
  var payload: [UInt8]
}

/// What a batch of this server has left in the feed.
struct FeedReceipt: Sendable, Equatable {
  /// The number of the batch.
  var batch: Int64
  /// How many bytes the others will read; 0 if it means nothing to them and has no row.
  var byteCount: Int
}
