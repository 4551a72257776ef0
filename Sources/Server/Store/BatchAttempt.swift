import DriverAPI
import Logging

/// One attempt to store a batch.
struct BatchAttempt: Sendable {
  /// How it ended.
  enum Outcome {
    case stored(StoredBatch)
    /// Nothing was stored; the same batch may succeed later.
    case failedForNow(any Error)
    /// Nothing was stored, because of one of the changes.
    case spoiledByOne(any Error)
    /// Nobody knows whether it was stored.
    case unknown(any Error, BatchWriter.Undecided)
  }

  /// How far it came.
  private enum Step: Sendable {
    case waiting
    case writing
    case committing(StoredBatch)
  }

  /// How long it may take once its turn has come, whatever becomes of the connection.
  private static let maxDuration = Duration.seconds(10)

  private let session: WriterSession
  private let messageInsert: MessageInsert
  private let blocks: ChannelBlocks
  private let ledger: BatchLedger?
  private let feed: FeedTable?
  private let logger: Logger
  private let writes: [ChatWrite]
  private let separately: Bool
  private let batch: Int64

  /// An attempt.
  ///
  /// - Parameters:
  ///   - separately: whether each change gets a savepoint, so that one that is refused fails alone.
  ///   - batch: its number in the ledger, greater than that of every attempt before.
  init(writer: BatchWriter, writes: [ChatWrite], separately: Bool, batch: Int64) {
    session = writer.session
    messageInsert = writer.messageInsert
    blocks = writer.blocks
    ledger = writer.ledger
    feed = writer.feed
    logger = writer.logger
    self.writes = writes
    self.separately = separately
    self.batch = batch
  }

  /// Makes the attempt.
  ///
  /// - Parameter limit: how long it may wait for its turn.
  func run(waitingAtMost limit: Duration) async -> Outcome {
    let step = Box()
    do {
      guard ledger != nil else { return .stored(try await store(limit, step)) }
      return .stored(
        try await TimeLimit.run(limit + Self.maxDuration) { try await store(limit, step) })
    } catch {
      return classify(error, at: step.value.withLock { $0 })
    }
  }

  private final class Box: Sendable {
    let value = Mutex(Step.waiting)
  }

  private func store(_ limit: Duration, _ step: Box) async throws -> StoredBatch {
    let (stored, entries) = try await session.transaction { transaction in
      if let ledger {
        try await TimeLimit.run(limit) { try await ledger.begin(batch, in: transaction) }
      }
      step.value.withLock { $0 = .writing }
      var changes = BatchTransaction(transaction, messageInsert, blocks)
      if separately {
        for write in writes { try await storeAlone(write, in: &changes) }
      } else {
        try await changes.store(writes)
      }
      let entries = try await changes.finish()
      let stored = StoredBatch(
        outcomes: changes.outcomes, receipt: try await tellOthers(changes.outcomes, transaction))
      step.value.withLock { $0 = .committing(stored) }
      return (stored, entries)
    }
    blocks.noteCommitted(entries)
    return stored
  }

  /// Leaves in the database what other servers are to show their clients.
  private func tellOthers(
    _ outcomes: [WriteOutcome], _ transaction: Transaction
  ) async throws -> FeedReceipt? {
    guard let feed, let ledger else { return nil }
    let events = zip(writes, outcomes).compactMap { $0.event(after: $1) }
    let turn = try await ledger.turn(in: transaction)
    return try await feed.add(events.map(FeedEvent.init), as: turn, in: transaction)
  }

  private func classify(_ error: any Error, at step: Step) -> Outcome {
    guard let error = error as? DatabaseError else { return .failedForNow(error) }
    switch step {
    case .waiting: return .failedForNow(error)
    case .writing:
      return error.concernsTheDatabase ? .failedForNow(error) : .spoiledByOne(error)
    case .committing(let stored):
      guard error.execution == .unknown else { return .failedForNow(error) }
      return .unknown(error, BatchWriter.Undecided(batch: batch, stored: stored))
    }
  }

  /// Stores one change so that only it is lost if the database refuses it.
  private func storeAlone(_ write: ChatWrite, in batch: inout BatchTransaction) async throws {
    let before = batch
    do {
      batch = try await batch.transaction.transaction { savepoint in
        var inner = before.within(savepoint)
        try await inner.store(write)
        return inner.within(before.transaction)
      }
    } catch let error as DatabaseError where !error.concernsTheDatabase {
      logger.error("a change was refused by the database", metadata: ["error": "\(error)"])
      batch = before
      batch.outcomes.append(.refused)
    }
  }
}

extension DatabaseError {
  /// Whether the trouble lies with the database and not with what was to be stored, so that the
  /// same change may succeed later.
  var concernsTheDatabase: Bool {
    switch kind {
    case .cannotConnect, .authenticationFailed, .tls, .connectionLost, .serializationFailure,
      .deadlock, .lockTimeout, .cancelled, .readOnly, .notPrimary, .permissionDenied,
      .resourceExhausted,
      .poolTimeout:
      true
    case .uniqueViolation, .foreignKeyViolation, .notNullViolation, .checkViolation, .syntax,
      .undefinedObject, .dataOutOfRange, .invalidValue, .statementTimeout, .transactionAborted,
      .unsupported, .misuse, .decoding, .other:
      false
    }
  }
}
