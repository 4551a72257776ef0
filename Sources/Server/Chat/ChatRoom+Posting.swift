extension ChatRoom {
  private static let notSent = "Message not sent"

  /// A text for the channel that the author is in.
  func postText(_ message: WireMessage, from session: ChatSession) {
    if let flaw = flaw(in: message) {
      reply("\(Self.notSent): \(flaw)", to: session)
      return
    }
    guard let channel = audibleChannel(of: session, Self.notSent) else { return }
    let text = NewMessage(
      sender: session.name, content: message.shownContent, isEncrypted: message.isEncrypted,
      createdAt: .now, channel: channel)
    store(.post(text), from: session, orReply: Self.notSent)
  }

  /// A direct message; its addressee need not be here, nor exist.
  func postDirect(_ message: WireMessage, from session: ChatSession) {
    if let flaw = flaw(in: message) ?? flaw(inRecipient: message.recipient) {
      reply("\(Self.notSent): \(flaw)", to: session)
      return
    }
    let direct = NewMessage(
      sender: session.name, content: message.shownContent, isEncrypted: message.isEncrypted,
      createdAt: .now, recipient: UserName(message.recipient))
    store(.post(direct), from: session, orReply: Self.notSent)
  }

  /// The channel that hears a session; nil, after telling its user, where there is none.
  private func audibleChannel(of session: ChatSession, _ refusal: String) -> String? {
    let channel = channel(of: session)
    guard channel == ChannelName.nowhere else { return channel }
    reply("\(refusal): you are in no channel; :join general brings you back", to: session)
    return nil
  }

  /// What is wrong with the text of a message; nil if nothing is.
  func flaw(in message: WireMessage) -> String? {
    if message.content.utf8.contains(0) { return "invalid character in content" }
    if !message.isEncrypted, message.content.isInvisible { return "empty content" }
    if message.content.utf8.count > settings.maxTextBytes {
      return "longer than the limit (\(settings.maxTextBytes) bytes)"
    }
    return nil
  }

  private func flaw(inRecipient recipient: String) -> String? {
    let name = recipient.trimmed
    if name.isEmpty { return "a direct message needs a recipient" }
    return UsernameRule.violation(of: name).map { "invalid recipient: \($0)" }
  }

  /// A file, which is passed on and not kept.
  func relayFile(_ message: WireMessage, from session: ChatSession) {
    if let flaw = flaw(inFileOf: message) {
      reply("File not sent: \(flaw)", to: session)
      return
    }
    guard let channel = audibleChannel(of: session, "File not sent") else { return }
    let relayed = WireMessage(
      sender: session.name.display, content: message.shownContent, createdAt: .now, type: "file",
      isEncrypted: message.isEncrypted, channel: channel, file: message.file?.safeForTerminals)
    relay(relayed, to: .channel(channel), from: session)
  }

  private func flaw(inFileOf message: WireMessage) -> String? {
    guard let file = message.file else { return "the message holds no file" }
    let limit = settings.maxFileBytes
    let payloadLimit =
      limit + (message.isEncrypted ? ChatSettings.encryptionOverheadBytes : 0)
    if file.size > limit || file.data.count > payloadLimit {
      return "exceeds maximum size limit (\(limit) bytes)"
    }
    if file.size < 0 { return "its size is negative" }
    if file.filename.utf8.count > 255 || file.filename.utf8.contains(0) {
      return "file names have at most 255 bytes and no NUL"
    }
    // A caption is a text like any other, only that it may be missing.
    return message.content.isEmpty ? nil : flaw(in: message)
  }

  /// Somebody is typing, in the channel or to one user.
  func relayTyping(_ message: WireMessage, from session: ChatSession) {
    var notice = WireMessage(sender: session.name.display, createdAt: .now, type: "typing")
    let recipient = UserName(message.recipient)
    if !recipient.key.isEmpty {
      guard UsernameRule.violation(of: recipient.display) == nil else {
        reply("Typing notice not sent: no user can have that name", to: session)
        return
      }
      notice.recipient = recipient.display
      relay(notice, to: .parties(session.name.key, recipient.key), from: session)
    } else if let channel = channel(of: session), channel != ChannelName.nowhere {
      notice.channel = channel
      relay(notice, to: .channel(channel), from: session)
    }
  }
}

extension WireMessage {
  /// The text as other users see it; the server does not look into an encrypted one.
  var shownContent: String { isEncrypted ? content : content.safeForTerminals }
}

extension WireFile {
  /// The same file under a name that can be shown.
  var safeForTerminals: WireFile {
    var file = self
    file.filename.unicodeScalars.removeAll { $0.movesTheCursor }
    return file
  }
}
