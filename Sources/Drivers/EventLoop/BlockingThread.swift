import Glibc

/// Runs work that blocks, such as resolving a name, on a thread of its own.
///
/// Rare enough that a fresh thread costs nothing that matters, and never short of threads: neither
/// Swift's pool nor a queue's is held up by a host that does not answer.
package enum BlockingThread {
  private final class Work {
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) {
      self.body = body
    }
  }

  /// Starts `body`; false if the system has no room for a thread.
  package static func start(_ body: @escaping @Sendable () -> Void) -> Bool {
    var thread = pthread_t()
    let work = Unmanaged.passRetained(Work(body))
    let status = pthread_create(
      &thread, nil,
      { argument in
        guard let argument else { return nil }
        Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body()
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
}
