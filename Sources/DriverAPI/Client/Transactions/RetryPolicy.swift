/// How often, and after which pauses, a transaction that lost against others is repeated. [TX-8]
///
/// So is one whose server was demoted under it, or could not be reached: nothing of it was stored. By default
/// that takes some two seconds in all; where a standby takes over in thirty, forty attempts bridge it:
///
/// ```swift
/// let patient = RetryPolicy(maxAttempts: 40)
/// ```
public struct RetryPolicy: Sendable, Hashable {
  /// The most attempts in all; at least 1.
  public var maxAttempts: Int
  /// The pause before the second attempt. It doubles each time, and a random half of it is taken
  /// off so that the same rivals do not meet again.
  public var firstPause: Duration
  /// The longest pause.
  public var maxPause: Duration

  /// A policy; without arguments, ten attempts with pauses from 5 ms to 1 s.
  public init(
    maxAttempts: Int = 10, firstPause: Duration = .milliseconds(5),
    maxPause: Duration = .seconds(1)
  ) {
    self.maxAttempts = maxAttempts
    self.firstPause = firstPause
    self.maxPause = maxPause
  }

  /// Whether repeating the whole transaction can help: it lost against another, its server stopped being the
  /// one that takes writes, or a statement of it certainly never reached one. While a standby takes over
  /// none can be connected to, which passes. [HA-2, HA-6]
  func covers(_ error: any Error) -> Bool {
    guard let error = error as? DatabaseError else { return false }
    switch error.kind {
    case .serializationFailure, .deadlock: return true
    case .notPrimary: return error.execution == .rejected || error.execution == .notSent
    case .connectionLost, .cannotConnect: return error.execution == .notSent
    default: return false
    }
  }

  func pause(after attempt: Int) -> Duration {
    let doubled = firstPause * Double(1 << min(attempt - 1, 20))
    return min(doubled, maxPause) * Double.random(in: 0.5...1)
  }
}

extension Database {
  /// Runs `body` in a transaction and repeats the whole of it when it lost against another. [TX-8]
  ///
  /// `body` may run several times: it must have no effects beyond the transaction.
  ///
  /// - Throws: the last attempt's error when the policy is exhausted, at once any other error.
  @discardableResult
  public func transaction<R>(
    _ options: TransactionOptions = TransactionOptions(), retrying policy: RetryPolicy,
    file: StaticString = #fileID, line: UInt = #line, _ body: (Transaction) async throws -> R
  ) async throws -> R {
    var attempt = 1
    while true {
      do {
        return try await transaction(options, at: CallSite(file: file, line: line), body)
      } catch  where policy.covers(error) && attempt < policy.maxAttempts {
        try await Task.sleep(for: policy.pause(after: attempt))
        attempt += 1
      }
    }
  }
}
