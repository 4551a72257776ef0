import NIOCore

/// Whether a message that has begun goes on arriving. A value without timers: the sweep asks.
struct MessagePace {
  private let limits: TransportLimits
  private var window: (start: NIODeadline, messageCount: Int, receivedCount: Int)?

  init(limits: TransportLimits) {
    self.limits = limits
  }

  /// Whether the message that is arriving now has brought too little for too long.
  ///
  /// - Parameters:
  ///   - messageCount: how many have arrived whole; nil while none has begun.
  ///   - receivedCount: how many bytes have arrived at all.
  mutating func isTooSlow(at now: NIODeadline, messageCount: Int?, receivedCount: Int) -> Bool {
    guard let messageCount else {
      window = nil
      return false
    }
    guard let window, window.messageCount == messageCount else {
      window = (now, messageCount, receivedCount)
      return false
    }
    guard now - window.start >= limits.messagePaceInterval else { return false }
    self.window = (now, messageCount, receivedCount)
    return receivedCount - window.receivedCount < limits.minBytesPerPaceInterval
  }
}
