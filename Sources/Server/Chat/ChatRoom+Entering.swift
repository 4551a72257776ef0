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
    try check(name, isAdmin: wish.isAdmin, key: wish.adminKey, from: socket.clientAddress)
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
    _ name: UserName, isAdmin: Bool, key: String, from address: String
  ) throws(HandshakeRefusal) {
    guard !name.display.isEmpty else { throw .nameMissing }
    if let violation = UsernameRule.violation(of: name.display) {
      throw .nameInvalid(rule: violation)
    }
    if let allowed = settings.allowedUsers, !allowed.contains(name.key) { throw .notAllowed }
    guard isAdmin else { return }
    guard settings.admins.contains(name.key) else { throw .notAdmin }
    let isLocked = keys.withLockedValue { $0.isLocked(address, name.key, at: .now) }
    guard !isLocked else { throw .lockedOut }
    guard let right = settings.adminKey, isEqual(key, right) else {
      keys.withLockedValue { $0.failed(address, name.key, at: .now) }
      throw .wrongKey
    }
    keys.withLockedValue { $0.succeeded(address, name.key) }
  }

  /// Ends the session that has the name of a handshake if its client is gone without a word, as where
  /// its network broke.
  ///
  /// - Returns: whether the name is free now.
  func freeName(of handshake: ByteBuffer) async -> Bool {
    guard let wish = try? WireDecoder.handshake(handshake) else { return false }
    return await freeName(UserName(wish.username).key)
  }

  /// Ends the session that has the name of a key if its client is gone without a word.
  ///
  /// - Returns: whether it was ended.
  func freeName(_ key: String) async -> Bool {
    guard let holder = hub.withLockedValue({ $0.member(named: key) }) else { return false }
    guard await !holder.socket.answers(within: settings.takeOverTimeout) else { return false }
    expelSlow(holder, "replaced by a new connection of the same name")
    return true
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
  /// without a gap and without a lock. Nobody is let in half: who cannot be shown what he missed, or
  /// be put where he was, is sent away with the reason.
  func welcome(_ session: ChatSession) async {
    await tellPlace(to: session)
    guard await takeName(of: session) else { return }
    await entries.run {
      guard !session.isOver else { return }
      do {
        try await show(session)
      } catch {
        logger.error("a user could not be let in", metadata: ["error": "\(error)"])
        expel(
          session, CloseCode.tryAgainLater, "the database does not answer; try again in a moment")
      }
    }
  }

  private func tellPlace(to session: ChatSession) async {
    let count = entries.count
    guard count >= Self.toldPlace else { return }
    let text = "Many log in at the moment; \(count) are before you"
    _ = await push([frame(WireEncoder.message(Self.systemMessage(text, in: "")))], to: session)
  }

  /// Whoever has so many before him is told.
  private static let toldPlace = 50

  private func show(_ session: ChatSession) async throws {
    let channel = try await patiently { try await firstChannel(of: session.name) }
    guard seat(session, in: channel) else { return }
    log.entered.note(
      session.name.display, session.socket.clientAddress,
      session.isAdmin ? ["admin": "true"] : [:])
    announceUsers()
    _ = archive.append(.touch(session.name), from: session.id)
    let names = hub.withLockedValue { $0.userNames }
    guard await push([frame(WireEncoder.userList(names))], to: session) else { return }
    let replay = try await patiently { try await archive.replay(for: session.name, in: channel) }
    let namesNow = hub.withLockedValue { $0.userNames }
    // Encoded one by one: sixty-four log-ins at a time would hold all of theirs otherwise.
    let missed = replay.wireMessages(for: session.name).lazy
    guard await push(missed.map { self.frame(WireEncoder.message($0)) }, to: session),
      await push([frame(WireEncoder.userList(namesNow))], to: session)
    else { return }
    if channel != ChannelName.general {
      // Clients always start in `general` and never learn of a channel from the server, so this one
      // notice bears no channel: they show it where their user is looking.
      let text = "Joined channel #\(channel) (where you were last; :leave goes back to #general)"
      guard await push([frame(WireEncoder.message(Self.systemMessage(text, in: "")))], to: session)
      else { return }
    }
    await release(session, after: replay)
  }

  private func firstChannel(of user: UserName) async throws -> String {
    guard settings.restoresChannel else { return ChannelName.general }
    let last = try await archive.lastChannel(of: user)
    return last.flatMap(ChannelName.parse) ?? ChannelName.general
  }

  /// What `body` answers, trying again for some seconds: a database that is short of connections, or
  /// restarts, is back soon.
  private func patiently<R>(_ body: () async throws -> R) async throws -> R {
    let deadline = ContinuousClock.now + settings.entryPatience
    while true {
      do {
        return try await body()
      } catch {
        guard ContinuousClock.now < deadline else { throw error }
        // Nobody cancels a log-in; trying again at once would do no harm.
        try? await Task.sleep(for: .milliseconds(250))
      }
    }
  }

  /// Lets the held frames out, without the messages that the replay has shown, and opens the way.
  private func release(_ session: ChatSession, after replay: Replay) async {
    session.outlet.note(ShownMessages(replay))
    while let held = session.outlet.takeHeldOrOpen() {
      guard await push(held, to: session) else { return }
    }
  }

  /// Queues frames past the outlet, waiting for the client to read when its queue is full, and a
  /// moment for others where too much is on its way to all.
  ///
  /// - Returns: false if the client did not read for some seconds and was closed.
  private func push(_ frames: some Sequence<Frame>, to session: ChatSession) async -> Bool {
    let pause = Duration.milliseconds(10)
    var (patience, courtesy) = (500, 100)
    for frame in frames {
      while true {
        if outflow.isCrowded, courtesy > 0, !session.isOver {
          courtesy -= 1
        } else {
          if session.socket.enqueue(frame.message) { break }
          patience -= 1
        }
        session.socket.flush()
        guard patience > 0 else {
          expelSlow(session)
          return false
        }
        // Nobody cancels a log-in; a sleep that ended early would only use up patience.
        try? await Task.sleep(for: pause)
      }
    }
    session.socket.flush()
    relieve()
    return true
  }
}

extension Replay {
  /// What a client is sent: messages oldest first, then reactions, then the user's own receipts.
  func wireMessages(for user: UserName) -> [WireMessage] {
    messages.map(\.wire)
      + reactions.map { reaction in
        WireMessage(
          sender: reaction.sender, createdAt: reaction.createdAt, type: "reaction",
          messageID: reaction.target,
          reaction: WireReaction(emoji: reaction.emoji, targetID: reaction.target))
      }
      + receipts.map { receipt in
        WireMessage(
          sender: user.display, createdAt: receipt.readAt, type: "read_receipt",
          messageID: receipt.messageID)
      }
  }
}
