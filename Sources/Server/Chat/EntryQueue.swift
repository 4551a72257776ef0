import DequeModule
import NIOConcurrencyHelpers

/// Lets few users in at a time, in the order in which they came.
///
/// Thousands who come at once, as after a restart, would otherwise all wait for the database
/// together, each until its patience is over.
final class EntryQueue: Sendable {
  private struct State {
    var freeCount: Int
    var waiting: Deque<CheckedContinuation<Void, Never>> = []
  }

  private let state: NIOLockedValueBox<State>

  /// - Parameter width: how many are let in at a time.
  init(width: Int) {
    state = NIOLockedValueBox(State(freeCount: width))
  }

  /// How many are in front of whoever comes now.
  var count: Int { state.withLockedValue { $0.waiting.count } }

  /// Runs `body` when it is the caller's turn.
  func run<R>(_ body: () async -> R) async -> R {
    await enter()
    defer { leave() }
    return await body()
  }

  private func enter() async {
    await withCheckedContinuation { continuation in
      let isFree = state.withLockedValue { state in
        guard state.freeCount == 0 else {
          state.freeCount -= 1
          return true
        }
        state.waiting.append(continuation)
        return false
      }
      if isFree { continuation.resume() }
    }
  }

  private func leave() {
    let next = state.withLockedValue { state in
      let next = state.waiting.popFirst()
      if next == nil { state.freeCount += 1 }
      return next
    }
    next?.resume()
  }
}
