import Logging
import NIOConcurrencyHelpers

/// What the room has to do with other servers of the same chat.
extension ChatRoom {
  /// Takes the name of a session, which this server has reserved, among all servers.
  ///
  /// - Returns: false if it cannot be had; then the session was sent away with the reason.
  func takeName(of session: ChatSession) async -> Bool {
    guard let company else { return true }
    let verdict = await company.names.claim(
      session.name, for: session.id, in: ChannelName.general)
    // Whoever left before the wish was noted has not taken it back.
    guard !session.isOver else {
      company.names.release(session.id, session.name)
      return false
    }
    switch verdict {
    case .granted where company.isHeld: return true
    case .over: break
    case .taken:
      let refusal = HandshakeRefusal.nameTaken
      log.refused.note(
        session.name.display, session.socket.clientAddress, ["reason": "\(refusal.reason)"])
      expel(session, refusal.code, refusal.reason)
    case .granted, .unknown:
      expel(
        session, CloseCode.tryAgainLater, "the database does not answer; try again in a moment")
    }
    return false
  }

  /// Lets a session in that has its name.
  ///
  /// - Returns: false if it ended meanwhile, or this server has no names any more.
  func seat(_ session: ChatSession, in channel: String) -> Bool {
    guard let company else {
      return hub.withLockedValue { $0.seat(session.id, session, in: channel) }
    }
    // Under the lock: whoever is seated is among those who are sent away when the lease is lost, or when
    // the list of those who are banned is another.
    let (isIn, isBanned) = hub.withLockedValue { hub in
      let isBanned = hub.bans.bars(session.name.key, at: .now)
      let isIn = !isBanned && company.isHeld && hub.seat(session.id, session, in: channel)
      return (isIn, isBanned)
    }
    if isIn {
      company.names.move(session.id, session.name, to: channel)
    } else if isBanned {
      expel(session, HandshakeRefusal.banned.code, HandshakeRefusal.banned.reason)
    } else if !session.isOver {
      expel(session, CloseCode.serviceRestart, Self.lossReason)
    }
    return isIn
  }

  /// What clients are told when this server lost its lease.
  static let lossReason = "this server lost touch with the others; connect again"

  /// Whether what clients send is heard now. If not they are told, where it was said on purpose.
  func hears(_ message: WireMessage, from session: ChatSession) -> Bool {
    guard let company, !company.isHeld else { return true }
    if message.type != "typing", message.type != "read_receipt" {
      reply("Not done: this server has lost touch with the others; try again soon", to: session)
    }
    return false
  }

  /// Shows who is logged in on other servers.
  func showOthers(_ people: [DistantUser]) {
    if hub.withLockedValue({ $0.setOthers(people) }) { announceUsers() }
  }

  /// Notes who is banned, and ends the sessions of those who are.
  func keepOut(_ bans: BanList) {
    let barred = hub.withLockedValue { hub -> [ChatSession] in
      hub.bans = bans
      return hub.everyone.filter { bans.bars($0.name.key, at: .now) }
    }
    for session in barred {
      let reason = bans.reason(session.name.key)
      reply("You have been kicked by an administrator: \(reason)", to: session)
      expel(session, CloseCode.policyViolation, reason)
    }
  }

  /// Ends the session of a user who is logged in on this server.
  ///
  /// - Returns: whether he was.
  @discardableResult
  func endSession(of user: UserName, code: UInt16, reason: String) -> Bool {
    guard let session = hub.withLockedValue({ $0.member(named: user.key) }) else { return false }
    expel(session, code, reason)
    return true
  }
}

extension BanList {
  /// What a user is told who is kept out from now on.
  func reason(_ user: String) -> String {
    switch term(of: user) {
    case .until: "You have been kicked by an administrator (24 hour temporary ban)"
    case .permanent, nil: "You have been permanently banned by an administrator"
    }
  }
}
