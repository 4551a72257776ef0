import Dispatch
import struct Synchronization.Atomic

/// A thread for a client library whose calls block, and a way to stop them.
///
/// For drivers whose library offers nothing but calls that return when the server has answered. On a
/// thread of Swift's pool a few of them that wait for a lock would stop every task, the one that
/// holds the lock among them. A connection has one of these, enters it once a statement or a portion
/// of rows, and keeps everything the library gave it there: what is asked for runs in order, one at a
/// time. Entering costs some microseconds.
public final class BlockingCalls: Sendable {
  /// Asks the server to stop the running call. May block: it has a thread of its own.
  public typealias Cancel = @Sendable () -> Void

  // Nothing on it blocks.
  private static let givingUp = DispatchQueue(label: "dovetail.give-up")
  private let queue: DispatchQueue
  // A queue that is serial has threads beside those of Swift's pool: a request that blocks, because the
  // server is silent, would hold one of that few.
  private let cancelling: DispatchQueue
  private let number = Atomic(0)
  private let interruptedNumber = Atomic(-1)
  /// Ends the waiting for what runs, whether or not the call returns.
  private let giveUp = Mutex<(@Sendable (DatabaseError) -> Void)?>(nil)
  private let patience: Duration
  /// What stops the running call. Held while that is done, so that the call cannot return meanwhile.
  private let running = Mutex<Cancel?>(nil)

  /// A thread of that name.
  ///
  /// - Parameter patience: how long an interrupted call may go on before nobody waits for it any
  ///   more. The session is spent then, and its thread is lost until the call returns after all.
  public init(label: String, patience: Duration = .seconds(5)) {
    queue = DispatchQueue(label: label)
    cancelling = DispatchQueue(label: label + ".cancel")
    self.patience = patience
  }

  /// From now on an interruption means the next statement: what is run until this is called again.
  /// For ``DriverConnection/statementBegins()``.
  public func statementBegins() {
    number.add(1, ordering: .sequentiallyConsistent)
  }

  /// Runs `work` on the thread.
  ///
  /// - Parameter heedingCancellation: false for what has to run in a cancelled task too, such as
  ///   ``StatementText/endsTransaction`` and the end of a session.
  /// - Throws: what `work` throws; `cancelled` if the task is cancelled already, and `.spent` if the
  ///   call was interrupted and did not return within the patience.
  public func run<R: Sendable>(
    heedingCancellation: Bool = true, _ work: @escaping @Sendable () throws(DatabaseError) -> R
  ) async throws(DatabaseError) -> R {
    // An interruption may have come when there was nothing to stop yet.
    if heedingCancellation, Task.isCancelled { throw Self.cancelled(.notSent) }
    let result: Result<R, DatabaseError> = await withCheckedContinuation { continuation in
      let answer = FirstAnswer(continuation)
      giveUp.withLock { $0 = { answer.give(.failure($0)) } }
      queue.async {
        do throws(DatabaseError) {
          answer.give(.success(try work()))
        } catch {
          answer.give(.failure(error))
        }
      }
    }
    giveUp.withLock { $0 = nil }
    return try result.get()
  }

  /// Runs `work` on the thread when everything asked for so far is done, and does not wait for it.
  public func runLater(_ work: @escaping @Sendable () -> Void) {
    queue.async(execute: work)
  }

  /// Makes a call that ``interrupt()`` can stop. Only within ``run(heedingCancellation:_:)``.
  ///
  /// - Parameter cancel: called from another thread while the call runs, every 50 ms until it
  ///   returns, because a request that overtakes its statement stops nothing; never later. [CANCEL-2]
  /// - Throws: what `call` throws; `cancelled` instead of calling if the interruption has come before.
  public func interruptible<R>(
    cancel: @escaping Cancel, _ call: () throws(DatabaseError) -> R
  ) throws(DatabaseError) -> R {
    running.withLock { $0 = cancel }
    defer { running.withLock { $0 = nil } }
    if wasInterrupted { throw Self.cancelled(.rejected) }
    return try call()
  }

  /// Whether the statement that began last was interrupted. A request to stop it may still be on its way
  /// to the server: where it travels by itself, something harmless has to run before the next statement.
  public var wasInterrupted: Bool {
    interruptedNumber.load(ordering: .sequentiallyConsistent)
      == number.load(ordering: .sequentiallyConsistent)
  }

  /// Stops the statement that began last, whether it runs already or is about to. For ``DriverConnection/interrupt()``: does not block.
  public func interrupt() {
    let current = number.load(ordering: .sequentiallyConsistent)
    interruptedNumber.store(current, ordering: .sequentiallyConsistent)
    cancelling.async { self.cancel(current) }
    let milliseconds = Int(patience / .milliseconds(1))
    Self.givingUp.asyncAfter(deadline: .now() + .milliseconds(milliseconds)) {
      // A later statement has another number.
      guard self.number.load(ordering: .sequentiallyConsistent) == current else { return }
      self.giveUp.withLock { $0 }?(Self.unanswered())
    }
  }

  /// Ends the waiting for the call that runs, whether or not it returns: the session is spent, and its
  /// thread is lost until the call returns after all. For ``DriverConnection/abandon()``.
  public func abandon() { giveUp.withLock { $0 }?(Self.abandoned()) }

  private func cancel(_ number: Int) {
    let isRunning = running.withLock { cancel in
      guard let cancel, self.number.load(ordering: .sequentiallyConsistent) == number else {
        return false
      }
      cancel()
      return true
    }
    guard isRunning else { return }
    cancelling.asyncAfter(deadline: .now() + .milliseconds(50)) { self.cancel(number) }
  }

  private static func unanswered() -> DatabaseError {
    DatabaseError(
      .cancelled, "the call was interrupted and the server does not answer", connection: .spent,
      execution: .unknown)
  }

  private static func abandoned() -> DatabaseError {
    DatabaseError(
      .connectionLost, "the server does not answer, and nobody waits for it any more",
      connection: .spent, execution: .unknown)
  }

  private static func cancelled(_ execution: DatabaseError.Execution) -> DatabaseError {
    DatabaseError(
      .cancelled, "the task was cancelled before the call was made", execution: execution)
  }
}

/// Resumes with the first answer; later ones are ignored.
private final class FirstAnswer<R: Sendable>: Sendable {
  typealias Continuation = CheckedContinuation<Result<R, DatabaseError>, Never>

  private let continuation: Mutex<Continuation?>

  init(_ continuation: Continuation) {
    self.continuation = Mutex(continuation)
  }

  func give(_ answer: Result<R, DatabaseError>) {
    let waiting = continuation.withLock { continuation in
      defer { continuation = nil }
      return continuation
    }
    waiting?.resume(returning: answer)
  }
}
