import DriverAPI

/// Lets few cases run at once, and of the heavy ones only one.
///
/// A driver may run its statements on the caller's thread. Two that keep a processor busy would then
/// occupy every thread of a small machine, and a check that measures time would measure its
/// neighbours.
final class CaseGate: Sendable {
  static let shared = CaseGate()

  private struct State {
    var places = 4
    var heavyIsRunning = false
    var waiters: [(weight: Clause.Weight, continuation: CheckedContinuation<Void, Never>)] = []
  }

  private let state = Mutex(State())

  /// Runs `body` when its turn has come.
  func admitted<R>(_ weight: Clause.Weight, _ body: () async throws -> R) async rethrows -> R {
    await withCheckedContinuation { continuation in
      state.withLock { state in
        state.waiters.append((weight, continuation))
        admitNext(&state)
      }
    }
    defer {
      state.withLock { state in
        state.places += 1
        if weight == .heavy { state.heavyIsRunning = false }
        admitNext(&state)
      }
    }
    return try await body()
  }

  private func admitNext(_ state: inout State) {
    while state.places > 0 {
      let isBlocked = state.heavyIsRunning
      guard let next = state.waiters.firstIndex(where: { !(isBlocked && $0.weight == .heavy) })
      else { return }
      let (weight, continuation) = state.waiters.remove(at: next)
      state.places -= 1
      if weight == .heavy { state.heavyIsRunning = true }
      continuation.resume()
    }
  }
}
