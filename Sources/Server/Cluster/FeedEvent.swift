import NIOCore

/// What one server's change means to the clients of the others: whom it is for, and what they are sent.
///
/// The message is encoded already, so that whoever passes it on neither reads it nor writes it anew.
struct FeedEvent: Sendable, Equatable {
  /// Who is to hear of it.
  enum Address: Sendable, Hashable {
    /// Whoever an audience names.
    case audience(Audience)
    /// All, each in the channel that he is looking at.
    case everybody
    /// The servers themselves, on some topic.
    case servers(topic: String)
  }

  /// The id of the message that it introduces; 0 for everything that is not a new message.
  var introduces: Int64 = 0
  var address: Address
  /// The message as clients get it; for everybody and for servers, the text that they are told.
  var body: ByteBuffer

  init(introduces: Int64 = 0, address: Address, body: ByteBuffer) {
    self.introduces = introduces
    self.address = address
    self.body = body
  }

  /// The event, encoded.
  init(_ event: ChatEvent) {
    switch event {
    case .message(let message, let id, let audience):
      self.init(
        introduces: id, address: .audience(audience), body: WireEncoder.message(message))
    case .notice(let text):
      self.init(address: .everybody, body: ByteBuffer(string: text))
    }
  }
}
