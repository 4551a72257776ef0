import DriverAPI

/// Reads what a user is shown at log-in.
struct ReplayReader {
  /// How many messages are shown.
  static let maxMessageCount = 50

  /// Where it is read.
  let connection: Connection
  /// For whom.
  let user: UserName
  /// Times whose messages the user does not get to see.
  var gaps: [BanGap] = []

  /// Reads messages, then the reactions and receipts that belong to them.
  func replay() async throws -> Replay {
    var replay = Replay()
    replay.messages = try await newestMessages()
    if replay.messages.count > Self.maxMessageCount {
      replay.isFull = true
      replay.messages.removeLast()
    }
    replay.messages.reverse()
    let ids = replay.messages.map(\.id)
    guard !ids.isEmpty else { return replay }
    replay.reactions = try await reactions(to: ids)
    replay.receipts = try await receipts(for: ids)
    return replay
  }

  /// The newest visible messages, newest first, and one more than is shown if there is one.
  private func newestMessages() async throws -> [StoredMessage] {
    let limit = Self.maxMessageCount + 1
    var sql: SQL = ""
    for (index, branch) in Visibility(user: user.key).branches.enumerated() {
      let union: SQL = index == 0 ? "" : " UNION ALL "
      sql = """
        \(sql)\(union)SELECT * FROM (SELECT \(StoredMessage.columns) FROM messages \
        WHERE \(branch)\(outsideGaps) ORDER BY id DESC LIMIT \(raw: "\(limit)")) \
        AS \(raw: "branch\(index)")
        """
    }
    sql = "\(sql) ORDER BY 1 DESC LIMIT \(raw: "\(limit)")"
    return try await connection.query(sql, as: StoredMessage.self).collect()
  }

  private var outsideGaps: SQL {
    gaps.reduce("") { condition, gap in
      "\(condition) AND NOT (created_at > \(gap.start) AND created_at < \(gap.end))"
    }
  }

  private func reactions(to ids: [Int64]) async throws -> [StoredReaction] {
    try await connection.query(
      """
      SELECT message_id, CASE WHEN display_name = '' THEN username ELSE display_name END, emoji, \
      created_at FROM message_reactions WHERE message_id IN (\(each: ids)) ORDER BY id
      """, as: (Int64, String, String, WireTime?).self
    ).collect().map { target, sender, emoji, createdAt in
      StoredReaction(
        target: target, sender: sender, emoji: emoji,
        createdAt: createdAt ?? .zero)
    }
  }

  private func receipts(for ids: [Int64]) async throws -> [StoredReceipt] {
    try await connection.query(
      """
      SELECT message_id, read_at FROM read_receipts WHERE username = \(user.key) \
      AND message_id IN (\(each: ids)) ORDER BY message_id
      """, as: (Int64, WireTime?).self
    ).collect().map { id, readAt in
      StoredReceipt(messageID: id, readAt: readAt ?? .zero)
    }
  }
}
