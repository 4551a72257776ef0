import DriverAPI

/// Measures from the moment when a case got its turn.
final class Stopwatch: Sendable {
  private let beginning = Mutex<ContinuousClock.Instant?>(nil)

  func start() { beginning.withLock { $0 = .now } }

  /// Since the start, to the millisecond; 0 if it never started.
  var seconds: Double {
    guard let beginning = beginning.withLock({ $0 }) else { return 0 }
    return Double(Int((ContinuousClock.now - beginning) / .milliseconds(1))) / 1000
  }
}
