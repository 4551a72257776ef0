import DriverAPI

/// Lets few cases run at once, and of the heavy ones only one. Those that only wait have places of their own.
///
/// A driver may run its statements on the caller's thread. Two that keep a processor busy would then
/// occupy every thread of a small machine, and a check that measures time would measure its
/// neighbours.
final class CaseGate: Sendable {
  static let shared = CaseGate()

  private struct State {
    var places = 4
    var waitingPlaces = 8
    var heavyIsRunning = false
    var waiters: [(weight: Clause.Weight, continuation: CheckedContinuation<Void, Never>)] = []

    func hasPlace(for weight: Clause.Weight) -> Bool {
      switch weight {
      case .light: places > 0
      case .heavy: places > 0 && !heavyIsRunning
      case .waiting: waitingPlaces > 0
      }
    }

    mutating func take(_ weight: Clause.Weight) { change(weight, by: -1) }

    mutating func free(_ weight: Clause.Weight) { change(weight, by: 1) }

    private mutating func change(_ weight: Clause.Weight, by count: Int) {
      if weight == .waiting { waitingPlaces += count } else { places += count }
      if weight == .heavy { heavyIsRunning = count < 0 }
    }
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
        state.free(weight)
        admitNext(&state)
      }
    }
    return try await body()
  }

  private func admitNext(_ state: inout State) {
    while let next = state.waiters.firstIndex(where: { state.hasPlace(for: $0.weight) }) {
      let (weight, continuation) = state.waiters.remove(at: next)
      state.take(weight)
      continuation.resume()
    }
  }
}
