import DriverAPI

/// Where in the ids the messages of each channel lie, by which the last ones of a quiet channel are
/// found among millions of others.
///
/// `channel_blocks` has a row for each channel that was written to within a block of ids: once a block,
/// and behind all others. An index by channel costs every message a change somewhere else in it, which
/// nearly halves what is stored where many channels are written to.
final class ChannelBlocks: Sendable {
  /// One row: a channel was written to in a block.
  struct Entry: Hashable, Sendable {
    /// The first id of the block.
    var firstID: Int64
    var channel: String

    fileprivate var values: [Value] { [.int(firstID), .text(channel)] }

    // Names are bytes here as in the database: another program's may be the same only to the eye.
    static func == (one: Entry, other: Entry) -> Bool {
      one.firstID == other.firstID && one.channel.utf8.elementsEqual(other.channel.utf8)
    }

    func hash(into hasher: inout Hasher) {
      hasher.combine(firstID)
      var channel = channel
      channel.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
  }

  /// What is known to be noted, of the newest block.
  fileprivate struct Known {
    var firstID = Int64.min
    var entries: Set<Entry> = []
    /// What is older was covered at the start.
    var coveredID = Int64.min
  }

  /// How many ids a block has; a power of two.
  static let idCount: Int64 = 1024
  static let table = "channel_blocks"
  private static let columns = ["first_id", "channel"]
  // How many messages are looked at at a time.
  private static let pageCount = 10_000

  private let known = Mutex(Known())

  /// The first id of the block that an id lies in.
  static func firstID(of id: Int64) -> Int64 { id & ~(idCount - 1) }
}

// MARK: - Writing

extension ChannelBlocks {
  /// What must be noted together with new messages, in order; nothing for direct ones.
  func missing(for messages: some Sequence<(id: Int64, channel: String)>) -> [Entry] {
    let known = known.withLock { $0 }
    var missing: Set<Entry> = []
    for (id, channel) in messages {
      let entry = Entry(firstID: Self.firstID(of: id), channel: channel)
      if !known.entries.contains(entry) { missing.insert(entry) }
    }
    return missing.sorted { ($0.firstID, $0.channel) < ($1.firstID, $1.channel) }
  }

  /// Notes them, in the transaction that stores the messages.
  func add(_ entries: [Entry], in transaction: Transaction) async throws {
    guard !entries.isEmpty else { return }
    // Another server may have noted the same.
    _ = try await transaction.insertIgnore(
      into: Self.table, columns: Self.columns, key: Self.columns, entries.map(\.values))
  }

  /// Remembers what was committed, so that it is not noted again.
  func noteCommitted(_ entries: [Entry]) {
    guard let newest = entries.last?.firstID else { return }
    known.withLock { known in
      if newest > known.firstID {
        known.firstID = newest
        known.entries = []
      }
      known.entries.formUnion(entries.filter { $0.firstID == known.firstID })
    }
  }

  /// Notes what another program has written, or this one before there was the table.
  ///
  /// Everything in order, so that what is missing after an interruption is behind what is there.
  func cover(_ database: Database) async throws {
    let last = try await database.queryRow(
      "SELECT MAX(first_id) FROM channel_blocks", as: (Int64?).self)
    // Rows of another program can lie before the last of ours.
    if let last, let last {
      try await cover(database, "recipient_folded IS NULL AND id < \(last)", from: .min)
    }
    try await cover(database, "1 = 1", from: (last ?? nil).map { $0 - 1 } ?? .min)
    let newest = try await database.queryRow("SELECT MAX(id) FROM messages", as: (Int64?).self)
    guard let newest, let newest else { return }
    known.withLock { $0.coveredID = Self.firstID(of: newest) }
  }

  private func cover(_ database: Database, _ condition: SQL, from start: Int64) async throws {
    let dialect = database.dialect
    var last = start
    while true {
      let page: SQL = """
        SELECT id, channel FROM messages WHERE \(condition) AND id > \(last) \
        AND TRIM(COALESCE(recipient, '')) = '' ORDER BY id
        """
      let rows = try await database.query(
        dialect.paged(page, limit: Self.pageCount), as: PlacedRow.self
      ).collect()
      let placed = rows.compactMap { row in row.channel.map { (id: row.id, channel: $0) } }
      let entries = missing(for: placed)
      try await database.transaction(retrying: RetryPolicy()) {
        try await self.add(entries, in: $0)
      }
      guard rows.count == Self.pageCount, let next = rows.last?.id else { return }
      last = next
    }
  }
}

/// A message, and where it was said.
private struct PlacedRow: RowDecodable, Sendable {
  var id: Int64
  /// nil where it cannot be read: such a message is not shown.
  var channel: String?

  init(row: borrowing Row) throws(DatabaseError) {
    id = try row.decode(0, as: Int64.self)
    channel = try row.readable(1, as: String.self)
  }
}

// MARK: - Reading

extension ChannelBlocks {
  /// What the rows of another program meet that came after the start: nobody has noted where they are.
  var uncovered: SQL { "(recipient_folded IS NULL AND id >= \(known.withLock { $0.coveredID }))" }

  /// The first ids of the last blocks in which a channel was written to, newest first.
  ///
  /// - Parameter id: only blocks that begin before it.
  func blocks(
    of channel: String, before id: Int64, atMost count: Int, _ connection: Connection
  ) async throws -> [Int64] {
    let blocks: SQL = """
      SELECT first_id FROM channel_blocks WHERE channel = \(channel) AND first_id < \(id) \
      ORDER BY first_id DESC
      """
    return try await connection.query(
      connection.dialect.paged(blocks, limit: count), as: Int64.self
    ).collect()
  }

  /// What the ids of a block meet.
  static func contains(_ firstID: Int64) -> SQL {
    "id BETWEEN \(firstID) AND \(firstID + idCount - 1)"
  }

  /// Forgets the blocks that were left without messages.
  ///
  /// - Parameter id: of a message that was removed. Blocks that end behind it may still be written to.
  static func removeEmpty(before id: Int64, in transaction: Transaction) async throws {
    try await transaction.exec(
      """
      DELETE FROM channel_blocks WHERE first_id <= ? AND NOT EXISTS (SELECT 1 FROM messages \
      WHERE messages.id BETWEEN channel_blocks.first_id AND channel_blocks.first_id + ?)
      """, id - idCount, idCount - 1)
  }
}
