#if canImport(Glibc)
import Glibc
#endif

/// A lock, and a condition under it that a thread can wait for until a moment of the kernel's monotonic clock.
///
/// For threads of this library's own; what tasks share has a ``Mutex``. `@unchecked Sendable`: both are made for
/// several threads, and stay where they were made.
package final class Monitor: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  package init() {
    pthread_mutex_init(mutex, nil)
    var attributes = pthread_condattr_t()
    pthread_condattr_init(&attributes)
    // The clock of the wall can be set.
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    pthread_cond_init(condition, &attributes)
    pthread_condattr_destroy(&attributes)
  }

  deinit {
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(mutex)
    condition.deallocate()
    mutex.deallocate()
  }

  package func lock() { pthread_mutex_lock(mutex) }

  package func unlock() { pthread_mutex_unlock(mutex) }

  /// Wakes a thread that waits.
  package func signal() { pthread_cond_signal(condition) }

  /// Waits, with the lock given up meanwhile, until ``signal()``, or for no reason at all.
  ///
  /// - Parameter end: in nanoseconds, as ``now`` tells them; nil for as long as it takes.
  /// - Returns: false if that moment has come.
  @discardableResult
  package func wait(until end: Int64? = nil) -> Bool {
    guard let end else { return pthread_cond_wait(condition, mutex) == 0 }
    var moment = timespec(
      tv_sec: Int(end / 1_000_000_000), tv_nsec: Int(end % 1_000_000_000))
    return pthread_cond_timedwait(condition, mutex, &moment) == 0
  }

  /// Now, in nanoseconds of the kernel's monotonic clock.
  package static var now: Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}
