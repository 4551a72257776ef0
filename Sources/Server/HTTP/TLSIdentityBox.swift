import NIOConcurrencyHelpers

/// The identity that new connections are secured with; it can be replaced while the server runs.
final class TLSIdentityBox: Sendable {
  private let identity: NIOLockedValueBox<TLSIdentity?>

  /// - Parameter identity: nil if connections are not secured.
  init(_ identity: TLSIdentity?) {
    self.identity = NIOLockedValueBox(identity)
  }

  /// What the next connection is secured with.
  var current: TLSIdentity? {
    get { identity.withLockedValue { $0 } }
    set { identity.withLockedValue { $0 = newValue } }
  }
}
