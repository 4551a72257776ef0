#if LOCKS_OF_PTHREAD
import Glibc

/// The lock of this package, as the thread sanitizer can see it.
///
/// On Linux `Synchronization.Mutex` waits by a futex, and the sanitizer, which knows the functions of
/// pthread alone, takes every access under it for a race. `Scripts/sanitize` therefore builds with
/// `LOCKS_OF_PTHREAD`, and the same name stands for this.
///
/// `@unchecked Sendable`: `value` is touched with `lock` held, or by who has the only reference.
package struct Mutex<Value: ~Copyable>: ~Copyable, @unchecked Sendable {
  private let lock: UnsafeMutablePointer<pthread_mutex_t>
  private let value: UnsafeMutablePointer<Value>

  package init(_ initialValue: consuming sending Value) {
    lock = .allocate(capacity: 1)
    let status = pthread_mutex_init(lock, nil)
    precondition(status == 0, "pthread_mutex_init failed with \(status)")
    value = .allocate(capacity: 1)
    value.initialize(to: initialValue)
  }

  deinit {
    value.deinitialize(count: 1)
    value.deallocate()
    pthread_mutex_destroy(lock)
    lock.deallocate()
  }

  package borrowing func withLock<Result: ~Copyable, E: Error>(
    _ body: (inout sending Value) throws(E) -> sending Result
  ) throws(E) -> sending Result {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    return try body(&value.pointee)
  }
}
#else
package import Synchronization

/// The lock of this package: the standard library's.
package typealias Mutex = Synchronization.Mutex
#endif
