/// Lets 20 messages pass in 5 seconds, then none for 10 seconds.
struct RateLimiter: Sendable {
  /// What to do with a message.
  enum Verdict: Sendable, Equatable {
    /// It passes.
    case pass
    /// It is dropped, and the client is told so once.
    case dropAndTell
    /// It is dropped.
    case drop
    /// It passes, and the client is told how many were dropped before.
    case passAfter(droppedCount: Int)
  }

  private static let maxMessageCount = 20
  private static let window = Duration.seconds(5)
  private static let cooldown = Duration.seconds(10)

  // The times of the last messages that passed; when full, a ring whose oldest is at `next`.
  private var passed: [ContinuousClock.Instant] = []
  private var next = 0
  private var silentUntil: ContinuousClock.Instant?
  private var droppedCount = 0

  /// Judges one message that arrived at `now`.
  mutating func judge(at now: ContinuousClock.Instant) -> Verdict {
    if let silentUntil {
      if now < silentUntil {
        droppedCount += 1
        return .drop
      }
      self.silentUntil = nil
      passed[next] = now
      next = (next + 1) % Self.maxMessageCount
      defer { droppedCount = 0 }
      return .passAfter(droppedCount: droppedCount)
    }
    guard passed.count == Self.maxMessageCount else {
      passed.append(now)
      return .pass
    }
    if passed[next] > now - Self.window {
      silentUntil = now + Self.cooldown
      droppedCount = 1
      return .dropAndTell
    }
    passed[next] = now
    next = (next + 1) % Self.maxMessageCount
    return .pass
  }
}
