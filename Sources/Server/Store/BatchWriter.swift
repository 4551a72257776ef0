import DriverAPI
import Logging

/// Stores batches of changes, each in one transaction, and tells what became of every change.
struct BatchWriter {
  /// How long a batch is tried again while the database cannot be reached.
  private static let patience = Duration.seconds(3)
  /// How long an attempt may wait for its turn, whatever is left of the patience.
  private static let minWait = Duration.seconds(1)
  private static let maxPause = Duration.milliseconds(250)

  let database: Database
  let session: WriterSession
  let messageInsert: MessageInsert
  let blocks: ChannelBlocks
  /// nil where no other server writes and no commit's answer can get lost.
  let ledger: BatchLedger?
  /// Where other servers read what is stored; nil in a server that is alone.
  let feed: FeedTable?
  let health: WriteHealth
  let logger: Logger
  /// What was sent to be committed and never answered for; nothing else is stored before it is known
  /// what became of it.
  private(set) var undecided: Undecided?
  // After a batch was given up the next ones fail at once, so that authors hear of it soon; the
  // first that succeeds ends that.
  private var isAway = false
  private var lastBatch: Int64 = 0

  /// A batch of which nobody knows whether it was stored.
  struct Undecided {
    /// Its number in the ledger.
    var batch: Int64
    /// What became of its changes if it was.
    var stored: StoredBatch
  }

  /// A writer to a database.
  init(
    _ database: Database, _ messageInsert: MessageInsert, _ blocks: ChannelBlocks,
    ledger: BatchLedger?, feed: FeedTable?, health: WriteHealth, logger: Logger
  ) {
    self.database = database
    session = WriterSession(database, isHeld: feed != nil)
    self.messageInsert = messageInsert
    self.blocks = blocks
    self.ledger = ledger
    self.feed = feed
    self.health = health
    self.logger = logger
  }

  /// Stores a batch.
  ///
  /// - Returns: what became of each change, in their order. If they are ``WriteOutcome/unconfirmed``,
  ///   ``decide()`` tells more later.
  mutating func store(_ writes: [ChatWrite]) async -> StoredBatch {
    let deadline = ContinuousClock.now + (isAway ? .zero : Self.patience)
    var pause = Duration.milliseconds(2)
    var separately = false
    while true {
      var attempt = await next(writes, separately: separately, until: deadline)
      if case .unknown(let error, let undecided) = attempt {
        attempt = await settle(undecided, error, until: deadline)
      }
      switch attempt {
      case .stored(let batch):
        noteSuccess()
        return batch
      case .spoiledByOne(let error):
        if separately { return giveUp(writes, .notSaved, error) }
        separately = true
      case .unknown(let error, let undecided):
        self.undecided = ledger == nil ? nil : undecided
        return giveUp(writes, .unconfirmed, error)
      case .failedForNow(let error):
        guard ContinuousClock.now < deadline else { return giveUp(writes, .notSaved, error) }
        await pauseWriting(pause)
        pause = min(pause * 2, Self.maxPause)
      }
    }
  }

  /// Asks once more what became of the batch that is ``undecided``.
  ///
  /// - Returns: what became of each of its changes; nil if the database still does not tell.
  mutating func decide() async -> StoredBatch? {
    guard let undecided, let isStored = try? await isStored(undecided, within: Self.minWait) else {
      return nil
    }
    self.undecided = nil
    noteSuccess()
    logger.notice("known now: a batch was \(isStored ? "stored" : "not stored")")
    return isStored
      ? undecided.stored : StoredBatch(undecided.stored.outcomes.count, .notSavedAfterAll)
  }

  private mutating func next(
    _ writes: [ChatWrite], separately: Bool, until deadline: ContinuousClock.Instant
  ) async -> BatchAttempt.Outcome {
    lastBatch += 1
    let attempt = BatchAttempt(
      writer: self, writes: writes, separately: separately, batch: lastBatch)
    return await attempt.run(waitingAtMost: max(deadline - .now, Self.minWait))
  }

  /// Finds out what became of a commit that was not answered, as long as patience lasts.
  private func settle(
    _ undecided: Undecided, _ error: any Error, until deadline: ContinuousClock.Instant
  ) async -> BatchAttempt.Outcome {
    guard ledger != nil else { return .unknown(error, undecided) }
    var pause = Duration.milliseconds(2)
    while true {
      let limit = max(deadline - .now, Self.minWait)
      if let isStored = try? await isStored(undecided, within: limit) {
        return isStored ? .stored(undecided.stored) : .failedForNow(error)
      }
      guard ContinuousClock.now < deadline else { return .unknown(error, undecided) }
      await pauseWriting(pause)
      pause = min(pause * 2, Self.maxPause)
    }
  }

  private func isStored(_ undecided: Undecided, within limit: Duration) async throws -> Bool {
    guard let ledger else { return false }
    let database = database
    let last = try await TimeLimit.run(limit) {
      try await database.transaction { try await ledger.lastBatch(in: $0) }
    }
    return last >= undecided.batch
  }

  private mutating func noteSuccess() {
    if isAway { logger.notice("the database stores messages again") }
    isAway = false
    health.noteSuccess()
  }

  private mutating func giveUp(
    _ writes: [ChatWrite], _ outcome: WriteOutcome, _ error: any Error
  ) -> StoredBatch {
    isAway = true
    health.note(failure: error)
    logger.error(
      "changes were not stored", metadata: ["count": "\(writes.count)", "error": "\(error)"])
    return StoredBatch(writes.count, outcome)
  }

  private func pauseWriting(_ pause: Duration) async {
    // The writer's task is never cancelled; if it were, trying again at once would do no harm.
    try? await Task.sleep(for: pause)
  }
}
