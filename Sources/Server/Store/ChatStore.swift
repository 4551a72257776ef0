import DriverAPI
import Logging

/// The chat's memory in a database.
final class ChatStore: ChatArchive {
  private static let maxSearchHitCount = 20

  private let database: Database
  private let journal: Journal
  private let leavesBanGaps: Bool

  /// A store in a database whose schema is up to date.
  init(_ database: Database, journal: Journal, leavesBanGaps: Bool) {
    self.database = database
    self.journal = journal
    self.leavesBanGaps = leavesBanGaps
  }

  func append(_ write: ChatWrite, from author: SessionID) -> Bool {
    journal.append(JournalEntry(author: author, write: write))
  }

  func lastChannel(of user: UserName) async throws -> String? {
    try await database.queryRow(
      "SELECT channel FROM user_channels WHERE username = ?", user.key, as: (String).self)
  }

  func replay(for user: UserName) async throws -> Replay {
    try await database.withConnection(.reader) { connection in
      var reader = ReplayReader(connection: connection, user: user)
      if leavesBanGaps {
        reader.gaps = try await BanHistory(connection: connection).gaps(of: user, until: .now)
      }
      return try await reader.replay()
    }
  }

  func search(_ query: String, for user: UserName) async throws -> [StoredMessage] {
    let visible = Visibility(user: user.key).condition
    let pattern = "%" + escaped(query) + "%"
    return try await database.query(
      """
      SELECT \(StoredMessage.columns) FROM messages WHERE \(visible) \
      AND COALESCE(deleted, FALSE) = FALSE AND COALESCE(is_encrypted, FALSE) = FALSE \
      AND LOWER(content) LIKE LOWER(\(pattern)) ESCAPE '!' \
      ORDER BY id DESC LIMIT \(raw: "\(Self.maxSearchHitCount)")
      """, as: StoredMessage.self
    ).collect()
  }

  func pinnedMessages(for user: UserName) async throws -> [StoredMessage] {
    let visible = Visibility(user: user.key).condition
    return try await database.query(
      """
      SELECT \(StoredMessage.columns) FROM messages WHERE \(visible) AND pinned = TRUE \
      AND COALESCE(deleted, FALSE) = FALSE ORDER BY id DESC
      """, as: StoredMessage.self
    ).collect()
  }

  /// The text with what LIKE would take for wildcards marked as ordinary.
  private func escaped(_ text: String) -> String {
    String(text.flatMap { "!%_".contains($0) ? ["!", $0] : [$0] })
  }
}
