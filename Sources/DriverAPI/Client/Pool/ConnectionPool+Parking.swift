import Synchronization

/// The way around the lock, for sessions that run plain statements: between two statements of a
/// microsecond the lock and the state machine cost a tenth of one.
extension ConnectionPool {
  /// The session given back last, if nobody has taken it since and it can be trusted to be alive.
  ///
  /// The pool keeps it alive while it is lent.
  @inline(__always)
  func takeParked(for holder: PoolStateMachine.Holder) -> Unmanaged<Session>? {
    guard let parked = parking.take() else { return nil }
    return parked._withUnsafeGuaranteedRef { session in
      let idle = holder.since.since(session.holder.lastLease)
      guard idle < trustedIdleTime else {
        // As one that was idle in the machine's eyes it is asked first whether it still answers.
        giveBack(session)
        return nil
      }
      if idle >= glanceAfter, session.driver.hasEnded {
        discard(session)
        return nil
      }
      session.holder.write(holder)
      return parked
    }
  }

  /// Ends a lease without the lock; false if it takes the lock.
  @inline(__always)
  func park(_ session: Session) -> Bool {
    guard session.mayRunPlain else { return false }
    session.holder.forgetTask()
    return parking.park(session)
  }

  /// Makes the machine see a parked session as the idle one it is, and lets nobody park until
  /// ``reopenParking(_:)``. To be called in ``changing(_:)``.
  func clearParking(_ state: inout State) {
    if let session = parking.shut() { state.note(takeBack(session, &state)) }
  }

  /// Lets sessions park again, unless somebody waits for one or the pool is closed.
  func reopenParking(_ state: inout State) {
    if !state.machine.isClosed, state.machine.waiterCount == 0 { parking.reopen() }
  }

  /// Makes the machine see who has the sessions that were lent without it.
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
