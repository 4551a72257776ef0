#if LOCKS_OF_PTHREAD
import Glibc
#else
package import Synchronization
#endif

/// The lock of this package: the standard library's, or one that the thread sanitizer can see.
///
/// On Linux `Synchronization.Mutex` waits by a futex, and the sanitizer, which knows the functions of
/// pthread alone, takes every access under it for a race. A build for it defines `LOCKS_OF_PTHREAD`.
///
/// `@unchecked Sendable`: the value is touched with the lock held, or by who has the only reference.
package struct Mutex<Value: ~Copyable>: ~Copyable, @unchecked Sendable {
  #if LOCKS_OF_PTHREAD
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

  /// Has the thread sanitizer know that what follows comes after what others did under the lock.
  ///
  /// For a task that a continuation has woken, and that goes on with what the other side wrote: a
  /// continuation resumed before its task waits hands over by an atomic of the runtime's, which the
  /// sanitizer does not see. An ordinary build does nothing here.
  package borrowing func catchUp() {
    pthread_mutex_lock(lock)
    pthread_mutex_unlock(lock)
  }
  #else
  @usableFromInline let lock: Synchronization.Mutex<Value>

  @inlinable
  @inline(__always)
  package init(_ initialValue: consuming sending Value) {
    lock = Synchronization.Mutex(initialValue)
  }

  @inlinable
  @inline(__always)
  package borrowing func withLock<Result: ~Copyable, E: Error>(
    _ body: (inout sending Value) throws(E) -> sending Result
  ) throws(E) -> sending Result {
    try lock.withLock(body)
  }

  @inlinable
  @inline(__always)
  package borrowing func catchUp() {}
  #endif
}
