import CEpoll
import Glibc
import Synchronization

/// The one task of the process that waits for a socket on its own thread, and the end of its patience.
///
/// A limit given to the kernel with each wait would program the processor's timer and stop it again,
/// which in a virtual machine costs more than the rest of the wait. So waits have no limit: while they
/// follow each other the loop looks every millisecond whether one is still the same, and ends it.
final class InlineWait: Sendable {
  /// How often the loop is to look, in milliseconds.
  static let tick: Int32 = 1
  /// The loop stops looking when nobody has waited for so many ticks.
  private static let lastingTicks = 16

  /// Readable when the loop has to begin looking.
  let starter = InlineWait.makeCounter()
  private let stopper = InlineWait.makeCounter()
  /// The number of the wait, odd while it lasts.
  private let number = Atomic<UInt64>(0)
  /// The number of the last wait that was told to end.
  private let ended = Atomic<UInt64>(0)
  private let isWatched = Atomic<Bool>(false)

  /// What only the loop's thread knows.
  struct Watch {
    fileprivate var lastNumber: UInt64 = 0
    fileprivate var idleTicks = 0
  }

  /// Waits, holding the thread; nil if that took too long. For one caller at a time.
  func wait(for interest: Readiness, of descriptor: Int32) -> Readiness? {
    // In one order with isWatched on both sides: either the loop sees the wait, or is told of it.
    let number = number.add(1, ordering: .sequentiallyConsistent).newValue
    if !isWatched.load(ordering: .sequentiallyConsistent) { beginWatch() }
    defer { self.number.add(1, ordering: .sequentiallyConsistent) }
    while true {
      let (ready, isStopped) = poll(descriptor, interest)
      if !ready.isEmpty { return ready }
      // What stopped an earlier wait may have been left over by it.
      if isStopped, ended.load(ordering: .acquiring) == number { return nil }
    }
  }

  /// On the loop's thread, when ``starter`` is readable.
  func start() -> Watch {
    Self.empty(starter)
    return Watch()
  }

  /// On the loop's thread, every ``tick``; false when it may stop looking.
  func look(_ watch: inout Watch) -> Bool {
    let now = number.load(ordering: .relaxed)
    defer { watch.lastNumber = now }
    guard now == watch.lastNumber else {
      watch.idleTicks = 0
      return true
    }
    if now % 2 == 1, ended.load(ordering: .relaxed) != now {
      ended.store(now, ordering: .releasing)
      Self.raise(stopper)
    }
    watch.idleTicks += 1
    if watch.idleTicks < Self.lastingTicks { return true }
    isWatched.store(false, ordering: .sequentiallyConsistent)
    let isUnchanged = number.load(ordering: .sequentiallyConsistent) == now
    return !isUnchanged && !isWatched.exchange(true, ordering: .sequentiallyConsistent)
  }

  private func beginWatch() {
    if !isWatched.exchange(true, ordering: .sequentiallyConsistent) { Self.raise(starter) }
  }

  private func poll(_ descriptor: Int32, _ interest: Readiness) -> (Readiness, isStopped: Bool) {
    withUnsafeTemporaryAllocation(of: pollfd.self, capacity: 2) { entries in
      entries[0] = pollfd(fd: descriptor, events: interest.pollEvents, revents: 0)
      entries[1] = pollfd(fd: stopper, events: Int16(POLLIN), revents: 0)
      guard Glibc.poll(entries.baseAddress, 2, -1) > 0 else { return ([], false) }
      let isStopped = entries[1].revents != 0
      if isStopped { Self.empty(stopper) }
      return (Readiness(pollEvents: entries[0].revents), isStopped)
    }
  }

  private static func makeCounter() -> Int32 {
    let descriptor = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
    precondition(descriptor >= 0, "the system has no room for an eventfd: errno \(errno)")
    return descriptor
  }

  private static func raise(_ counter: Int32) { eventfd_write(counter, 1) }

  private static func empty(_ counter: Int32) {
    var value: eventfd_t = 0
    eventfd_read(counter, &value)
  }
}
