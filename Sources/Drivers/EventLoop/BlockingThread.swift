import DriverAPI
import Glibc

/// Runs work that blocks, such as resolving a name, on a thread of its own.
///
/// Never short of threads: neither Swift's pool nor a queue's is held up by a host that does not answer. A
/// thread that has done its work waits some seconds for more: to make one, with its stack and its share of
/// the heap, costs as much as a connection to a server on the same machine.
package enum BlockingThread {
  /// A thread that waits for work, asleep.
  ///
  /// `@unchecked Sendable`: its work is written and read under its lock.
  private final class Waiting: @unchecked Sendable {
    private let monitor = Monitor()
    private var work: (@Sendable () -> Void)?

    /// Has the thread run it; only for who took this from the list of those that wait.
    func run(_ body: @escaping @Sendable () -> Void) {
      monitor.lock()
      work = body
      monitor.signal()
      monitor.unlock()
    }

    /// The next work; nil if none came in time.
    func next(within seconds: Int64) -> (@Sendable () -> Void)? {
      let end = Monitor.now + seconds * 1_000_000_000
      monitor.lock()
      defer { monitor.unlock() }
      while work == nil, monitor.wait(until: end) {}
      return work.take()
    }
  }

  private final class Work {
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) {
      self.body = body
    }
  }

  private static let waiting = Mutex<[Waiting]>([])
  /// How long a thread waits for more work, in seconds.
  private static let patience: Int64 = 5
  /// So many wait at most.
  private static let waitingLimit = 8

  /// Starts `body`; false if the system has no room for a thread.
  package static func start(_ body: @escaping @Sendable () -> Void) -> Bool {
    if let waiting = waiting.withLock({ $0.popLast() }) {
      waiting.run(body)
      return true
    }
    var thread = pthread_t()
    let work = Unmanaged.passRetained(Work(body))
    let status = pthread_create(
      &thread, nil,
      { argument in
        guard let argument else { return nil }
        BlockingThread.work(Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body)
        return nil
      }, work.toOpaque())
    guard status == 0 else {
      work.release()
      return false
    }
    pthread_detach(thread)
    return true
  }

  /// The result of `body`; nil if the system has no room for a thread.
  package static func run<R: Sendable>(_ body: @escaping @Sendable () -> R) async -> R? {
    await withUnsafeContinuation { (continuation: UnsafeContinuation<R?, Never>) in
      if !start({ continuation.resume(returning: body()) }) { continuation.resume(returning: nil) }
    }
  }

  /// What a thread does: the first work, and what comes while it waits.
  private static func work(_ first: @escaping @Sendable () -> Void) {
    first()
    let own = Waiting()
    while wait(own) {
      if let body = own.next(within: patience) {
        body()
      } else if leave(own) {
        return
      } else if let body = own.next(within: patience) {
        // It was taken from the list in the moment in which its time was over.
        body()
      }
    }
  }

  private static func wait(_ own: Waiting) -> Bool {
    waiting.withLock { waiting in
      if waiting.count >= waitingLimit { return false }
      waiting.append(own)
      return true
    }
  }

  /// False if somebody has taken it from the list, and is about to give it work.
  private static func leave(_ own: Waiting) -> Bool {
    waiting.withLock { waiting in
      guard let index = waiting.firstIndex(where: { $0 === own }) else { return false }
      waiting.remove(at: index)
      return true
    }
  }
}
