import HeapModule
import Synchronization

/// Runs actions at deadlines, with one sleeping task for all of them.
///
/// Scheduling costs a lock and a heap insertion and wakes nobody, so that a timeout on every
/// statement stays cheap: most are withdrawn long before they are due.
final class DeadlineTimer: Sendable {
  /// A scheduled action.
  final class Entry: Sendable {
    let deadline: ContinuousClock.Instant
    private let action: Mutex<(@Sendable () -> Void)?>

    init(deadline: ContinuousClock.Instant, action: @escaping @Sendable () -> Void) {
      self.deadline = deadline
      self.action = Mutex(action)
    }

    /// Withdraws the action. After this returns it will not start.
    func cancel() {
      action.withLock { $0 = nil }
    }

    fileprivate func fire() {
      let due = action.withLock { action in
        defer { action = nil }
        return action
      }
      due?()
    }

    fileprivate var isWithdrawn: Bool { action.withLock { $0 == nil } }
  }

  private struct Ordered: Comparable {
    let entry: Entry
    static func < (left: Ordered, right: Ordered) -> Bool {
      left.entry.deadline < right.entry.deadline
    }
    static func == (left: Ordered, right: Ordered) -> Bool { left.entry === right.entry }
  }

  private struct State {
    var entries = Heap<Ordered>()
    var sleeper: Task<Void, Never>?
    var wakesAt: ContinuousClock.Instant?
  }

  private let state = Mutex(State())

  /// The timer that all databases of the process share.
  static let shared = DeadlineTimer()

  /// Runs `action` at `deadline` unless it is cancelled before; it must not block.
  func schedule(
    at deadline: ContinuousClock.Instant, _ action: @escaping @Sendable () -> Void
  ) -> Entry {
    let entry = Entry(deadline: deadline, action: action)
    state.withLock { state in
      state.entries.insert(Ordered(entry: entry))
      if let wakesAt = state.wakesAt, wakesAt <= deadline { return }
      state.sleeper?.cancel()
      startSleeper(until: deadline, &state)
    }
    return entry
  }

  private func startSleeper(until deadline: ContinuousClock.Instant, _ state: inout State) {
    state.wakesAt = deadline
    state.sleeper = Task {
      // Cancelled means that an earlier deadline has a sleeper of its own.
      guard (try? await ContinuousClock().sleep(until: deadline)) != nil else { return }
      for entry in takeDue() { entry.fire() }
    }
  }

  private func takeDue() -> [Entry] {
    state.withLock { state in
      let now = ContinuousClock.now
      var due: [Entry] = []
      while let next = state.entries.min, next.entry.deadline <= now || next.entry.isWithdrawn {
        due.append(next.entry)
        _ = state.entries.popMin()
      }
      state.wakesAt = nil
      state.sleeper = nil
      if let next = state.entries.min { startSleeper(until: next.entry.deadline, &state) }
      return due
    }
  }
}
