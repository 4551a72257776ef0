import DriverAPI

/// Wakes one task that waits for something to happen, or for a while.
final class Doorbell: Sendable {
  fileprivate struct State {
    var isRung = false
    var sleeper: CheckedContinuation<Void, Never>?
    var sleepCount: UInt64 = 0
  }

  private let state = Mutex(State())

  /// Wakes the task, or lets it through when it comes.
  func ring() {
    let sleeper = state.withLock { state in
      state.isRung = true
      return state.takeSleeper()
    }
    sleeper?.resume()
  }

  /// Waits until somebody rings, or has rung since the last time, or the task is cancelled, but not longer than
  /// `limit`.
  ///
  /// - Returns: whether somebody has.
  func wait(atMost limit: Duration) async -> Bool {
    if state.withLock({ $0.takeRing() }) { return true }
    guard limit > .zero else { return false }
    let sleep = state.withLock { state in
      state.sleepCount += 1
      return state.sleepCount
    }
    let timer = Task {
      // Cancelled when somebody has rung; then there is nobody to be woken.
      try? await Task.sleep(for: limit)
      end(sleep)
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isAwake = state.withLock { state in
          if state.isRung || state.sleepCount != sleep { return true }
          state.sleeper = continuation
          return false
        }
        if isAwake { continuation.resume() }
      }
    } onCancel: {
      ring()
    }
    timer.cancel()
    return state.withLock { $0.takeRing() }
  }

  /// The time of a sleep is over.
  private func end(_ sleep: UInt64) {
    let sleeper = state.withLock { state -> CheckedContinuation<Void, Never>? in
      guard state.sleepCount == sleep else { return nil }
      // So that a sleep that has not begun yet does not begin any more.
      state.sleepCount += 1
      return state.takeSleeper()
    }
    sleeper?.resume()
  }
}

extension Doorbell.State {
  fileprivate mutating func takeSleeper() -> CheckedContinuation<Void, Never>? {
    defer { sleeper = nil }
    return sleeper
  }

  fileprivate mutating func takeRing() -> Bool {
    defer { isRung = false }
    return isRung
  }
}
