import DriverAPI
import Foundation

@testable import Server

/// What a marchat v1 server does to its database: its statements, in its forms, and none of ours.
struct MarchatStatements {
  let database: Database

  private var isSQLite: Bool { database.dialect.name == "sqlite" }

  /// Its driver for SQLite writes local time as Go prints it; the servers get an instant.
  private var now: Value {
    guard isSQLite else { return WireTime.now.databaseValue }
    let form = DateFormatter()
    form.locale = Locale(identifier: "en_US_POSIX")
    form.timeZone = TimeZone(secondsFromGMT: -4 * 3600)
    form.dateFormat = "yyyy-MM-dd HH:mm:ss.SSS"
    return .text(form.string(from: Date()) + "456 -0400 EDT m=+12.345678901")
  }

  /// In two statements, as it does.
  func post(
    _ text: String, by sender: String, to recipient: String = "", in channel: String = "general"
  ) async throws {
    try await database.exec(
      """
      INSERT INTO messages (sender, content, created_at, is_encrypted, recipient, channel) \
      VALUES (\(sender), \(text), \(now), \(false), \(recipient), \(channel))
      """)
    try await database.exec("UPDATE messages SET message_id = id WHERE content = \(text)")
  }

  private func id(of text: String) async throws -> Int64 {
    let id = try await database.queryRow(
      "SELECT message_id FROM messages WHERE content = \(text)", as: Int64.self)
    guard let id else { throw Missing(text: text) }
    return id
  }

  func edit(_ old: String, to new: String, by sender: String) async throws {
    try await database.exec(
      """
      UPDATE messages SET content = \(new), edited = \(true), is_encrypted = \(false) \
      WHERE message_id = \(try await id(of: old)) AND sender = \(sender)
      """)
  }

  func delete(_ text: String, by sender: String) async throws {
    try await database.exec(
      """
      UPDATE messages SET content = '[deleted]', deleted = \(true), is_encrypted = \(false) \
      WHERE message_id = \(try await id(of: text)) AND sender = \(sender)
      """)
  }

  func react(_ emoji: String, to text: String, by name: String) async throws {
    try await database.exec(
      """
      INSERT INTO message_reactions (message_id, username, emoji) \
      VALUES (\(try await id(of: text)), \(name), \(emoji))
      """)
  }

  func read(_ text: String, by name: String) async throws {
    try await database.exec(
      """
      INSERT INTO read_receipts (username, message_id) VALUES (\(name), \(try await id(of: text)))
      """)
  }

  func move(_ name: String, to channel: String) async throws {
    if isSQLite {
      try await database.exec(
        "INSERT OR REPLACE INTO user_channels (username, channel) VALUES (\(name), \(channel))")
    } else if database.dialect.name == "postgres" {
      try await database.exec(
        """
        INSERT INTO user_channels (username, channel) VALUES (\(name), \(channel)) \
        ON CONFLICT (username) DO UPDATE SET channel = EXCLUDED.channel, \
        updated_at = CURRENT_TIMESTAMP
        """)
    } else {
      try await database.exec(
        """
        INSERT INTO user_channels (username, channel) VALUES (\(name), \(channel)) \
        ON DUPLICATE KEY UPDATE channel = VALUES(channel), updated_at = CURRENT_TIMESTAMP
        """)
    }
  }

  func ban(_ name: String) async throws {
    try await unban(name)
    try await database.exec(
      "INSERT INTO ban_history (username, banned_by) VALUES (\(name), 'root')")
  }

  func unban(_ name: String) async throws {
    try await database.exec(
      """
      UPDATE ban_history SET unbanned_at = CURRENT_TIMESTAMP \
      WHERE username = \(name) AND unbanned_at IS NULL
      """)
  }

  /// What it would show to a user, in no order.
  func history(of name: String) async throws -> Set<String> {
    let rows = try await database.query(
      """
      SELECT content FROM messages WHERE recipient IS NULL OR TRIM(recipient) = '' \
      OR LOWER(TRIM(sender)) = \(name) OR LOWER(TRIM(recipient)) = \(name) \
      ORDER BY created_at DESC LIMIT 50
      """, as: String.self
    ).collect()
    return Set(rows)
  }

  /// Times that its driver for SQLite could not read.
  func unreadableTimes() async throws -> [String] {
    guard isSQLite else { return [] }
    let form = /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,9})?( [+-]\d{4} [A-Z]+( m=.*)?)?/
    let texts = try await database.query(
      "SELECT CAST(created_at AS TEXT) FROM messages", as: String.self
    ).collect()
    return texts.filter { $0.wholeMatch(of: form) == nil }
  }

  struct Missing: Error {
    let text: String
  }
}
