import NIOConcurrencyHelpers
import NIOCore

/// Collects who has to be flushed, so that many frames need one flush.
struct Postbag: ~Copyable {
  private var sessions: [ChatSession] = []
  private var tooSlow: [ChatSession] = []

  /// Queues a frame for one session.
  mutating func put(_ frame: Frame, for session: ChatSession) {
    switch session.outlet.put(frame) {
    case .queued: if session.claimFlush() { sessions.append(session) }
    case .full: tooSlow.append(session)
    }
  }

  /// Sends everything and ends the sessions that had no room.
  consuming func send(through room: ChatRoom) {
    for session in sessions { session.flushBegins() }
    room.flusher.flush(sessions.map(\.socket))
    for session in tooSlow { room.expelSlow(session) }
    room.relieve()
  }
}

extension ChatRoom {
  /// Queues one message, encoded once, for everybody in `audience` and for its author.
  func deliver(
    _ message: WireMessage, introduces id: Int64 = 0, to audience: Audience,
    from author: SessionID, into postbag: inout Postbag
  ) {
    let recipients = hub.withLockedValue { $0.recipients(of: audience, author: author) }
    guard !recipients.isEmpty else { return }
    let frame = frame(WireEncoder.message(message), introduces: id)
    recipients.forEach { postbag.put(frame, for: $0) }
  }

  /// Sends something that is not stored to everybody in `audience` and to its author.
  func relay(_ message: WireMessage, to audience: Audience, from author: ChatSession) {
    var postbag = Postbag()
    deliver(message, to: audience, from: author.id, into: &postbag)
    postbag.send(through: self)
    cluster?.pass(FeedEvent(.message(message, introduces: 0, to: audience)))
  }

  /// Tells one session something, in the channel that it is looking at.
  func reply(_ text: String, to session: ChatSession) {
    var postbag = Postbag()
    reply(text, to: session, into: &postbag)
    postbag.send(through: self)
  }

  /// Queues what one session is told, in the channel that it is looking at.
  func reply(_ text: String, to session: ChatSession, into postbag: inout Postbag) {
    let channel = channel(of: session)
    let message = Self.systemMessage(text, in: channel ?? ChannelName.general)
    postbag.put(frame(WireEncoder.message(message)), for: session)
  }

  /// Tells everybody something, each in the channel that he is looking at.
  func broadcast(_ text: String, into postbag: inout Postbag) {
    let rooms = hub.withLockedValue { hub in
      hub.channelCounts.map { ($0.name, hub.occupants(of: $0.name)) }
    }
    for (channel, occupants) in rooms where !occupants.isEmpty {
      let frame = frame(WireEncoder.message(Self.systemMessage(text, in: channel)))
      for occupant in occupants { postbag.put(frame, for: occupant.member) }
    }
  }

  /// A frame that counts among what is on its way to all clients.
  func frame(_ bytes: ByteBuffer, introduces id: Int64 = 0) -> Frame {
    Frame(message: OutgoingMessage(bytes, in: outflow), introduces: id)
  }

  /// A text of the server itself; an empty channel makes clients show it in `general`.
  static func systemMessage(_ text: String, in channel: String) -> WireMessage {
    WireMessage(
      sender: UserName.system.display, content: text, createdAt: .now, type: "text",
      channel: channel)
  }
}
