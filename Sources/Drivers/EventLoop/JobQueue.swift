import DriverAPI
import CEpoll
import Glibc
import struct Synchronization.Atomic

/// The jobs of tasks that prefer the loop's thread, and what follows them there.
final class JobQueue: Sendable {
  private struct State {
    var jobs: [UnownedJob] = []
    var followUps: [@Sendable () -> Void] = []
    /// The loop waits for its sockets, and has to be woken.
    var isAsleep = false
  }

  /// Readable when the loop is to look for jobs.
  let bell = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
  private let state = Mutex(State())
  private let thread = Atomic<UInt>(0)
  /// How many jobs of the round that runs are still to run; only the loop's thread knows.
  private let dueCount = Atomic<Int>(0)
  /// After so many rounds of jobs that brought forth others the sockets have their turn.
  private static let maxRounds = 8

  init() {
    precondition(bell >= 0, "the system has no room for an eventfd: errno \(errno)")
  }

  /// Whether the caller runs on the loop's thread.
  var isHere: Bool { thread.load(ordering: .relaxed) == UInt(pthread_self()) }

  /// From any thread.
  func add(_ job: UnownedJob) {
    let isHere = isHere
    let rings = state.withLock { state in
      state.jobs.append(job)
      if isHere || !state.isAsleep { return false }
      state.isAsleep = false
      return true
    }
    if rings { ring() }
  }

  /// Has something done behind the jobs that are due; from the loop's thread.
  func follow(_ action: @escaping @Sendable () -> Void) {
    state.withLock { $0.followUps.append(action) }
  }

  // MARK: - For the loop

  func adoptThread() { thread.store(UInt(pthread_self()), ordering: .relaxed) }

  /// Runs what is due.
  func run(on executor: UnownedTaskExecutor) {
    for _ in 0..<Self.maxRounds {
      var jobs: [UnownedJob] = []
      state.withLock { swap(&$0.jobs, &jobs) }
      for (index, job) in jobs.enumerated() {
        dueCount.store(jobs.count - index - 1, ordering: .relaxed)
        job.runSynchronously(on: executor)
      }
      var followUps: [@Sendable () -> Void] = []
      state.withLock { swap(&$0.followUps, &followUps) }
      for action in followUps { action() }
      if jobs.isEmpty { return }
    }
  }

  /// Whether there is nothing to do until somebody rings.
  func sleeps() -> Bool {
    state.withLock { state in
      state.isAsleep = state.jobs.isEmpty
      return state.isAsleep
    }
  }

  /// Whether the job that runs is the only one, and nothing follows it. Then the next rings the bell.
  func isAlone() -> Bool {
    if dueCount.load(ordering: .relaxed) > 0 { return false }
    return state.withLock { state in
      state.isAsleep = state.jobs.isEmpty && state.followUps.isEmpty
      return state.isAsleep
    }
  }

  /// The job goes on, and nothing has to ring.
  func wakes() { state.withLock { $0.isAsleep = false } }

  /// Has the loop look for jobs, or end the wait of one.
  func ring() { eventfd_write(bell, 1) }

  func silenceBell() {
    var value: eventfd_t = 0
    eventfd_read(bell, &value)
  }
}
