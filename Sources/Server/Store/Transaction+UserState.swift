import DriverAPI

extension Transaction {
  /// Puts a reaction on a message; once for each user and emoji. [DURABLE-1]
  func addReaction(
    _ emoji: String, to id: Int64, by user: UserName
  ) async throws -> WriteOutcome {
    guard let target = try await visibleTarget(id, to: user) else { return .notFound }
    // marchat stores names as they are shown; ours are folded. One user has one such reaction.
    let own = try await query(
      "SELECT emoji FROM message_reactions WHERE message_id = \(id) AND LOWER(username) = \(user.key)",
      as: (String).self
    ).collect()
    if own.contains(where: { $0.utf8.elementsEqual(emoji.utf8) }) { return .unchanged }
    guard own.count < Self.maxReactionCount else { return .tooMany }
    _ = try await insertIgnore(
      into: "message_reactions",
      columns: ["message_id", "username", "emoji", "created_at", "display_name"],
      key: ["message_id", "username", "emoji"],
      [
        [
          .int(id), .text(user.key), .text(emoji), WireTime.now.databaseValue,
          .text(user.display),
        ]
      ])
    return .changed(target)
  }

  /// How many reactions one user may put on one message.
  private static let maxReactionCount = 20

  /// Takes a reaction back. Clients know it by the name it was shown under.
  func removeReaction(
    _ emoji: String, from id: Int64, by user: UserName
  ) async throws -> WriteOutcome {
    guard var target = try await visibleTarget(id, to: user) else { return .notFound }
    target.reactor = try await queryRow(
      """
      SELECT CASE WHEN display_name = '' THEN username ELSE display_name END \
      FROM message_reactions WHERE message_id = \(id) AND LOWER(username) = \(user.key) \
      AND emoji = \(emoji)
      """, as: (String).self)
    let removed = try await exec(
      "DELETE FROM message_reactions WHERE message_id = ? AND LOWER(username) = ? AND emoji = ?",
      id, user.key, emoji)
    return removed.rowCount == 0 ? .unchanged : .changed(target)
  }

  /// Notes what a user has read; in each conversation that only goes forward. [DURABLE-2]
  func markRead(_ id: Int64, by user: UserName) async throws -> WriteOutcome {
    guard let target = try await visibleTarget(id, to: user) else { return .notFound }
    var newer: SQL = """
      SELECT 1 FROM read_receipts r JOIN messages m ON m.id = r.message_id \
      WHERE r.username = \(user.key) AND r.message_id >= \(id) AND 
      """
    switch target.audience {
    case .channel(let channel):
      newer = "\(newer)m.recipient_folded = '' AND m.channel = \(channel)"
    case .parties(let sender, let recipient):
      newer = """
        \(newer)((m.dm_sender_folded = \(sender) AND m.recipient_folded = \(recipient)) \
        OR (m.dm_sender_folded = \(recipient) AND m.recipient_folded = \(sender)))
        """
    }
    newer = try dialect.paged("\(newer) ORDER BY r.message_id DESC", limit: 1)
    guard try await queryRow(newer, as: (Int64).self) == nil else { return .unchanged }
    _ = try await insertIgnore(
      into: "read_receipts", columns: ["username", "message_id", "read_at"],
      key: ["username", "message_id"],
      [[.text(user.key), .int(id), WireTime.now.databaseValue]])
    return .changed(target)
  }

  /// Remembers the channel a user went to. [DURABLE-3]
  func setChannel(_ channel: String, of user: UserName) async throws {
    try await upsert(
      Upsert(
        into: "user_channels", columns: ["username", "channel", "updated_at"], key: ["username"]),
      [[.text(user.key), .text(channel), WireTime.now.databaseValue]])
  }

  /// Remembers that a user was here.
  func touch(_ user: UserName) async throws {
    try await upsert(
      Upsert(
        into: "user_message_state", columns: ["username", "last_message_id", "last_seen"],
        key: ["username"], assignments: [.newValue("last_seen")]),
      [[.text(user.key), .int(0), WireTime.now.databaseValue]])
  }
}
