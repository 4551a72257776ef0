import DriverAPI
import Logging

/// What makes servers that share a database one chat: each shows its clients what the others have stored.
///
/// The journal writes what a batch means to others beside it, in one transaction. Every server reads that in the
/// order of the commits and puts its own batches into the same order. A batch before which nobody else has
/// written is shown at once, without reading anything.
final class ClusterFeed: Sendable {
  fileprivate struct State {
    var sequence: FeedSequence<[SettledWrite]>
    var marks: FeedMarks
    var pace: FeedPace
    // Whoever shows something also shows what comes meanwhile, so that nobody waits for him.
    var isShowing = false
    var mayHaveMissed = false
    // Until when everything has been read that others had written.
    var completeAt = ContinuousClock.now
    var isComplete = true
    // Since when the database has been behind what was read.
    var behindSince: ContinuousClock.Instant?
    var isClosing = false
  }

  /// One look at the feed takes no longer than this.
  private static let patience = Duration.seconds(10)
  /// So many batches of this server wait for others before the journal does.
  private static let maxOwnCount = 64
  /// How long what waits at the end is waited for.
  private static let closingPatience = Duration.seconds(2)
  /// After so long without a whole look it is asked whether rows were removed; less than they stay at least.
  private static let maxUnchecked = FeedMarks.minAge / 2
  /// How long a database may be behind what was read of it.
  fileprivate static let maxBehind = Duration.seconds(5)
  private static let trimInterval = 20.0...40.0

  let table: FeedTable
  let notices: NoticeLine
  private let database: Database
  private let ledger: BatchLedger
  private let logger: Logger
  private let bell = Doorbell()
  private let state: Mutex<State>

  /// A feed that begins now: what is committed from here on is shown.
  static func open(
    _ database: Database, _ ledger: BatchLedger, _ logger: Logger
  ) async throws -> ClusterFeed {
    let table = FeedTable(writer: ledger.writer)
    let start = try await table.begin(ledger, in: database)
    let age = FeedMarks.age.components.seconds * 1_000_000
    let old = try await table.newest(
      before: WireTime(microseconds: WireTime.now.microseconds - age), in: database)
    let notices = NoticeTable(writer: ledger.writer)
    let line = NoticeLine(
      database, notices, behind: try await notices.newest(in: database), logger)
    return ClusterFeed(
      database, ledger, table, line,
      State(
        sequence: FeedSequence(writer: ledger.writer, behind: start),
        marks: FeedMarks(old: old, newest: start, at: .now),
        pace: FeedPace(isTold: false, at: .now)),
      logger)
  }

  private init(
    _ database: Database, _ ledger: BatchLedger, _ table: FeedTable, _ notices: NoticeLine,
    _ state: State, _ logger: Logger
  ) {
    self.database = database
    self.ledger = ledger
    self.table = table
    self.notices = notices
    self.logger = logger
    self.state = Mutex(state)
  }

  /// For how long this server has not known all that others have written; zero if it does.
  var lag: Duration {
    state.withLock { $0.isComplete ? .zero : .now - $0.completeAt }
  }

  // MARK: Showing

  /// Shows what has become of a batch of this server, now or when what comes before it was shown.
  func settle(_ batch: SettledBatch, in room: ChatRoom) async {
    // What was not stored has no place in any order, and its authors wait to hear of it.
    guard let receipt = batch.receipt else { return room.settle(batch.writes) }
    state.withLock { $0.append(batch.writes, receipt, at: .now) }
    show(in: room)
    // Nobody cancels the journal; if the sleep ended early it would only be asked again at once.
    while state.withLock({ $0.sequence.ownCount > Self.maxOwnCount && !$0.isClosing }) {
      try? await Task.sleep(for: .milliseconds(5))
    }
  }

  private func show(in room: ChatRoom) {
    guard state.withLock({ $0.claim() }) else { return }
    while let step = state.withLock({ $0.next() }) {
      switch step {
      case .own(let writes): room.settle(writes)
      case .foreign(let row): room.show(events(of: row), from: row.writer)
      }
    }
    if state.withLock({ $0.hasMoreToRead }) { bell.ring() }
  }

