/// A text or direct message that is about to be stored.
struct NewMessage: Sendable, Hashable {
  /// The author.
  var sender: UserName
  /// The text, or the base64 of an encrypted text.
  var content: String
  /// Whether `content` is opaque to the server.
  var isEncrypted = false
  /// When the server received it.
  var createdAt: WireTime
  /// The channel it was said in; `general` for direct messages.
  var channel = ChannelName.general
  /// The addressee of a direct message.
  var recipient: UserName?

  /// Who it is for.
  var audience: Audience {
    recipient.map { .parties(sender.key, $0.key) } ?? .channel(channel)
  }
}
