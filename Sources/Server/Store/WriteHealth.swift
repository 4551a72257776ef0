import DriverAPI

/// Whether changes can be stored, as the journal last found.
final class WriteHealth: Sendable {
  private struct State {
    var lastSuccess = ContinuousClock.now
    var failure: String?
  }

  private let state = Mutex(State())

  /// Why the last change was not stored; nil if it was.
  var failure: String? { state.withLock { $0.failure } }

  /// When something was stored last.
  var lastSuccess: ContinuousClock.Instant { state.withLock { $0.lastSuccess } }

  /// Something was stored.
  func noteSuccess() {
    state.withLock {
      $0.lastSuccess = .now
      $0.failure = nil
    }
  }

  /// Something was not.
  func note(failure: any Error) {
    state.withLock { $0.failure = "\(failure)" }
  }
}
