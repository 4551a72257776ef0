import DriverAPI

/// Wakes one task before its time.
final class ClusterAlarm: Sendable {
  private struct State {
    var isRung = false
    var sleep: Task<Void, Never>?
  }

  private let state = Mutex(State())

  /// Wakes whoever waits; whoever comes next does not wait.
  func ring() {
    state.withLock { state in
      state.isRung = true
      state.sleep?.cancel()
    }
  }

  /// Waits until it rings, or has rung since the last time, but not longer than `limit`.
  func wait(atMost limit: Duration) async {
    let sleep = Task {
      // Cancelling ends the sleep; that is what it is for.
      _ = try? await Task.sleep(for: limit)
    }
    state.withLock { state in
      state.sleep = sleep
      if state.isRung { sleep.cancel() }
    }
    await withTaskCancellationHandler {
      await sleep.value
    } onCancel: {
      sleep.cancel()
    }
    state.withLock { state in
      state.isRung = false
      state.sleep = nil
    }
  }
}
