import Logging
import NIOConcurrencyHelpers
import NIOCore

/// The chat: who is in, what they may do, and who hears of it.
///
/// One lock guards the membership. Messages are decoded before it is taken and encoded outside it,
/// once each; nothing ever waits while it is held.
final class ChatRoom: ChatEntrance {
  /// How the chat behaves.
  let settings: ChatSettings
  /// What it remembers.
  let archive: any ChatArchive
  /// What sends to many sockets at once.
  let flusher: any SocketFlusher
  let logger: Logger
  let hub: NIOLockedValueBox<HubState<ChatSession>>
  let userList = UserListSchedule()
  let keys = NIOLockedValueBox(KeyGuard())
  /// What is on its way to all clients.
  let outflow: OutflowBudget
  let relief = NIOLockedValueBox(Relief())
  /// What clients send whose log-in is not finished.
  let early = InflowBudget(limit: 64 << 20)
  let questions = NIOLockedValueBox(OpenQuestions())
  let log: ChatLog
  let entries: EntryQueue
  /// The other servers of the same chat; nil if there are none to be.
  let company: ChatCluster?
  /// The way to the other servers of this chat; nil in a server that is alone.
  let cluster: (any ClusterLine)?

  /// An empty room.
  ///
  /// - Parameters:
  ///   - bans: who may not log in, as the archive remembers it.
  ///   - company: the other servers of the same chat; nil if there are none to be.
  ///   - cluster: the way to them.
  init(
    archive: any ChatArchive, settings: ChatSettings, bans: BanList, flusher: any SocketFlusher,
    company: ChatCluster? = nil, cluster: (any ClusterLine)? = nil, logger: Logger
  ) {
    self.company = company
    self.archive = archive
    self.settings = settings
    self.flusher = flusher
    self.cluster = cluster
    self.logger = logger
    log = ChatLog(logger)
    entries = EntryQueue(width: settings.entriesAtOnce)
    outflow = OutflowBudget(limit: settings.maxOutflowBytes)
    hub = NIOLockedValueBox(HubState(bans: bans))
  }

  func open(_ socket: any ClientSocket) -> any SocketReceiver {
    Doorway(socket, to: self)
  }

  /// How many users are logged in.
  var memberCount: Int { hub.withLockedValue { $0.memberCount } }

  /// The channel a session is in; nil if the session is over.
  func channel(of session: ChatSession) -> String? {
    hub.withLockedValue { $0.channel(of: session.id) }
  }

  /// The connection of a session is gone: frees its name.
  func leave(_ session: ChatSession, _ reason: String = "the connection ended") {
    session.end()
    defer { company?.names.release(session.id, session.name) }
    guard hub.withLockedValue({ $0.remove(session.id) }) else { return }
    log.left.note(
      session.name.display, session.socket.clientAddress, ["reason": "\(LogText.line(reason))"])
    announceUsers()
  }

  /// Ends a session from this side. Its name is free at once.
  func expel(_ session: ChatSession, _ code: UInt16, _ reason: String) {
    leave(session, reason)
    session.socket.close(code: code, reason: reason)
  }

  /// Ends the session of a client that does not read what it is sent.
  ///
  /// What waits for it is dropped: it would be held for seconds more, for nobody.
  func expelSlow(
    _ session: ChatSession,
    _ reason: String = "slow consumer: messages were not read as fast as they came"
  ) {
    leave(session, reason)
    session.socket.cut(code: CloseCode.policyViolation, reason: reason)
  }

  /// Ends every session, so that clients connect again elsewhere or later.
  func expelEverybody(_ reason: String) {
    for session in hub.withLockedValue({ $0.everyone }) {
      expel(session, CloseCode.serviceRestart, reason)
    }
  }
}
