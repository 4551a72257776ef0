/// Everything the database holds that the test has an opinion about.
struct StoredState: Sendable {
  var messages: [Message] = []
  var reactions: [Reaction] = []
  var receipts: [Receipt] = []
  /// The last channel by user.
  var channels: [String: String] = [:]
  /// The ids of the newest 50 messages by their time.
  var newestByTime: [Int64] = []
  /// What the engine's own check complained about.
  var damage: [String] = []

  struct Message: Sendable {
    var id: Int64
    var messageID: Int64
    var sender: String
    var content: String
    var edited: Bool
    var deleted: Bool
    var channel: String
  }

  struct Reaction: Sendable, Hashable, CustomStringConvertible {
    var messageID: Int64
    var user: String
    var emoji: String

    var description: String { "\(emoji) of \(user) on \(messageID)" }
  }

  struct Receipt: Sendable, Hashable, CustomStringConvertible {
    var user: String
    var messageID: Int64

    var description: String { "the receipt of \(user) for \(messageID)" }
  }
}
