/// A message from the server, as far as a client needs it.
public struct ChatFrame: Sendable, Equatable {
  /// Empty for envelopes such as `userlist`.
  public var sender = ""
  /// The text; of an edit the new one.
  public var content = ""
  /// Empty means `text`.
  public var type = ""
  /// 0 when there is none.
  public var messageID: Int64 = 0
  /// Empty for messages that belong to no channel.
  public var channel = ""
  /// Set on reactions.
  public var reaction: Reaction?

  /// What somebody put below a message, or took away again.
  public struct Reaction: Sendable, Equatable {
    /// As it came, whatever it is.
    public var emoji = ""
    /// The message it belongs to.
    public var targetID: Int64 = 0
    /// Whether it was taken away.
    public var isRemoval = false
  }

  /// Whether the server itself speaks, to one session or to all.
  public var isFromSystem: Bool { sender == "System" }

  /// Reads one JSON object; keys it does not know are skipped.
  ///
  /// - Throws: ``ChatClientError`` if the bytes are no such object.
  public init(_ bytes: UnsafeRawBufferPointer) throws(ChatClientError) {
    var cursor = JSONCursor(bytes)
    try cursor.enterObject()
    while let key = try cursor.nextKey() {
      switch key {
      case "sender": sender = try cursor.string()
      case "content": content = try cursor.string()
      case "type": type = try cursor.string()
      case "message_id": messageID = try cursor.integer()
      case "channel": channel = try cursor.string()
      case "reaction": reaction = try Reaction(&cursor)
      default: try cursor.skip()
      }
    }
  }
}

extension ChatFrame.Reaction {
  fileprivate init(_ cursor: inout JSONCursor) throws(ChatClientError) {
    try cursor.enterObject()
    while let key = try cursor.nextKey() {
      switch key {
      case "emoji": emoji = try cursor.string()
      case "target_id": targetID = try cursor.integer()
      case "is_removal": isRemoval = try cursor.boolean()
      default: try cursor.skip()
      }
    }
  }
}
