import NIOConcurrencyHelpers
import Synchronization

/// Whether this server has the names it gave out, as far as its own clock tells.
///
/// A renewal counts from before it was asked for, so that this lease ends before the one that the others
/// see. It ends also while the process is stopped: whoever runs first afterwards finds it over.
final class ClusterLease: Sendable {
  private struct State {
    var sentAt: ContinuousClock.Instant
    var heldSince: ContinuousClock.Instant
    var hasEnded = false
  }

  private let state: NIOLockedValueBox<State>
  // In nanoseconds after `base`, to be looked at for each message.
  private let end: Synchronization.Atomic<Int64>
  private let base: ContinuousClock.Instant
  private let lifetime: Duration

  /// A lease that was granted, and asked for at `sentAt`.
  init(lifetime: Duration, sentAt: ContinuousClock.Instant) {
    self.lifetime = lifetime
    state = NIOLockedValueBox(State(sentAt: sentAt, heldSince: sentAt))
    base = sentAt
    end = Synchronization.Atomic(Self.nanoseconds(from: sentAt, to: sentAt + lifetime))
  }

  /// Whether the names are this server's now.
  var isHeld: Bool { Self.nanoseconds(from: base, to: .now) < end.load(ordering: .acquiring) }

  /// For how long they have been without a break; nil if they are not.
  var heldFor: Duration? {
    guard isHeld else { return nil }
    return state.withLockedValue { .now - $0.heldSince }
  }

  /// For how long no renewal was granted.
  var age: Duration { state.withLockedValue { .now - $0.sentAt } }

  /// A renewal was granted that was asked for at `sentAt`.
  func renew(sentAt: ContinuousClock.Instant) {
    state.withLockedValue { state in
      guard !state.hasEnded, sentAt > state.sentAt else { return }
      if sentAt > state.sentAt + lifetime { state.heldSince = sentAt }
      state.sentAt = sentAt
      end.store(Self.nanoseconds(from: base, to: sentAt + lifetime), ordering: .releasing)
    }
  }

  /// Ends it for good.
  ///
  /// - Returns: whether it had not been ended before.
  @discardableResult
  func finish() -> Bool {
    state.withLockedValue { state in
      defer { state.hasEnded = true }
      end.store(.min, ordering: .releasing)
      return !state.hasEnded
    }
  }

  private static func nanoseconds(
    from base: ContinuousClock.Instant, to instant: ContinuousClock.Instant
  ) -> Int64 {
    let (seconds, attoseconds) = (instant - base).components
    return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
  }
}
