/// How long a server waits before it looks into the feed again by itself.
///
/// Where the engine tells of new rows that is only for safety. Elsewhere it is how messages come across, so it
/// is short while there is traffic and grows with the time in which there was none: a twentieth of it, so that what
/// comes after a second is seen within 50 ms, and an idle server asks three times a second.
struct FeedPace: Sendable, Equatable {
  /// So long at least.
  static let minPause = Duration.milliseconds(10)
  /// So long at most, where nobody tells.
  static let maxPause = Duration.milliseconds(320)
  /// So long where somebody does.
  static let safetyPause = Duration.seconds(2)
  /// For so long nobody is believed to tell, after something came that was not told.
  static let distrust = Duration.seconds(60)

  /// Whether a connection listens to what the database tells.
  var isTold: Bool
  private var lastTraffic: ContinuousClock.Instant
  private var lastSurprise: ContinuousClock.Instant?

  init(isTold: Bool, at now: ContinuousClock.Instant) {
    self.isTold = isTold
    lastTraffic = now
  }

  /// Something happened on this server or another.
  mutating func noteTraffic(at now: ContinuousClock.Instant) { lastTraffic = now }

  /// Something was found that should have been told, as behind a proxy that does not pass that on.
  mutating func noteSurprise(at now: ContinuousClock.Instant) { lastSurprise = now }

  /// How long to wait now.
  func pause(at now: ContinuousClock.Instant) -> Duration {
    let isTrusted = isTold && lastSurprise.map { now - $0 > Self.distrust } ?? true
    if isTrusted { return Self.safetyPause }
    return min(max((now - lastTraffic) / 20, Self.minPause), Self.maxPause)
  }
}
