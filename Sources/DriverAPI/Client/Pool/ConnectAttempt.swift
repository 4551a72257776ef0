/// Opens a connection within a time limit. [CONN-3]
///
/// The attempt runs in a task of its own, so that the limit holds even against a driver that does not
/// notice cancellation; a connection that arrives too late is closed.
final class ConnectAttempt<Session: Sendable>: Sendable {
  typealias Connect = @Sendable () async throws(DatabaseError) -> Session
  typealias Outcome = Result<Session, DatabaseError>

  private enum State {
    case starting
    case waiting(CheckedContinuation<Outcome, Never>)
    case decided(Outcome)
    case over
  }

  private let state = Mutex(State.starting)

  /// Runs `connect`.
  ///
  /// - Parameter close: what to do with a session that arrives too late.
  /// - Throws: what it throws; `cannotConnect` when the time is over; `cancelled`.
  static func run(
    _ connect: @escaping Connect, within limit: Duration,
    close: @escaping @Sendable (Session) async -> Void
  ) async throws(DatabaseError) -> Session {
    let attempt = ConnectAttempt()
    let work = Task {
      let outcome: Outcome
      do throws(DatabaseError) {
        outcome = .success(try await connect())
      } catch {
        outcome = .failure(error)
      }
      if !attempt.decide(outcome), case .success(let late) = outcome { await close(late) }
    }
    let timer = DeadlineTimer.shared.schedule(at: .now + limit) {
      if attempt.decide(.failure(tooSlow(limit))) { work.cancel() }
    }
    defer { timer.cancel() }
    let outcome = await withTaskCancellationHandler {
      await withCheckedContinuation { attempt.await($0) }
    } onCancel: {
      if attempt.decide(.failure(cancelled())) { work.cancel() }
    }
    return try outcome.get()
  }

  /// Takes the first outcome; false if there was one already.
  private func decide(_ outcome: Outcome) -> Bool {
    let (isFirst, waiter): (Bool, CheckedContinuation<Outcome, Never>?) = state.withLock { state in
      switch state {
      case .starting:
        state = .decided(outcome)
        return (true, nil)
      case .waiting(let continuation):
        state = .over
        return (true, continuation)
      case .decided, .over:
        return (false, nil)
      }
    }
    // Not under the lock: resuming takes a lock of the task, which is held around the handler of its
    // cancellation, and that one comes here.
    waiter?.resume(returning: outcome)
    return isFirst
  }

  private func `await`(_ continuation: CheckedContinuation<Outcome, Never>) {
    let early: Outcome? = state.withLock { state in
      guard case .decided(let outcome) = state else {
        state = .waiting(continuation)
        return nil
      }
      state = .over
      return outcome
    }
    if let early { continuation.resume(returning: early) }
  }

  private static func tooSlow(_ limit: Duration) -> DatabaseError {
    DatabaseError(
      .cannotConnect, "no connection within \(limit.rounded); is the server reachable and healthy?",
      connection: .spent, execution: .notSent)
  }

  private static func cancelled() -> DatabaseError {
    DatabaseError(
      .cancelled, "the task was cancelled while it connected", connection: .spent,
      execution: .notSent)
  }
}