  private func events(of row: FeedRow) -> [FeedEvent] {
    do {
      return try FeedPayload.decode(row.payload)
    } catch {
      logger.error(
        "what another server has written cannot be read", metadata: ["batch": "\(row.place.batch)"])
      return []
    }
  }

  // MARK: Reading

  /// Reads and shows what others write until ``close(_:)``.
  func run(_ room: ChatRoom) async {
    await withTaskGroup { group in
      group.addTask { await self.follow(room) }
      group.addTask { await self.notices.run(room) }
      group.addTask { await self.trim() }
      if database.capabilities.notifications { group.addTask { await self.listen(room) } }
      await group.next()
      // The first has ended, because the feed is closed.
      group.cancelAll()
    }
  }

  private func follow(_ room: ChatRoom) async {
    var failureCount = 0
    var wasCalled = true
    while !state.withLock({ $0.isClosing }) {
      do {
        let isAll = try await read(room, wasCalled: wasCalled)
        if failureCount > 0 { logger.notice("reading what other servers write again") }
        failureCount = 0
        wasCalled = true
        if !isAll { continue }
        wasCalled = await bell.wait(atMost: state.withLock { $0.pace.pause(at: .now) })
      } catch {
        if failureCount == 0 {
          logger.error("cannot read what other servers write", metadata: ["error": "\(error)"])
        }
        failureCount = min(failureCount + 1, 5)
        state.withLock {
          $0.mayHaveMissed = true
          $0.isComplete = false
        }
        // Cancelled only together with the feed's end.
        try? await Task.sleep(for: .milliseconds(50 << failureCount))
      }
    }
  }

  /// Looks once.
  ///
  /// - Returns: whether there was no more.
  private func read(_ room: ChatRoom, wasCalled: Bool) async throws -> Bool {
    let (last, readCount, mayHaveMissed) = state.withLock { state in
      // Also where nothing has failed: the process may have stood still.
      let isLate = .now - state.completeAt > Self.maxUnchecked
      return (state.sequence.last, state.sequence.readCount, state.mayHaveMissed || isLate)
    }
    // What was read waits for the answer to a commit of this server.
    if readCount >= FeedTable.maxRowCount {
      state.withLock { $0.isComplete = false }
      return true
    }
    let start = ContinuousClock.now
    let (table, database) = (table, database)
    let page = try await TimeLimit.run(Self.patience) {
      try await table.page(behind: last, in: database)
    }
    // Rows can only be missing where somebody has been away for long.
    if mayHaveMissed || !page.isAll {
      let bounds = try await table.bounds(in: database)
      try state.withLock { try $0.check(bounds, last, at: .now) }
      guard let oldest = bounds.oldest, oldest <= last.batch, bounds.newest >= last.batch else {
        try await beginAnew(room)
        return true
      }
    }
    let isWaiting = state.withLock { state in
      if mayHaveMissed { state.mayHaveMissed = false }
      state.take(page, wasCalled: wasCalled, writer: table.writer, at: start)
      return page.rows.isEmpty && state.sequence.needsReading
    }
    show(in: room)
    notices.noteNewest(page.newestNotice)
    // Another node of the database may be behind the one that this server has written to.
    if isWaiting { try await Task.sleep(for: FeedPace.minPause) }
    return page.isAll
  }

  /// What was written since the last look is there no more: clients get it by logging in again.
  private func beginAnew(_ room: ChatRoom) async throws {
    let batch = try await table.begin(ledger, in: database)
    logger.error("this server has missed what others wrote; its clients are told to connect again")
    state.withLock { state in
      state.sequence.skip(to: batch)
      state.mayHaveMissed = false
    }
    show(in: room)
    room.expelEverybody("this server fell behind the others; connect again")
  }

