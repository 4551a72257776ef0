import Glibc

/// OpenSSL's list of errors, which belongs to the thread.
///
/// OpenSSL takes whatever stands in it for the failure of the call just made, so it must be empty before
/// each; libmariadb does not see to that. Where a session with TLS was lost, all others that came to the
/// same thread would be lost too.
struct MySQLTLSErrors: Sendable {
  private typealias Clear = @convention(c) () -> Void

  // Found at run time, because this driver has nothing to do with OpenSSL but through libmariadb, which
  // can be built without it.
  private static let clear: Clear? = dlsym(nil, "ERR_clear_error").map {
    unsafeBitCast($0, to: Clear.self)
  }

  private let clear: Clear

  init?() {
    guard let clear = Self.clear else { return nil }
    self.clear = clear
  }

  /// Empties the calling thread's list.
  @inline(__always)
  func forgetErrors() { clear() }
}
