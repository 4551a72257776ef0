import DriverAPI

/// Measures how long something takes, on a machine that has other things to do.
struct TaskStopwatch: Sendable {
  private let start = ContinuousClock.now
  private let lateBefore = ThreadShortage.shared.total

  /// The time since the start: what something has taken at least.
  var elapsed: Duration { ContinuousClock.now - start }

  /// The same without the time in which tasks of this process waited for a thread: what something has taken
  /// by itself. Whoever measures how soon a call returns must not measure its neighbours, which may keep
  /// all threads of the pool for seconds where there are two.
  var ownTime: Duration { elapsed - (ThreadShortage.shared.total - lateBefore) }
}

/// Adds up for how long a task that is ready waits until it runs.
private final class ThreadShortage: Sendable {
  static let shared = ThreadShortage()
  private static let interval = Duration.milliseconds(20)

  private struct State {
    var total = Duration.zero
    var due = ContinuousClock.now + interval
  }
  private let state = Mutex(State())

  private init() {
    Task.detached { [self] in
      while true {
        // Nobody cancels it.
        try? await Task.sleep(until: state.withLock { $0.due })
        state.withLock {
          $0.total += max(.zero, ContinuousClock.now - $0.due)
          $0.due = .now + Self.interval
        }
      }
    }
  }

  /// So far, with what the waiting that has not ended yet comes to.
  var total: Duration {
    state.withLock { $0.total + max(.zero, ContinuousClock.now - $0.due) }
  }
}
