import NIOConcurrencyHelpers

/// Hands events from one thread to a test that waits for them, with a limit on the wait.
final class EventQueue<Element: Sendable>: Sendable {
  private struct State {
    var elements: [Element] = []
    var waiting: [(id: Int, continuation: CheckedContinuation<Element?, Never>)] = []
    var lastID = 0
  }

  private let state = NIOLockedValueBox(State())

  func add(_ element: Element) {
    let continuation = state.withLockedValue { state -> CheckedContinuation<Element?, Never>? in
      guard state.waiting.isEmpty else { return state.waiting.removeFirst().continuation }
      state.elements.append(element)
      return nil
    }
    continuation?.resume(returning: element)
  }

  /// The oldest element, waiting for one if there is none; nil when the time is up.
  func next(timeout: Duration) async -> Element? {
    await withCheckedContinuation { continuation in
      let (element, id) = state.withLockedValue { state -> (Element?, Int) in
        guard state.elements.isEmpty else { return (state.elements.removeFirst(), 0) }
        state.lastID += 1
        state.waiting.append((state.lastID, continuation))
        return (nil, state.lastID)
      }
      if let element {
        continuation.resume(returning: element)
      } else {
        Task {
          try? await Task.sleep(for: timeout)
          self.giveUp(id)
        }
      }
    }
  }

  private func giveUp(_ id: Int) {
    let continuation = state.withLockedValue { state -> CheckedContinuation<Element?, Never>? in
      guard let index = state.waiting.firstIndex(where: { $0.id == id }) else { return nil }
      return state.waiting.remove(at: index).continuation
    }
    continuation?.resume(returning: nil)
  }
}
