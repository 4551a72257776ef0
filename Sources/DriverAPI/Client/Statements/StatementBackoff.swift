import struct Synchronization.Atomic

/// How long a text that held up the statements of others stays away from them.
///
/// Not for ever: on a machine that stood still for a moment a short statement looks like a long one. Each
/// time it happens again the text stays away for twice as long, at most for some minutes; a text with a
/// good record is not sent away at once.
final class StatementBackoff: Sendable {
  private struct State {
    var length = StatementBackoff.shortest
    var end = MonotonicTime(nanoseconds: 0)
  }

  private static let shortest: Int64 = 1_000_000_000
  private static let longest: Int64 = 256 * shortest
  /// A text that kept up with others for so many times its last absence begins anew.
  private static let forgiveness: Int64 = 8
  private static let goodRecord = 200

  private let state = Mutex(State())
  /// Read for every statement; the lock is not.
  private let hasBegun = Atomic<Bool>(false)

  private let quickEnds = Atomic<Int>(0)

  /// Whether the text kept up with others so often that it does not seem to be a long one.
  var isUnlikely: Bool { quickEnds.load(ordering: .relaxed) >= Self.goodRecord }

  /// The text kept up with others once more.
  @inline(__always)
  func noteQuickEnd() { quickEnds.add(1, ordering: .relaxed) }

  /// Whether the text is to be kept away from others now.
  @inline(__always)
  func isActive(at now: @autoclosure () -> MonotonicTime = .now) -> Bool {
    hasBegun.load(ordering: .relaxed) && isBefore(now())
  }

  /// The text held others up. The first time after a good record that has no consequence.
  func begin(at now: MonotonicTime = .now) {
    if quickEnds.exchange(0, ordering: .relaxed) >= Self.goodRecord { return }
    state.withLock { state in
      if now < state.end { return }
      let isForgiven = now.since(state.end) > state.length * Self.forgiveness
      let isFirst = state.end.nanoseconds == 0
      state.length =
        isFirst || isForgiven ? Self.shortest : min(state.length * 2, Self.longest)
      state.end = now.advanced(by: state.length)
    }
    hasBegun.store(true, ordering: .relaxed)
  }

  private func isBefore(_ now: MonotonicTime) -> Bool {
    state.withLock { now < $0.end }
  }
}
