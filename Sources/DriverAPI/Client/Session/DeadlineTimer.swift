#if canImport(Glibc)
import Glibc
#endif
import HeapModule

/// Runs actions at deadlines, on a thread of its own.
///
/// Not a Swift task: when every thread of the cooperative pool is busy with a long statement, the
/// timeout that would end one of them must still find a thread. Nor a timer of libdispatch for each: that wakes
/// a thread to arm it, and nearly all of them are withdrawn long before they are due. Here the thread is woken only for a
/// deadline before all that it knows.
///
/// `@unchecked Sendable`: everything is read and written under its lock.
package final class DeadlineTimer: @unchecked Sendable {
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
      let due = action.withLock { $0.take() }
      due?()
    }

    fileprivate var isWithdrawn: Bool { action.withLock { $0 == nil } }
  }

  private struct Due: Comparable {
    /// In nanoseconds of the kernel's monotonic clock.
    let deadline: Int64
    let entry: Entry

    static func < (left: Due, right: Due) -> Bool { left.deadline < right.deadline }

    static func == (left: Due, right: Due) -> Bool { left.deadline == right.deadline }
  }

  /// The timer that all databases of the process share.
  package static let shared = DeadlineTimer()

  private let monitor = Monitor()
  private var dues = Heap<Due>()
  /// With so many it is looked how many are withdrawn.
  private var limit = DeadlineTimer.lowestLimit
  private static let lowestLimit = 1024

  private init() {
    startThread()
  }

  /// Runs `action` at `deadline` unless it is cancelled before; it must not block.
  package func schedule(
    at deadline: ContinuousClock.Instant, _ action: @escaping @Sendable () -> Void
  ) -> Entry {
    let entry = Entry(action)
    let wait = max(0, (deadline - .now).inNanoseconds)
    let due = Monitor.now.addingReportingOverflow(wait)
    add(Due(deadline: due.overflow ? .max : due.partialValue, entry: entry))
    return entry
  }

  private func add(_ due: Due) {
    monitor.lock()
    defer { monitor.unlock() }
    if dues.count >= limit { forgetWithdrawn() }
    let isFirst = dues.min.map { due < $0 } ?? true
    dues.insert(due)
    if isFirst { monitor.signal() }
  }

  // What is withdrawn stays until it is due, unless it is most of all.
  private func forgetWithdrawn() {
    dues = Heap(dues.unordered.filter { !$0.entry.isWithdrawn })
    limit = max(Self.lowestLimit, 2 * dues.count)
  }

  private func startThread() {
    var thread = pthread_t()
    let timer = Unmanaged.passRetained(self).toOpaque()
    let status = pthread_create(
      &thread, nil,
      { argument in
        guard let argument else { return nil }
        Unmanaged<DeadlineTimer>.fromOpaque(argument).takeRetainedValue().run()
      }, timer)
    precondition(status == 0, "the system has no room for a thread: errno \(status)")
    pthread_detach(thread)
  }

  private func run() -> Never {
    monitor.lock()
    while true {
      // Not waited for: statements that ended in time would wake the thread once each.
      while let next = dues.min, next.entry.isWithdrawn { dues.removeMin() }
      guard let next = dues.min else {
        monitor.wait()
        continue
      }
      guard next.deadline <= Monitor.now else {
        monitor.wait(until: next.deadline)
        continue
      }
      dues.removeMin()
      monitor.unlock()
      next.entry.fire()
      monitor.lock()
    }
  }
}
