/// A message that one session sent to all that listen to a channel. [NOTIFY-1]
public struct DatabaseNotification: Sendable, Hashable {
  /// The channel's name.
  public var channel: String
  /// What was sent; empty if nothing was.
  public var payload: String
  /// The server's number for the session that sent it, if it tells.
  public var senderID: Int?

  /// A notification.
  public init(channel: String, payload: String, senderID: Int? = nil) {
    self.channel = channel
    self.payload = payload
    self.senderID = senderID
  }
}
