import DriverAPI
import Logging

/// The chat's memory in a database.
final class ChatStore: ChatArchive {
  private static let maxSearchHitCount = 20

  private let database: Database
  private let journal: Journal
  private let blocks: ChannelBlocks
  private let leavesBanGaps: Bool
  private let unreadable: UnreadableRows

  /// A store in a database whose schema is up to date.
  init(
    _ database: Database, journal: Journal, blocks: ChannelBlocks, leavesBanGaps: Bool,
    logger: Logger
  ) {
    self.database = database
    self.journal = journal
    self.blocks = blocks
    self.leavesBanGaps = leavesBanGaps
    unreadable = UnreadableRows(logger)
  }

  func append(_ write: ChatWrite, from author: SessionID) -> Bool {
    journal.append(JournalEntry(author: author, write: write))
  }

  func lastChannel(of user: UserName) async throws -> String? {
    try await database.queryRow(
      "SELECT channel FROM user_channels WHERE username = ?", user.key, as: (String).self)
  }

  func replay(for user: UserName, in channel: String) async throws -> Replay {
    try await database.withConnection(.reader) { connection in
      var reader = ReplayReader(
        connection: connection, user: user, channel: channel, blocks: blocks,
        unreadable: unreadable)
      if leavesBanGaps {
        reader.gaps = try await BanHistory(connection: connection, unreadable: unreadable)
          .gaps(of: user, until: .now)
      }
      return try await reader.replay()
    }
  }

  func search(_ query: String, for user: UserName) async throws -> [StoredMessage] {
    let visible = Visibility(user: user.key).condition
    let dialect = database.dialect
    let no = dialect.no
    // Alone in a call, it has no type to go by.
    let pattern = SQL(
      raw: dialect.parameter(.text), [.text("%" + escaped(query, dialect.likeWildcards) + "%")])
    let found: SQL = """
      SELECT \(StoredMessage.columns(dialect)) FROM messages WHERE \(visible) \
      AND COALESCE(deleted, \(no)) = \(no) AND COALESCE(is_encrypted, \(no)) = \(no) \
      AND LOWER(content) LIKE LOWER(\(pattern)) ESCAPE '!' ORDER BY id DESC
      """
    let rows = try await database.query(
      dialect.paged(found, limit: Self.maxSearchHitCount),
      as: ReadableRow<StoredMessage>.self
    ).collect()
    return readable(rows, by: user)
  }

  func pinnedMessages(
    for user: UserName, atMost count: Int
  ) async throws -> [StoredMessage] {
    let visible = Visibility(user: user.key).condition
    let dialect = database.dialect
    let pinned: SQL = """
      SELECT \(StoredMessage.columns(dialect)) FROM messages WHERE \(visible) \
      AND pinned = \(dialect.yes) AND COALESCE(deleted, \(dialect.no)) = \(dialect.no) \
      ORDER BY id DESC
      """
    let rows = try await database.query(
      dialect.paged(pinned, limit: count), as: ReadableRow<StoredMessage>.self
    ).collect()
    return readable(rows, by: user)
  }

  private func readable(
    _ rows: [ReadableRow<StoredMessage>], by user: UserName
  ) -> [StoredMessage] {
    unreadable.leaveOut(of: "messages", rows).filter { $0.message.audience.admits(user.key) }
  }

  /// The text with what LIKE would take for wildcards marked as ordinary.
  private func escaped(_ text: String, _ wildcards: String) -> String {
    text.marking([UInt8(ascii: "!")] + wildcards.utf8, with: UInt8(ascii: "!"))
  }
}
