import DriverAPI

/// What a change to a message needs to know of it.
private struct Target {
  var sender: String
  var isDeleted: Bool
  var facts: TargetFacts
}

extension Transaction {
  /// Changes the text of a message of one's own that was not deleted.
  func edit(
    _ id: Int64, by author: UserName, _ content: String, isEncrypted: Bool
  ) async throws -> WriteOutcome {
    guard let target = try await target(id), target.sender.folded == author.key, !target.isDeleted
    else { return .notFound }
    try await exec(
      "UPDATE messages SET content = ?, edited = ?, is_encrypted = ? WHERE id = ?", content, true,
      isEncrypted, id)
    return .changed(target.facts)
  }

  /// Takes the text out of a message of one's own, or of anybody's for an administrator.
  func delete(_ id: Int64, by user: UserName, isAdmin: Bool) async throws -> WriteOutcome {
    guard let target = try await target(id), isAdmin || target.sender.folded == user.key
    else { return .notFound }
    if target.isDeleted { return .unchanged }
    try await exec(
      "UPDATE messages SET content = ?, deleted = ?, is_encrypted = ? WHERE id = ?",
      StoredMessage.deletedContent, true, false, id)
    return .changed(target.facts)
  }

  /// Pins a message, or lifts its pin. The row is changed before it is read, so that two servers
  /// that do this at once pin and unpin instead of both pinning.
  func togglePin(_ id: Int64, by admin: UserName) async throws -> WriteOutcome {
    guard let target = try await target(id), target.facts.audience.admits(admin.key) else {
      return .notFound
    }
    try await exec(
      """
      UPDATE messages SET pinned = CASE WHEN COALESCE(pinned, \(dialect.no)) = \(dialect.no) \
      THEN \(dialect.yes) ELSE \(dialect.no) END WHERE id = \(id)
      """)
    let isPinned = try await queryRow(
      "SELECT pinned FROM messages WHERE id = ?", id, as: (Bool).self)
    return isPinned.map { .pinned($0) } ?? .notFound
  }

  /// The message a user wants to react to or has read; nil if there is none that he may see.
  func visibleTarget(_ id: Int64, to user: UserName) async throws -> TargetFacts? {
    guard let target = try await target(id), !target.isDeleted,
      target.facts.audience.admits(user.key)
    else { return nil }
    return target.facts
  }

  private func target(_ id: Int64) async throws -> Target? {
    let row = try await queryRow(
      """
      SELECT COALESCE(sender, ''), COALESCE(recipient, ''), COALESCE(channel, 'general'), \
      COALESCE(deleted, \(dialect.no)) FROM messages WHERE id = \(id)
      """, as: (String, String, String, Bool).self)
    guard let (sender, recipient, channel, isDeleted) = row else { return nil }
    let addressee = UserName(recipient).key
    let audience: Audience =
      addressee.isEmpty ? .channel(channel) : .parties(UserName(sender).key, addressee)
    return Target(
      sender: sender, isDeleted: isDeleted,
      facts: TargetFacts(
        audience: audience, author: sender, channel: channel, recipient: recipient))
  }
}
