import Logging
import NIOConcurrencyHelpers
import NIOCore

extension ChatRoom {
  /// Checks a handshake and keeps the name for the new session.
  ///
  /// - Throws: the first reason to refuse it.
  func admit(
    _ handshake: ByteBuffer, from socket: any ClientSocket
  ) throws(HandshakeRefusal) -> ChatSession {
    guard let wish = try? WireDecoder.handshake(handshake) else { throw .undecodable }
    let name = UserName(wish.username)
    try check(name, isAdmin: wish.isAdmin, key: wish.adminKey)
    let session = ChatSession(
      name, isAdmin: wish.isAdmin, socket: socket, limitsRate: settings.rateLimitIsOn)
    let refusal: HubState<ChatSession>.Refusal? = hub.withLockedValue { hub in
      do throws(HubState<ChatSession>.Refusal) {
        try hub.reserve(name, for: session.id, at: .now)
        return nil
      } catch { return error }
    }
    switch refusal {
    case .taken: throw .nameTaken
    case .banned: throw .banned
    case nil: return session
    }
  }

  private func check(
    _ name: UserName, isAdmin: Bool, key: String
  ) throws(HandshakeRefusal) {
    guard !name.display.isEmpty else { throw .nameMissing }
    if let violation = UsernameRule.violation(of: name.display) {
      throw .nameInvalid(rule: violation)
    }
    if let allowed = settings.allowedUsers, !allowed.contains(name.key) { throw .notAllowed }
    guard isAdmin else { return }
    guard settings.admins.contains(name.key) else { throw .notAdmin }
    guard let right = settings.adminKey, isEqual(key, right) else { throw .wrongKey }
  }

  // Takes the same time wherever two keys of one length differ.
  private func isEqual(_ key: String, _ right: String) -> Bool {
    let (left, right) = (Array(key.utf8), Array(right.utf8))
    var difference = left.count ^ right.count
    for index in right.indices {
      difference |= Int((index < left.count ? left[index] : ~right[index]) ^ right[index])
    }
    return difference == 0
  }

  /// Registers a session and shows it what it missed; returns when live traffic flows.
  ///
  /// Live frames are held back from the registration on, so the history can be read meanwhile
  /// without a gap and without a lock.
  func welcome(_ session: ChatSession) async {
    let channel = await firstChannel(of: session.name)
    guard hub.withLockedValue({ $0.seat(session.id, session, in: channel) }) else { return }
    announceUsers()
    _ = archive.append(.touch(session.name), from: session.id)
    let names = hub.withLockedValue { $0.userNames }
    guard await push([WireEncoder.userList(names)], to: session) else { return }
    let replay = await readReplay(for: session)
    let namesNow = hub.withLockedValue { $0.userNames }
    let wasShown = await push(
      replay.frames(for: session.name) + [WireEncoder.userList(namesNow)], to: session)
    guard wasShown else { return }
    if channel != ChannelName.general {
      // Clients always start in `general` and never learn of a channel from the server, so this one
      // notice bears no channel: they show it where their user is looking.
      let text = "Joined channel #\(channel) (where you were last; :leave goes back to #general)"
      guard await push([WireEncoder.message(Self.systemMessage(text, in: ""))], to: session)
      else { return }
    }
    await release(session, after: replay)
  }

  private func firstChannel(of user: UserName) async -> String {
    guard settings.restoresChannel else { return ChannelName.general }
    do {
      let last = try await archive.lastChannel(of: user)
      return last.flatMap(ChannelName.parse) ?? ChannelName.general
    } catch {
      logger.error("the last channel could not be read", metadata: ["error": "\(error)"])
      return ChannelName.general
    }
  }

  private func readReplay(for session: ChatSession) async -> Replay {
    do {
      return try await archive.replay(for: session.name)
    } catch {
      logger.error("the history could not be read", metadata: ["error": "\(error)"])
      reply("The history could not be loaded. New messages will appear as usual.", to: session)
      return Replay()
    }
  }

  /// Lets the held frames out, without the messages that the replay has shown, and opens the way.
  private func release(_ session: ChatSession, after replay: Replay) async {
    session.outlet.note(ShownMessages(replay))
    while let held = session.outlet.takeHeldOrOpen() {
      guard await push(held.map(\.bytes), to: session) else { return }
    }
  }

  /// Queues frames past the outlet, waiting for the client to read when its queue is full.
  ///
  /// - Returns: false if the client did not read for some seconds and was closed.
  private func push(_ frames: [ByteBuffer], to session: ChatSession) async -> Bool {
    let pause = Duration.milliseconds(10)
    var patience = 500
    for frame in frames {
      while !session.socket.enqueue(frame) {
        session.socket.flush()
        patience -= 1
        guard patience > 0 else {
          expelSlow(session)
          return false
        }
        // Nobody cancels a log-in; a sleep that ended early would only use up patience.
        try? await Task.sleep(for: pause)
      }
    }
    session.socket.flush()
    return true
  }
}

extension Replay {
  /// What a client is sent: messages oldest first, then reactions, then the user's own receipts.
  func frames(for user: UserName) -> [ByteBuffer] {
    var frames = messages.map { WireEncoder.message($0.wire) }
    for reaction in reactions {
      frames.append(
        WireEncoder.message(
          WireMessage(
            sender: reaction.sender, createdAt: reaction.createdAt, type: "reaction",
            messageID: reaction.target,
            reaction: WireReaction(emoji: reaction.emoji, targetID: reaction.target))))
    }
    for receipt in receipts {
      frames.append(
        WireEncoder.message(
          WireMessage(
            sender: user.display, createdAt: receipt.readAt, type: "read_receipt",
            messageID: receipt.messageID)))
    }
    return frames
  }
}
