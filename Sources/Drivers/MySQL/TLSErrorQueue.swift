import Glibc

/// What OpenSSL noted about failures on the present thread.
///
/// The library asks OpenSSL how a read went without emptying that queue before. A session that broke
/// would leave its failure there, and the next session that has to wait on the same thread would take
/// it for its own and give up.
enum TLSErrorQueue {
  private typealias Clear = @convention(c) () -> Void

  // Looked up, because the library may as well have been built with another implementation, and then
  // there is no such function and no such queue.
  private static let clearer: Clear? = dlsym(nil, "ERR_clear_error").map {
    unsafeBitCast($0, to: Clear.self)
  }

  /// Empties it. Call it on the thread on which a call of the library has just failed.
  static func clear() { clearer?() }
}
