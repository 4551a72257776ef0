import DriverAPI

extension Transaction {
  /// Puts a reaction on a message; once for each user and emoji. [DURABLE-1]
  func addReaction(
    _ emoji: String, to id: Int64, by user: UserName
  ) async throws -> WriteOutcome {
    guard let target = try await visibleTarget(id, to: user) else { return .notFound }
    _ = try await insertIgnore(
      into: "message_reactions",
      columns: ["message_id", "username", "emoji", "created_at", "display_name"],
      [
        [
          .int(id), .text(user.key), .text(emoji), WireTime.now.databaseValue,
          .text(user.display),
        ]
      ])
    return .changed(target)
  }

  /// Takes a reaction back. Clients know it by the name it was shown under.
  func removeReaction(
    _ emoji: String, from id: Int64, by user: UserName
  ) async throws -> WriteOutcome {
    guard var target = try await visibleTarget(id, to: user) else { return .notFound }
    target.reactor = try await queryRow(
      """
      SELECT CASE WHEN display_name = '' THEN username ELSE display_name END \
      FROM message_reactions WHERE message_id = \(id) AND username = \(user.key) \
      AND emoji = \(emoji)
      """, as: (String).self)
    try await exec(
      "DELETE FROM message_reactions WHERE message_id = ? AND username = ? AND emoji = ?", id,
      user.key, emoji)
    return .changed(target)
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
      newer = "\(newer)m.recipient_key = '' AND m.channel = \(channel) LIMIT 1"
    case .parties(let sender, let recipient):
      newer = """
        \(newer)((m.dm_sender_key = \(sender) AND m.recipient_key = \(recipient)) \
        OR (m.dm_sender_key = \(recipient) AND m.recipient_key = \(sender))) LIMIT 1
        """
    }
    guard try await queryRow(newer, as: (Int64).self) == nil else { return .unchanged }
    _ = try await insertIgnore(
      into: "read_receipts", columns: ["username", "message_id", "read_at"],
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
