/// What becomes of a call for which the server has no further connection, while the pool has some that
/// will come free. [POOL-11]
extension ConnectionPool {
  /// How long no further connection is tried after one was refused.
  private static let pauseAfterRefusal = Duration.milliseconds(500)

  /// What the holder gets instead of the connection that was refused; nil if that is the end of it.
  func insteadOfRefused(
    _ slot: Int, _ holder: PoolStateMachine.Holder, _ error: DatabaseError
  ) -> PoolStateMachine.Lease? {
    guard error.isRefusal else { return nil }
    let (lease, armsTimer): (PoolStateMachine.Lease?, Bool) = changing { state in
      closeIdleSlot(&state)
      defer { reopenIdleSlot(&state) }
      guard let lease = state.machine.refused(slot: slot, for: holder) else { return (nil, false) }
      if case .granted(let slot, _) = lease { state.sessions[slot]?.holder.write(holder) }
      state.refusal = error
      defer { state.connectsAgainSoon = true }
      return (lease, !state.connectsAgainSoon)
    }
    if armsTimer {
      _ = DeadlineTimer.shared.schedule(at: .now + Self.pauseAfterRefusal) { [weak self] in
        self?.connectAgain()
      }
    }
    if lease != nil {
      instruments.reportDetail("no further connection, waiting for one that is there", error)
    }
    return lease
  }

  private func connectAgain() {
    changing { state in
      state.connectsAgainSoon = false
      for grant in state.machine.connectAgain() { state.note(perform(grant, &state)) }
      reopenIdleSlot(&state)
    }
  }
}

extension DatabaseError {
  /// Whether the server took no further connection: a better moment may come.
  fileprivate var isRefusal: Bool {
    kind == .cannotConnect || kind == .resourceExhausted || kind == .connectionLost
  }
}
