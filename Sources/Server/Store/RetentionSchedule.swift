import DriverAPI
import Logging
import Synchronization

/// Decides when old messages are removed: at the start, soon after others came, and from time to time.
final class RetentionSchedule: Sendable {
  private static let tick = Duration.seconds(1)
  private static let ticksBetweenExpiries = 60

  private let sweep: RetentionSweep
  private let logger: Logger
  // One to begin with: what is too many when the server starts, because it stopped before it came to that or
  // keeps fewer now, does not wait for the next message.
  private let storedCount = Atomic<Int>(1)

  /// A schedule for one sweep.
  init(_ sweep: RetentionSweep, logger: Logger) {
    self.sweep = sweep
    self.logger = logger
  }

  /// Notes that so many messages were stored.
  func noteStored(_ count: Int) {
    storedCount.wrappingAdd(count, ordering: .relaxed)
  }

  /// Sweeps until the task is cancelled.
  func run() async {
    var tickCount = 0
    while !Task.isCancelled {
      let isExpiryDue = sweep.timeToLive != nil && tickCount % Self.ticksBetweenExpiries == 0
      if storedCount.exchange(0, ordering: .relaxed) > 0 || isExpiryDue { await sweepOnce() }
      tickCount += 1
      // Cancelling ends the sleep, and with it the loop.
      try? await Task.sleep(for: Self.tick)
    }
  }

  private func sweepOnce() async {
    do {
      let count = try await sweep.run(at: .now)
      if count > 0 { logger.debug("removed old messages", metadata: ["count": "\(count)"]) }
    } catch {
      guard !Task.isCancelled else { return }
      logger.error("old messages were not removed", metadata: ["error": "\(error)"])
      // They are still there: try again with the next tick.
      storedCount.wrappingAdd(1, ordering: .relaxed)
    }
  }
}
