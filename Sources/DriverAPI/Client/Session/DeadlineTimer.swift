import Dispatch

/// Runs actions at deadlines, on a thread of its own.
///
/// Not a Swift task: when every thread of the cooperative pool is busy with a long statement, the
/// timeout that would end one of them must still find a thread.
package final class DeadlineTimer: Sendable {
  /// A scheduled action.
  package final class Entry: Sendable {
    private let action: Mutex<(@Sendable () -> Void)?>

    init(_ action: @escaping @Sendable () -> Void) {
      self.action = Mutex(action)
    }

    /// Withdraws the action. After this returns it will not start.
    package func cancel() {
      action.withLock { $0 = nil }
    }

    fileprivate func fire() {
      let due = action.withLock { action in
        defer { action = nil }
        return action
      }
      due?()
    }
  }

  /// The timer that all databases of the process share.
  package static let shared = DeadlineTimer()

  // A serial queue of one's own gets a thread even if the cooperative pool has none left.
  private let queue = DispatchQueue(label: "dovetail.deadlines", qos: .userInitiated)

  /// Runs `action` at `deadline` unless it is cancelled before; it must not block.
  package func schedule(
    at deadline: ContinuousClock.Instant, _ action: @escaping @Sendable () -> Void
  ) -> Entry {
    let entry = Entry(action)
    let wait = max(0, (deadline - .now).inNanoseconds)
    let nanoseconds = Int(min(wait, Int64(Int32.max) * 1_000_000_000))
    queue.asyncAfter(deadline: .now() + .nanoseconds(nanoseconds)) { entry.fire() }
    return entry
  }
}
