import NIOConcurrencyHelpers
import NIOCore

extension ChatRoom {
  /// Takes one message of a client who is logged in.
  func received(_ bytes: ByteBuffer, from session: ChatSession) {
    guard !session.isOver else { return }
    let message: WireMessage
    do {
      message = try WireDecoder.message(bytes)
    } catch {
      refuse(malformed: error, from: session)
      return
    }
    switch session.intake.withLockedValue({ $0.judge(at: .now) }) {
    case .pass: if hears(message, from: session) { dispatch(message, from: session) }
    case .passAfter(let count):
      reply("Rate limited: \(count) of your messages were not sent", to: session)
      if hears(message, from: session) { dispatch(message, from: session) }
    case .drop: break
    case .dropAndTell:
      reply(
        "Rate limited: too many messages in a short window. Wait before sending again.", to: session
      )
    }
  }

  private func refuse(malformed error: WireError, from session: ChatSession) {
    guard session.intake.withLockedValue({ $0.toleratesMalformed() }) else {
      expel(session, CloseCode.invalidPayload, "too many malformed messages: \(error)")
      return
    }
    reply("Message not understood: \(error)", to: session)
  }

  private func dispatch(_ message: WireMessage, from session: ChatSession) {
    if Self.namesView(message) { follow(message.channel, of: session) }
    switch message.type {
    case "file": relayFile(message, from: session)
    case "edit": edit(message, from: session)
    case "delete": delete(message, from: session)
    case "typing": relayTyping(message, from: session)
    case "reaction": react(message, from: session)
    case "dm": postDirect(message, from: session)
    case "search": search(message, from: session)
    case "pin": pin(message, from: session)
    case "read_receipt": markRead(message, from: session)
    case "join_channel": joinChannel(message.channel, session)
    case "leave_channel": leaveChannel(session)
    case "list_channels": listChannels(for: session)
    case "admin_command": command(message.content, from: session)
    case "", "text":
      if message.content.utf8.first == UInt8(ascii: ":") {
        command(message.content, from: session)
      } else {
        postText(message, from: session)
      }
    default:
      reply("Unknown message type", to: session)
    }
  }

  /// Whether a client says in such a message what it shows. In a text the field means nothing: the
  /// server stamps it.
  private static func namesView(_ message: WireMessage) -> Bool {
    switch message.type {
    case "typing": message.recipient.isEmpty
    case "read_receipt", "reaction": true
    default: false
    }
  }

  /// Hands a change to the archive, or tells the author that it takes no more.
  func store(_ write: ChatWrite, from session: ChatSession, orReply refusal: String) {
    if !archive.append(write, from: session.id) {
      reply("\(refusal): no more can be saved at the moment; try again soon", to: session)
    }
  }
}
