import NIOCore

/// What one connection did last, and so what is due next. A value without timers: the sweep asks.
struct LivenessClock {
  /// What the sweep has to do.
  enum Due: Equatable {
    case nothing
    case ping
    /// The first message did not come in time.
    case handshakeTimeout
    /// Nothing at all arrived for too long.
    case readTimeout
    /// The peer took no byte for too long while some were waiting.
    case writeTimeout
  }

  /// Whether the first message is still to come.
  var isHandshakePending = true

  private let limits: TransportLimits
  private let openedAt: NIODeadline
  private var lastHeard: NIODeadline
  private var nextPing: NIODeadline
  private var lastProgress: NIODeadline
  /// How many bytes were given to the channel.
  private(set) var writtenCount = 0
  private var lastTakenCount = 0

  init(limits: TransportLimits, now: NIODeadline = .now()) {
    self.limits = limits
    openedAt = now
    lastHeard = now
    lastProgress = now
    nextPing = now + limits.pingInterval
  }

  /// Something arrived.
  mutating func heard(at now: NIODeadline) { lastHeard = now }

  /// Bytes were given to the channel.
  mutating func wrote(_ count: Int) { writtenCount += count }

  /// What is due, given how many bytes the channel still holds.
  mutating func due(at now: NIODeadline, bufferedCount: Int) -> Due {
    // Under TLS the channel holds ciphertext, so the difference is not exact; but it grows only
    // when the peer takes bytes, and that is what counts.
    let takenCount = writtenCount - bufferedCount
    if bufferedCount == 0 || takenCount > lastTakenCount { lastProgress = now }
    lastTakenCount = takenCount
    if now - lastProgress >= limits.writeTimeout { return .writeTimeout }
    if isHandshakePending, now - openedAt >= limits.handshakeTimeout { return .handshakeTimeout }
    if now - lastHeard >= limits.readTimeout { return .readTimeout }
    if now >= nextPing {
      nextPing = now + limits.pingInterval
      return .ping
    }
    return .nothing
  }
}
