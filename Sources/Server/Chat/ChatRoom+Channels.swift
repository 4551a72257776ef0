import NIOConcurrencyHelpers

extension ChatRoom {
  /// Moves a session to a channel; that it did is told once it is remembered.
  func joinChannel(_ text: String, _ session: ChatSession) {
    if let channel = ChannelName.parse(text) {
      move(session, to: channel)
    } else if !text.isBlank {
      lose(session)
    } else {
      reply("Join failed: \(ChannelName.rule)", to: session)
    }
  }

  /// Goes by what a client says that it shows: a view that the server does not know of would get what
  /// is said elsewhere, and what is said in it would be read elsewhere.
  ///
  /// Clients name their view in what they send by themselves, and never learn of a channel from the
  /// server: one that was started anew shows `general` wherever its user was.
  func follow(_ view: String, of session: ChatSession) {
    guard !view.isEmpty else { return }
    guard let shown = ChannelName.parse(view) else {
      if channel(of: session) != ChannelName.nowhere { lose(session) }
      return
    }
    guard let current = channel(of: session), current != shown,
      goTo(shown, session) != nil
    else { return }
    _ = archive.append(.follow(session.name, to: shown), from: session.id)
  }

  /// The client shows a channel that there cannot be.
  private func lose(_ session: ChatSession) {
    guard goTo(ChannelName.nowhere, session) != nil else { return }
    reply(
      "Join failed: \(ChannelName.rule). You are in no channel now; "
        + ":join general brings you back", to: session)
  }

  /// Moves a session back to `general`.
  func leaveChannel(_ session: ChatSession) {
    guard channel(of: session) != ChannelName.general else { return }
    move(session, to: ChannelName.general, isLeaving: true)
  }

  // The client has switched its view already, so what it sends next belongs to the new channel,
  // whether or not that could be saved.
  private func move(_ session: ChatSession, to channel: String, isLeaving: Bool = false) {
    guard let old = goTo(channel, session) else { return }
    let write = ChatWrite.changeChannel(
      of: session.name, from: isLeaving ? old : nil, to: channel)
    if !archive.append(write, from: session.id) {
      reply(Self.text(from: isLeaving ? old : nil, to: channel, isSaved: false), to: session)
    }
  }

  /// Moves a session, here and in what other servers see of it.
  ///
  /// - Returns: the channel it was in, or nil if the session is gone.
  private func goTo(_ channel: String, _ session: ChatSession) -> String? {
    guard let old = hub.withLockedValue({ $0.move(session.id, to: channel) }) else { return nil }
    company?.names.move(session.id, session.name, to: channel)
    return old
  }

  /// What a user is told who went to another channel.
  ///
  /// - Parameter old: the channel that was left for `general`; nil for a join.
  static func text(from old: String?, to channel: String, isSaved: Bool) -> String {
    let text = old.map { "Left #\($0), back to #\(channel)" } ?? "Joined channel #\(channel)"
    return isSaved ? text : text + " (not saved: the next log-in will not start here)"
  }

  /// How many channels one answer lists: every session may be in one of its own.
  private static let maxListedCount = 200

  /// Which channels have somebody in them.
  func listChannels(for session: ChatSession) {
    let (counts, current) = hub.withLockedValue { ($0.channelCounts, $0.channel(of: session.id)) }
    let named = counts.filter { $0.name != ChannelName.nowhere }
    let shown = named.enumerated().filter { index, channel in
      index < Self.maxListedCount || channel.name == current
    }
    var lines = shown.map { _, channel in
      "  #\(channel.name) - \(channel.count) user(s)"
        + (channel.name == current ? " (current)" : "")
    }
    if named.count > shown.count { lines.append("  and \(named.count - shown.count) more") }
    reply("Active channels:\n" + lines.joined(separator: "\n"), to: session)
  }
}
