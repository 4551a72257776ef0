import DriverAPI
import Logging

/// The chat over a database: what the server is assembled from.
final class ChatServer: ServedChat {
  let room: ChatRoom
  /// What administrators do to users.
  let moderation: ChatModeration
  private let company: ChatCluster?
  private let journal: Journal
  private let check: DatabaseCheck
  private let feed: ClusterFeed?
  private let writing: Task<Void, Never>
  private let sweeping: Task<Void, Never>
  private let checking: Task<Void, Never>
  private let following: Task<Void, Never>?

  /// Brings the schema up to date, reads who is banned, joins the other servers, and opens the room.
  ///
  /// - Parameters:
  ///   - database: stays the caller's; it must be closed only after ``shutdown()``.
  ///   - flusher: how many sockets are flushed at once.
  ///   - sharing: what this server is to others that serve the same database as one chat; nil if it is
  ///     alone, as on an engine that lets in one writer at a time it always is.
  ///   - whenLost: called once when others have taken this server for dead, or may have. Nobody is let in
  ///     any more: call ``shutdown()`` and make another.
  /// - Throws: why the database cannot be used.
  init(
    database: Database, settings: ChatSettings,
    flusher: any SocketFlusher = SocketBySocketFlusher(), sharing: ServerIdentity? = nil,
    logger: Logger, whenLost: @escaping @Sendable () -> Void = {}
  ) async throws {
    let sharing = BatchLedger.isNeeded(for: database) ? sharing : nil
    if sharing != nil { try await ClusterGate.prepare(database) }
    try await ChatSchema.migrate(database, isShared: sharing != nil, logger)
    let bans = try await BanHistory.openBans(in: database, logger)
    let blocks = ChannelBlocks()
    try await blocks.cover(database)
    let ledger =
      BatchLedger.isNeeded(for: database)
      ? BatchLedger(isFenced: sharing != nil) : nil
    try await ledger?.enroll(in: database)
    let feed =
      if sharing != nil, let ledger { try await ClusterFeed.open(database, ledger, logger) } else {
        nil as ClusterFeed?
      }
    let writes = WriteHealth()
    let journal = try Journal(
      database, blocks: blocks, ledger: ledger, feed: feed?.table, health: writes, logger: logger)
    var company: ChatCluster?
    if let sharing, let ledger {
      company = try await ChatCluster(database, as: sharing, token: ledger.writer, logger: logger)
    }
    self.company = company
    if let feed {
      company?.rely(on: { feed.notices.announce(ChatRoom.peopleTopic, "") })
      company?.measureFeedLag { feed.lag }
    }
    let room = ChatRoom(
      archive: ChatStore(
        database, journal: journal, blocks: blocks, leavesBanGaps: settings.banHistoryGaps,
        logger: logger),
      settings: settings, bans: bans, flusher: flusher, company: company, cluster: feed?.notices,
      logger: logger)
    let schedule = RetentionSchedule(
      RetentionSweep(
        database: database, maxMessageCount: settings.retentionMax,
        timeToLive: settings.retentionTTL, ledger: ledger),
      logger: logger)
    self.room = room
    moderation = ChatModeration(database: database, room: room)
    self.journal = journal
    self.feed = feed
    let check = DatabaseCheck(
      database, writes: writes,
      every: company == nil ? DatabaseCheck.interval : DatabaseCheck.restingInterval)
    await check.read()
    self.check = check
    writing = Task {
      await journal.run { batch in
        if let feed { await feed.settle(batch, in: room) } else { room.settle(batch.writes) }
        schedule.noteStored(batch.writes.count)
      }
    }
    following = feed.map { feed in Task { await feed.run(room) } }
    sweeping = Task { await schedule.run() }
    checking = Task { await check.run() }
    do {
      try await company?.start(room, whenLost: whenLost)
    } catch {
      await shutdown()
      throw error
    }
  }

  func open(_ socket: any ClientSocket) -> any SocketReceiver {
    room.open(socket)
  }

  /// How the chat is doing, as far as is known: the database is asked in the background.
  func status() -> ChatStatus {
    var status = check.status(activeSessionCount: room.memberCount)
    status.company = company?.view
    return status
  }

  /// Sends all clients away because the lease was lost.
  func sendAway() { room.expelEverybody(ChatRoom.lossReason) }

  /// Stores and delivers what was taken, then ends every session.
  ///
  /// Call it when no new connections are accepted any more. Calling it again does nothing.
  func shutdown() async {
    journal.close()
    await writing.value
    await feed?.close()
    await following?.value
    sweeping.cancel()
    checking.cancel()
    await sweeping.value
    await checking.value
    // Before anybody is sent away, so that he finds his name free wherever he goes.
    await company?.leave()
    room.expelEverybody("the server is restarting")
  }
}
