import DriverAPI
import Foundation
import Logging
import Testing

@testable import Server

/// A chat with rows in every table, and the places to move it to.
enum MoveRig {
  /// Every way from one engine to another.
  static let pairs = TestBackend.all.flatMap { source in
    TestBackend.all.map { (source, $0) }
  }

  static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

  static func drivers() throws -> DriverRegistry {
    let registry = DriverRegistry()
    for backend in TestBackend.all { try registry.register(backend.driver) }
    return registry
  }

  static func move(_ source: String, to target: String, whileServing: Bool = false) throws
    -> ChatMove
  {
    ChatMove(
      source: source, target: target, drivers: try drivers(), isWhileServing: whileServing)
  }

  /// Makes the schema, and as many messages with what belongs to some of them.
  static func fill(_ place: TestDatabase, messageCount: Int = 500) async throws {
    let database = try await place.open()
    try await ChatSchema.migrate(database, logger)
    let start = WireTime.now.microseconds
    let rows = (1...messageCount).lazy.map { message($0, at: start) }
    try await database.bulkInsert(
      into: "messages",
      columns: [
        "sender", "content", "created_at", "is_encrypted", "message_id", "edited", "deleted",
        "pinned",
        "encrypted_data", "nonce", "recipient", "recipient_folded", "dm_sender_folded", "channel",
      ], rows)
    let now = WireTime.now
    for statement: SQL in [
      "INSERT INTO message_reactions (message_id, username, emoji, created_at) VALUES (1, 'bob', '👍', \(now))",
      "INSERT INTO read_receipts (username, message_id, read_at) VALUES ('bob', 1, \(now))",
      "INSERT INTO user_channels (username, channel, updated_at) VALUES ('bob', 'channel 1', \(now))",
      "INSERT INTO user_message_state (username, last_message_id, last_seen) VALUES ('bob', 7, \(now))",
      "INSERT INTO ban_history (username, banned_by, banned_at) VALUES ('eve', 'root', \(now))",
    ] { try await database.exec(statement) }
    try await ChannelBlocks().cover(database)
    await database.close()
  }

  private static func message(_ number: Int, at start: Int64) -> [Value] {
    let isEncrypted = number % 7 == 0
    let data: Value = isEncrypted ? .bytes([1, 0, 255, UInt8(number % 256)]) : .null
    let time = WireTime(microseconds: start + Int64(number)).databaseValue
    let content = "message \(number) of a chat that moves, ö 👋"
    return [
      .text("sender \(number % 50)"), .text(content), time, .bool(isEncrypted),
      .int(Int64(number)), .bool(number % 11 == 0), .bool(false), .bool(number % 100 == 0), data,
      .null, .text(""), .text(""), .text(""), .text("channel \(number % 8)"),
    ]
  }

  /// Everything that can be seen of the messages, in one text each.
  static func messages(_ database: Database) async throws -> [String] {
    let rows = try await database.query(
      """
      SELECT id, sender, content, created_at, is_encrypted, pinned, encrypted_data, channel \
      FROM messages ORDER BY id
      """,
      as: (Int64, String, String, WireTime, Bool, Bool, [UInt8]?, String).self
    ).collect()
    return rows.map { "\($0)" }
  }
}
