import Synchronization

/// The way around the lock, for sessions that run plain statements: between two statements of a
/// microsecond the lock and the state machine cost a tenth of one.
extension ConnectionPool {
  /// The session given back last, if nobody has taken it since and it can be trusted to be alive.
  ///
  /// The pool keeps it alive while it is leased.
  @inline(__always)
  func takeFromIdleSlot(for holder: PoolStateMachine.Holder) -> Unmanaged<Session>? {
    guard let idle = idleSlot.take() else { return nil }
    return idle._withUnsafeGuaranteedRef { session in
      let idleTime = holder.since.since(session.holder.lastLease)
      guard idleTime < trustedIdleTime else {
        // As one that was idle in the machine's eyes it is asked first whether it still answers.
        giveBack(session)
        return nil
      }
      if idleTime >= glanceAfter, session.driver.hasEnded {
        discard(session)
        return nil
      }
      session.holder.write(holder)
      return idle
    }
  }

  /// Ends a lease without the lock; false if it takes the lock.
  @inline(__always)
  func putIntoIdleSlot(_ session: Session) -> Bool {
    guard session.mayRunPlain else { return false }
    session.holder.forgetTask()
    return idleSlot.put(session)
  }

  /// Makes the machine see a session in the slot as the idle one it is, and keeps the slot empty until
  /// ``reopenIdleSlot(_:)``. To be called in ``changing(_:)``.
  func closeIdleSlot(_ state: inout State) {
    if let session = idleSlot.close() { state.note(takeBack(session, &state)) }
  }

  /// Lets sessions into the slot again, unless somebody waits for one or the pool is closed.
  func reopenIdleSlot(_ state: inout State) {
    if !state.machine.isClosed, state.machine.waiterCount == 0 { idleSlot.reopen() }
  }

  /// Makes the machine see who has the sessions that were leased without it.
  func noteHolders(_ state: inout State) {
    for case let session? in state.sessions {
      state.machine.noteHolder(session.holder.read(), slot: session.slot)
    }
  }

  /// Tells the machine that a session is free.
  func takeBack(_ session: Session, _ state: inout State) -> Resumption? {
    state.machine.noteHolder(session.holder.read(), slot: session.slot)
    return perform(state.machine.released(slot: session.slot), &state)
  }
}
