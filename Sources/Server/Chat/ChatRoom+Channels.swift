import NIOConcurrencyHelpers

extension ChatRoom {
  /// Moves a session to a channel; that it did is told once it is remembered.
  func joinChannel(_ text: String, _ session: ChatSession) {
    guard let channel = ChannelName.parse(text) else {
      let current = channel(of: session) ?? ChannelName.general
      reply("Join failed: \(ChannelName.rule). You are still in #\(current)", to: session)
      return
    }
    move(session, to: channel)
  }

  /// Moves a session back to `general`.
  func leaveChannel(_ session: ChatSession) {
    guard channel(of: session) != ChannelName.general else { return }
    move(session, to: ChannelName.general, isLeaving: true)
  }

  // The client has switched its view already, so what it sends next belongs to the new channel,
  // whether or not that could be saved.
  private func move(_ session: ChatSession, to channel: String, isLeaving: Bool = false) {
    guard let old = hub.withLockedValue({ $0.move(session.id, to: channel) }) else { return }
    let write = ChatWrite.changeChannel(
      of: session.name, from: isLeaving ? old : nil, to: channel)
    if !archive.append(write, from: session.id) {
      reply(Self.text(from: isLeaving ? old : nil, to: channel, isSaved: false), to: session)
    }
  }

  /// What a user is told who went to another channel.
  ///
  /// - Parameter old: the channel that was left for `general`; nil for a join.
  static func text(from old: String?, to channel: String, isSaved: Bool) -> String {
    let text = old.map { "Left #\($0), back to #\(channel)" } ?? "Joined channel #\(channel)"
    return isSaved ? text : text + " (not saved: the next log-in will not start here)"
  }

  /// Which channels have somebody in them.
  func listChannels(for session: ChatSession) {
    let (counts, current) = hub.withLockedValue { ($0.channelCounts, $0.channel(of: session.id)) }
    let lines = counts.map { channel in
      "  #\(channel.name) - \(channel.count) user(s)"
        + (channel.name == current ? " (current)" : "")
    }
    reply("Active channels:\n" + lines.joined(separator: "\n"), to: session)
  }
}
