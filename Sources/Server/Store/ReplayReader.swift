import DriverAPI

/// Reads what a user is shown at log-in.
struct ReplayReader {
  /// How many messages are shown, of all that the user may see, of his channel, and of his direct
  /// messages.
  static let maxMessageCount = 50
  /// How many of their reactions.
  static let maxReactionCount = 2000

  /// Where it is read.
  let connection: Connection
  /// For whom.
  let user: UserName
  /// The channel that the user is in.
  let channel: String
  /// Where its messages lie.
  let blocks: ChannelBlocks
  /// Where rows go that cannot be read.
  let unreadable: UnreadableRows
  /// Times whose messages the user does not get to see.
  var gaps: [BanGap] = []

  /// Reads messages, then the reactions and receipts that belong to them.
  func replay() async throws -> Replay {
    var replay = Replay()
    replay.messages = try await newest(Visibility(user: user.key).branches)
    if replay.messages.count > Self.maxMessageCount {
      replay.messages.removeLast()
      replay.oldestOfAll = replay.messages.last?.id ?? 0
      // Whoever comes back to a quiet channel, or to a talk of two, sees how that ended.
      replay.messages += try await older(than: replay.oldestOfAll, besides: replay.messages)
    }
    replay.messages.sort { $0.id < $1.id }
    let ids = replay.messages.map(\.id)
    guard !ids.isEmpty else { return replay }
    replay.reactions = try await reactions(to: replay.messages.filter { !$0.isDeleted }.map(\.id))
    replay.receipts = try await receipts(for: ids)
    return replay
  }

  /// What belongs to the last messages of the channel, or to the last direct ones, and is older than
  /// those in `newest`.
  private func older(
    than id: Int64, besides newest: [StoredMessage]
  ) async throws -> [StoredMessage] {
    let visibility = Visibility(user: user.key)
    let channelCount = newest.count {
      $0.message.recipient == nil && $0.message.channel == channel
    }
    let directCount = newest.count { $0.message.recipient != nil }
    let said = try await self.said(than: id, atMost: Self.maxMessageCount - channelCount)
    let whispered = try await self.newest(
      visibility.directBranches.map { "\($0) AND id < \(id)" })
    return said + whispered.prefix(max(0, Self.maxMessageCount - directCount))
  }

  /// The last messages of the channel that are older, newest first.
  ///
  /// Blocks are looked at in few statements: a database may be far away. The first ones are few, because
  /// most channels are not quiet.
  private func said(than id: Int64, atMost count: Int) async throws -> [StoredMessage] {
    guard count > 0 else { return [] }
    let rule: SQL = "(\(Visibility.isSaid(in: channel)) AND id < \(id))"
    var found = try await newest(["(\(blocks.uncovered) AND \(rule))"])
    var (before, blockCount) = (id, Self.firstBlockCount)
    while true {
      let firstIDs = try await blocks.blocks(
        of: channel, before: before, atMost: blockCount, connection)
      guard let last = firstIDs.last else { break }
      let ids = Set(found.map(\.id))
      found += try await newest(firstIDs.map { "(\(ChannelBlocks.contains($0)) AND \(rule))" })
        .filter { !ids.contains($0.id) }
      if found.count(where: { $0.id >= last }) >= count { break }
      (before, blockCount) = (last, Self.maxBlockCount)
    }
    return Array(found.sorted { $0.id > $1.id }.prefix(count))
  }

  private static let firstBlockCount = 4
  private static let maxBlockCount = 16

  /// The newest messages of all branches that lie in no gap, newest first, and one more than is shown
  /// if there is one.
  private func newest(_ branches: [SQL]) async throws -> [StoredMessage] {
    let limit = Self.maxMessageCount + 1
    var found: [StoredMessage] = []
    var before: SQL = ""
    while true {
      let rows = try await page(branches.map { "\($0)\(before)" }, limit)
      found += unreadable.leaveOut(of: "messages", rows).filter { stored in
        stored.message.audience.admits(user.key)
          && !gaps.contains { $0.contains(stored.message.createdAt) }
      }
      // Without gaps there is nothing behind the first page that would be shown.
      guard !gaps.isEmpty, found.count < limit, rows.count == limit,
        let last = rows.last.flatMap({ $0.content?.id ?? $0.key })
      else { return Array(found.prefix(limit)) }
      before = " AND id < \(last)"
    }
  }

  private func page(
    _ branches: [SQL], _ limit: Int
  ) async throws -> [ReadableRow<StoredMessage>] {
    var sql: SQL = ""
    for (index, branch) in branches.enumerated() {
      let union: SQL = index == 0 ? "" : " UNION ALL "
      let newest = try connection.dialect.paged(
        """
        SELECT \(StoredMessage.columns(connection.dialect)) FROM messages WHERE \(branch)\(outsideGaps) \
        ORDER BY id DESC
        """, limit: limit)
      // Without AS, which not every engine takes before the name of a table.
      sql = "\(sql)\(union)SELECT * FROM (\(newest)) \(raw: "branch\(index)")"
    }
    sql = try connection.dialect.paged("\(sql) ORDER BY 1 DESC", limit: limit)
    return try await connection.query(sql, as: ReadableRow<StoredMessage>.self).collect()
  }

  /// What the database can leave out. Where it has times as texts it compares them so, and those near the
  /// ends of a gap are judged when they were read.
  private var outsideGaps: SQL {
    let dialect = connection.dialect
    let hasTimesAsText = dialect.typeName(.timestamp) == dialect.typeName(.text)
    return gaps.reduce("") { condition, gap in
      guard let exclusion = gap.exclusion(slack: hasTimesAsText ? WireTime.textSlack : 0) else {
        return condition
      }
      // A time that is missing lies in no gap.
      return "\(condition) AND (created_at IS NULL OR \(exclusion))"
    }
  }

  private func reactions(to ids: [Int64]) async throws -> [StoredReaction] {
    guard !ids.isEmpty else { return [] }
    // The newest, if there are too many to send to a client on a slow line.
    let newest: SQL = """
      SELECT message_id, CASE WHEN display_name = '' THEN username ELSE display_name END, emoji, \
      created_at FROM message_reactions WHERE message_id IN (\(each: ids)) ORDER BY id DESC
      """
    let rows = try await connection.query(
      connection.dialect.paged(newest, limit: Self.maxReactionCount),
      as: ReadableRow<StoredReaction>.self
    ).collect()
    return unreadable.leaveOut(of: "message_reactions of message", rows.reversed())
  }

  private func receipts(for ids: [Int64]) async throws -> [StoredReceipt] {
    let rows = try await connection.query(
      """
      SELECT message_id, read_at FROM read_receipts WHERE username = \(user.key) \
      AND message_id IN (\(each: ids)) ORDER BY message_id
      """, as: ReadableRow<StoredReceipt>.self
    ).collect()
    return unreadable.leaveOut(of: "read_receipts of message", rows)
  }
}

extension StoredReaction: RowDecodable {
  init(row: borrowing Row) throws(DatabaseError) {
    self.init(
      target: try row.decode(0, as: Int64.self), sender: try row.decode(1, as: String.self),
      emoji: try row.decode(2, as: String.self),
      createdAt: try row.decode(3, as: WireTime?.self) ?? .zero)
  }
}

extension StoredReceipt: RowDecodable {
  init(row: borrowing Row) throws(DatabaseError) {
    self.init(
      messageID: try row.decode(0, as: Int64.self),
      readAt: try row.decode(1, as: WireTime?.self) ?? .zero)
  }
}
