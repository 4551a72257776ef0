/// Tells everybody who has sessions of a database that a server is no longer the one that was asked for. [HA-2]
///
/// The first session that meets it speaks for all: each of the others would cost somebody a failed
/// transaction, and those that only read would go on reading what is out of date.
final class EndpointWatch: Sendable {
  private let retiring = Mutex<[@Sendable (String) -> Void]>([])

  /// Has `body` called with each server that is to be left.
  func onLeaving(_ body: @escaping @Sendable (String) -> Void) {
    retiring.withLock { $0.append(body) }
  }

  /// A session has found out about its server.
  func leave(_ endpoint: String) {
    for body in retiring.withLock({ $0 }) { body(endpoint) }
  }
}
