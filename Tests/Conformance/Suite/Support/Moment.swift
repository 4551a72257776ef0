import DriverAPI

/// A point in time that one task sets and another reads.
final class Moment: Sendable {
  private let instant = Mutex<TaskStopwatch?>(nil)

  func set() { instant.withLock { $0 = TaskStopwatch() } }

  /// How long ago it was, without what the machine kept all tasks waiting; a failed check if it has not
  /// come yet.
  func elapsed() throws -> Duration {
    guard let instant = instant.withLock({ $0 }) else {
      throw ClauseFailure("it ended before it was cancelled")
    }
    return instant.ownTime
  }
}
