import Dispatch
import DriverAPI

/// Bounds the time of something that may hang and may not notice cancellation.
///
/// The clock is Dispatch's own thread: a statement that occupies every thread of Swift's pool must
/// not be able to stop it.
enum Deadline {
  /// Runs `body`; when the time is over it is cancelled, left to itself, and counts as failed.
  static func run<R: Sendable>(
    within limit: Duration, named name: String, on executor: (any TaskExecutor)? = nil,
    _ body: @escaping @Sendable () async throws -> R
  ) async throws -> R {
    let first = FirstResult<R>()
    let work = Task(executorPreference: executor) {
      do { first.settle(.success(try await body())) } catch { first.settle(.failure(error)) }
    }
    after(limit) {
      work.cancel()
      first.settle(.failure(ClauseFailure("still running after \(limit): it hangs")))
    }
    return try await first.value()
  }

  /// Runs `action` on a thread of its own after a while.
  static func after(_ delay: Duration, _ action: @escaping @Sendable () -> Void) {
    let milliseconds = Int(delay / .milliseconds(1))
    // Not a global queue: drivers that work inline may keep all threads that those share with Swift's tasks.
    let queue = DispatchQueue(label: "dovetail.conformance.deadline")
    queue.asyncAfter(deadline: .now() + .milliseconds(milliseconds), execute: action)
  }
}

/// The result that came first; later ones are ignored.
private final class FirstResult<R: Sendable>: Sendable {
  private struct State {
    var result: Result<R, any Error>?
    var waiter: CheckedContinuation<R, any Error>?
  }

  private let state = Mutex(State())

  func settle(_ result: Result<R, any Error>) {
    let waiter = state.withLock { state in
      guard state.result == nil else { return CheckedContinuation<R, any Error>?.none }
      state.result = result
      defer { state.waiter = nil }
      return state.waiter
    }
    waiter?.resume(with: result)
  }

  func value() async throws -> R {
    try await withCheckedThrowingContinuation { continuation in
      let result = state.withLock { state in
        if state.result == nil { state.waiter = continuation }
        return state.result
      }
      if let result { continuation.resume(with: result) }
    }
  }
}