  /// Waits for the database to tell that there is something to read.
  private func listen(_ room: ChatRoom) async {
    while !Task.isCancelled {
      do {
        let channels = [FeedTable.channel, NoticeTable.channel]
        let notifications = try await database.notifications(on: channels)
        state.withLock { $0.pace.isTold = true }
        bell.ring()
        for try await event in notifications {
          switch event {
          case .received(let told) where told.channel == NoticeTable.channel:
            notices.take(told.payload, room)
          case .received(let told) where told.payload == table.writer: break
          case .received, .reconnected: bell.ring()
          }
        }
      } catch {
        logger.warning(
          "the database does not tell when other servers write; looking instead",
          metadata: ["error": "\(error)"])
      }
      state.withLock { $0.pace.isTold = false }
      // Cancelling ends the sleep, and with it the loop.
      try? await Task.sleep(for: .seconds(5))
    }
  }

  // MARK: Removing

  private func trim() async {
    while !Task.isCancelled {
      // Cancelling ends the sleep, and with it the loop. Several servers do not begin together.
      try? await Task.sleep(for: .seconds(Double.random(in: Self.trimInterval)))
      guard !Task.isCancelled else { return }
      do {
        if let batch = state.withLock({ $0.marks.takeBoundary(at: .now) }) {
          try await table.remove(before: batch, in: database)
        }
        try await notices.removeOld()
      } catch {
        // The next boundary covers it.
        logger.warning("old rows of the feed were not removed", metadata: ["error": "\(error)"])
      }
    }
  }

  // MARK: The end

  /// Ends ``run(_:)`` when what this server has stored was shown, or cannot be for some seconds.
  func close() async {
    let deadline = ContinuousClock.now + Self.closingPatience
    while state.withLock({ $0.sequence.ownCount > 0 }), ContinuousClock.now < deadline {
      bell.ring()
      // Nobody cancels it; if the sleep ended early it would only be asked again at once.
      try? await Task.sleep(for: .milliseconds(5))
    }
    state.withLock { $0.isClosing = true }
    bell.ring()
  }
}

/// The database does not hold yet what was read already.
private struct DatabaseIsBehind: Error {}

extension ClusterFeed.State {
  mutating func append(
    _ writes: [SettledWrite], _ receipt: FeedReceipt, at now: ContinuousClock.Instant
  ) {
    if sequence.isBehind(receipt) { mayHaveMissed = true }
    marks.note(receipt, at: now)
    pace.noteTraffic(at: now)
    sequence.append(writes, receipt)
  }

  mutating func take(
    _ page: FeedPage, wasCalled: Bool, writer: String, at now: ContinuousClock.Instant
  ) {
    let foreign = page.rows.filter { $0.writer != writer }
    if !foreign.isEmpty {
      pace.noteTraffic(at: now)
      if !wasCalled { pace.noteSurprise(at: now) }
    }
    for row in foreign { marks.note(row.place.batch, row.payload.count, at: now) }
    sequence.append(page.rows, isAll: page.isAll)
    isComplete = page.isAll
    if page.isAll { completeAt = now }
  }

  /// Whether it is known that there is something to look for.
  var hasMoreToRead: Bool {
    sequence.needsReading || mayHaveMissed || (!isComplete && sequence.readCount == 0)
  }

  /// Waits for a database that is behind what this server has read already, as where another node of it answers
  /// now; not for long, for somebody may have restored an older one.
  mutating func check(
    _ bounds: FeedTable.Bounds, _ last: FeedRow.Place, at now: ContinuousClock.Instant
  ) throws {
    guard bounds.newest < last.batch else { return behindSince = nil }
    let since = behindSince ?? now
    behindSince = since
    if now - since < ClusterFeed.maxBehind { throw DatabaseIsBehind() }
    behindSince = nil
  }

  mutating func claim() -> Bool {
    if isShowing { return false }
    isShowing = true
    return true
  }

  mutating func next() -> FeedSequence<[SettledWrite]>.Step? {
    if let step = sequence.next() { return step }
    isShowing = false
    return nil
  }
}
