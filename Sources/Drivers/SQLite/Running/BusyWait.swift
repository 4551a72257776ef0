import DriverAPI

/// Waits for a lock that another process holds: asleep, a little longer each time, up to a limit.
struct BusyWait {
  private let deadline: ContinuousClock.Instant
  private var next = Duration.microseconds(200)

  init(limit: Duration) {
    deadline = .now + limit
  }

  /// Sleeps; false when the time is over.
  ///
  /// - Throws: `cancelled`.
  mutating func pause() async throws(DatabaseError) -> Bool {
    let now = ContinuousClock.now
    guard now < deadline else { return false }
    do {
      // The random part keeps two processes from asking in step.
      let pause = next * Double.random(in: 0.5...1)
      try await Task.sleep(until: min(now + pause, deadline), clock: .continuous)
    } catch {
      throw DatabaseError(.cancelled, "the task was cancelled while it waited for a lock")
    }
    next = min(next * 2, .milliseconds(20))
    return true
  }
}
