import DriverAPI
import Logging

/// Stores batches of changes, each in one transaction, and tells what became of every change.
struct BatchWriter {
  /// How long a batch is tried again while the database cannot be reached.
  private static let patience = Duration.seconds(3)
  private static let maxPause = Duration.milliseconds(250)

  private let database: Database
  private let messageInsert: MessageInsert
  private let logger: Logger
  // After a batch was given up the next ones fail at once, so that authors hear of it soon; the
  // first that succeeds ends that.
  private var isAway = false

  private enum Attempt {
    case stored([WriteOutcome])
    /// Nothing was stored; the same batch may succeed later.
    case failedForNow(any Error)
    /// Nothing was stored, because of one of the changes.
    case spoiledByOne(any Error)
    /// Nobody knows whether it was stored.
    case unknown(any Error)
  }

  /// A writer to a database.
  init(_ database: Database, _ messageInsert: MessageInsert, logger: Logger) {
    self.database = database
    self.messageInsert = messageInsert
    self.logger = logger
  }

  /// Stores a batch.
  ///
  /// - Returns: what became of each change, in their order.
  mutating func store(_ writes: [ChatWrite]) async -> [WriteOutcome] {
    let deadline = ContinuousClock.now + (isAway ? .zero : Self.patience)
    var pause = Duration.milliseconds(2)
    var separately = false
    while true {
      switch await attempt(writes, separately: separately) {
      case .stored(let outcomes):
        if isAway { logger.notice("the database stores messages again") }
        isAway = false
        return outcomes
      case .spoiledByOne(let error):
        if separately { return giveUp(writes, error) }
        separately = true
      case .unknown(let error):
        return giveUp(writes, error)
      case .failedForNow(let error):
        guard ContinuousClock.now < deadline else { return giveUp(writes, error) }
        await pauseWriting(pause)
        pause = min(pause * 2, Self.maxPause)
      }
    }
  }

  private mutating func giveUp(_ writes: [ChatWrite], _ error: any Error) -> [WriteOutcome] {
    isAway = true
    logger.error(
      "changes were not stored", metadata: ["count": "\(writes.count)", "error": "\(error)"])
    return Array(repeating: .notSaved, count: writes.count)
  }

  private func pauseWriting(_ pause: Duration) async {
    // The writer's task is never cancelled; if it were, trying again at once would do no harm.
    try? await Task.sleep(for: pause)
  }

  private func attempt(_ writes: [ChatWrite], separately: Bool) async -> Attempt {
    var commitsNow = false
    do {
      let outcomes = try await database.transaction { transaction in
        commitsNow = false
        var batch = BatchTransaction(transaction, messageInsert)
        for write in writes {
          if separately {
            try await storeAlone(write, in: &batch)
          } else {
            try await batch.store(write)
          }
        }
        try await batch.finish()
        commitsNow = true
        return batch.outcomes
      }
      return .stored(outcomes)
    } catch {
      return classify(error, whileCommitting: commitsNow)
    }
  }

  private func classify(_ error: any Error, whileCommitting: Bool) -> Attempt {
    guard let error = error as? DatabaseError else { return .failedForNow(error) }
    if whileCommitting {
      return error.execution == .unknown ? .unknown(error) : .failedForNow(error)
    }
    return error.concernsTheDatabase ? .failedForNow(error) : .spoiledByOne(error)
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
      .deadlock, .lockTimeout, .cancelled, .readOnly, .permissionDenied, .resourceExhausted,
      .poolTimeout:
      true
    case .uniqueViolation, .foreignKeyViolation, .notNullViolation, .checkViolation, .syntax,
      .undefinedObject, .dataOutOfRange, .invalidValue, .statementTimeout, .transactionAborted,
      .unsupported, .misuse, .decoding, .other:
      false
    }
  }
}
