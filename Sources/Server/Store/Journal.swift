import DriverAPI
import Logging

/// Stores the changes of many authors in few transactions.
///
/// Authors append without waiting. One task takes everything that has piled up while the last
/// transaction was committed and stores it in the next: a lone message is committed at once, under
/// load hundreds share one commit.
final class Journal: Sendable {
  fileprivate struct State {
    var queue = JournalQueue()
    var sleeper: CheckedContinuation<Void, Never>?
    var isClosing = false
  }

  private let state = Mutex(State())
  private let database: Database
  private let messageInsert: MessageInsert
  private let blocks: ChannelBlocks
  private let ledger: BatchLedger?
  private let feed: FeedTable?
  private let health: WriteHealth
  private let logger: Logger

  /// An empty journal of a database.
  ///
  /// - Parameter feed: where other servers read what is stored; nil in a server that is alone.
  /// - Throws: `misuse` if its dialect cannot write the statements.
  init(
    _ database: Database, blocks: ChannelBlocks, ledger: BatchLedger?, feed: FeedTable? = nil,
    health: WriteHealth, logger: Logger
  ) throws {
    self.database = database
    self.blocks = blocks
    messageInsert = try MessageInsert(database)
    self.ledger = ledger
    self.feed = feed
    self.health = health
    self.logger = logger
  }

  /// Puts a change behind those that wait; false if there is no room or the journal is closing.
  func append(_ entry: JournalEntry) -> Bool {
    let (isTaken, sleeper) = state.withLock { state in
      let isTaken = !state.isClosing && state.queue.append(entry)
      return (isTaken, isTaken ? state.takeSleeper() : nil)
    }
    sleeper?.resume()
    return isTaken
  }

  /// Takes no more changes; ``run(_:)`` ends when those that wait are stored.
  func close() {
    let sleeper = state.withLock { state in
      state.isClosing = true
      return state.takeSleeper()
    }
    sleeper?.resume()
  }

  /// Stores what is appended until the journal is closed and empty.
  ///
  /// - Parameter settle: called after each transaction, in order, with what became of its changes.
  func run(_ settle: @Sendable (SettledBatch) async -> Void) async {
    var writer = BatchWriter(
      database, messageInsert, blocks, ledger: ledger, feed: feed, health: health, logger: logger)
    while let batch = await nextBatch() {
      let stored = await writer.store(batch.map(\.write))
      await settle(SettledBatch(batch, stored))
      if writer.undecided != nil { await decide(batch, &writer, settle) }
    }
    await writer.session.end()
  }

  /// Asks what became of a batch until the database tells. Nothing can be stored meanwhile: it would
  /// get ahead of what may have been stored already.
  private func decide(
    _ batch: [JournalEntry], _ writer: inout BatchWriter, _ settle: (SettledBatch) async -> Void
  ) async {
    while writer.undecided != nil {
      if let stored = await writer.decide() { return await settle(SettledBatch(batch, stored)) }
      let (waiting, isClosing) = state.withLock { ($0.queue.takeBatch(), $0.isClosing) }
      await settle(SettledBatch(waiting, StoredBatch(waiting.count, .notSaved)))
      if isClosing {
        logger.error(
          "stopping without knowing whether changes were stored",
          metadata: ["count": "\(batch.count)"])
        return
      }
      // Nobody cancels the writer; asking again at once would do no harm.
      try? await Task.sleep(for: .milliseconds(100))
    }
  }

  /// Waits for changes; nil when the journal is closed and empty.
  private func nextBatch() async -> [JournalEntry]? {
    while true {
      let (batch, isClosing) = state.withLock { ($0.queue.takeBatch(), $0.isClosing) }
      if !batch.isEmpty { return batch }
      if isClosing { return nil }
      await withCheckedContinuation { continuation in
        let isAwake = state.withLock { state in
          if state.queue.isEmpty, !state.isClosing {
            state.sleeper = continuation
            return false
          }
          return true
        }
        if isAwake { continuation.resume() }
      }
    }
  }
}

extension Journal.State {
  fileprivate mutating func takeSleeper() -> CheckedContinuation<Void, Never>? {
    defer { sleeper = nil }
    return sleeper
  }
}
