/// Breaks a connection off unless what it does ends in time.
final class BreakOff: Sendable {
  private let isOver = Mutex(false)
  private let timer = Mutex<DeadlineTimer.Entry?>(nil)

  /// Begins to count.
  init(_ connection: any DriverConnection, after limit: Duration) {
    let entry = DeadlineTimer.shared.schedule(at: .now + limit) { [weak self] in
      // Under the lock, so that the connection cannot be somebody else's by now.
      self?.isOver.withLock { isOver in
        if !isOver { connection.abandon() }
      }
    }
    timer.withLock { $0 = entry }
  }

  /// It has ended; after this returns the connection is left alone.
  func end() {
    isOver.withLock { $0 = true }
    timer.withLock { $0?.cancel() }
  }
}
