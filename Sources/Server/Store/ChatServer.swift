import DriverAPI
import Logging

/// The chat over a database: what the server is assembled from.
final class ChatServer: ChatEntrance {
  private let room: ChatRoom
  private let journal: Journal
  private let check: DatabaseCheck
  private let feed: ClusterFeed?
  private let writing: Task<Void, Never>
  private let sweeping: Task<Void, Never>
  private let checking: Task<Void, Never>
  private let following: Task<Void, Never>?

  /// Brings the schema up to date, reads who is banned, and opens the room.
  ///
  /// - Parameters:
  ///   - database: stays the caller's; it must be closed only after ``shutdown()``.
  ///   - isShared: whether other servers serve the same chat; only where ``BatchLedger/isNeeded(for:)``.
  ///   - flusher: how many sockets are flushed at once.
  /// - Throws: why the database cannot be used.
  init(
    database: Database, settings: ChatSettings, isShared: Bool = false,
    flusher: any SocketFlusher = SocketBySocketFlusher(), logger: Logger
  ) async throws {
    try await ChatSchema.migrate(database, logger)
    let bans = try await database.withConnection(.reader) { connection in
      try await BanHistory(connection: connection, unreadable: UnreadableRows(logger)).openBans()
    }
    let blocks = ChannelBlocks()
    try await blocks.cover(database)
    let ledger = BatchLedger.isNeeded(for: database) ? BatchLedger() : nil
    try await ledger?.enroll(in: database)
    let feed =
      if isShared, let ledger { try await ClusterFeed.open(database, ledger, logger) } else {
        nil as ClusterFeed?
      }
    let writes = WriteHealth()
    let journal = try Journal(
      database, blocks: blocks, ledger: ledger, feed: feed?.table, health: writes, logger: logger)
    let room = ChatRoom(
      archive: ChatStore(
        database, journal: journal, blocks: blocks, leavesBanGaps: settings.banHistoryGaps,
        logger: logger),
      settings: settings, bans: bans, flusher: flusher, cluster: feed?.notices, logger: logger)
    let schedule = RetentionSchedule(
      RetentionSweep(
        database: database, maxMessageCount: settings.retentionMax,
        timeToLive: settings.retentionTTL, ledger: ledger),
      logger: logger)
    self.room = room
    self.journal = journal
    self.feed = feed
    let check = DatabaseCheck(database, writes: writes)
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
  }

  func open(_ socket: any ClientSocket) -> any SocketReceiver {
    room.open(socket)
  }

  /// How the chat is doing, as far as is known: the database is asked in the background.
  func status() -> ChatStatus {
    check.status(activeSessionCount: room.memberCount)
  }

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
    room.expelEverybody("the server is restarting")
  }
}
