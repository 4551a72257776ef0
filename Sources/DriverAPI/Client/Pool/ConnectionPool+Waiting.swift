import Synchronization

extension ConnectionPool {
  /// Does what the state machine said when no session was at hand, until there is one.
  func follow(
    _ first: PoolStateMachine.Lease, offering session: Session? = nil,
    _ holder: PoolStateMachine.Holder
  ) async throws(DatabaseError) -> Session {
    var lease = first
    var offered = session
    while true {
      switch lease {
      case .connect(let slot):
        switch try await open(slot: slot, for: holder) {
        case .session(let session): return session
        case .other(let next): lease = next
        }
      case .wait(let id):
        let offer = try await wait(id)
        lease = offer.lease
        offered = offer.session
      case .closed: throw closedError()
      case .granted(let slot, let idle):
        if let offered, idle < glanceAfter { return offered }
        if let session = await soundSession(slot, idle) { return session }
        offered = nil
        switch ask(for: holder) {
        case .session(let session): return session
        case .other(let next): lease = next
        }
      }
    }
  }

  /// The session of a slot, unless it is too old or no longer answers.
  private func soundSession(_ slot: Int, _ idle: Int64) async -> Session? {
    guard let session = state.withLock({ $0.sessions[slot] }) else { return nil }
    if session.driver.hasEnded {
      discard(session)
      return nil
    }
    if idle < trustedIdleTime { return session }
    // One of those that stay open however long they are idle is only asked.
    if idle < configuration.idleTimeout.inNanoseconds || minConnections > 0,
      await session.answers(within: patienceForAnswer), !session.driver.hasEnded
    {
      return session
    }
    discard(session)
    return nil
  }

  // Two lookups of a name and a retransmission or two fit in; a caller waits for it within its
  // leaseTimeout.
  private var patienceForAnswer: Duration {
    min(.seconds(5), configuration.leaseTimeout, configuration.controlTimeout)
  }

  func wait(
    _ id: UInt64, for errand: Errand? = nil
  ) async throws(DatabaseError) -> Offer {
    let outcome = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        enqueue(Waiter(continuation: continuation, errand: errand), id)
      }
    } onCancel: {
      giveUp(id, cancelledWhileWaiting())
    }
    state.catchUp()
    return try outcome.get()
  }

  private func enqueue(_ waiter: Waiter, _ id: UInt64) {
    let armsTimer = changing { state in
      let early = state.early.removeValue(forKey: id) ?? selfWait(id, &state).map { .failure($0) }
      if let early {
        state.note(Resumption(waiter: waiter.continuation, outcome: early))
        return false
      }
      state.waiters[id] = waiter
      defer { state.timerIsArmed = true }
      return !state.timerIsArmed
    }
    if armsTimer { armTimer(at: .now + configuration.leaseTimeout) }
  }

  private func giveUp(_ id: UInt64, _ error: DatabaseError) {
    changing { state in
      if state.machine.abandon(waiter: id) { state.note(settle(id, .failure(error), &state)) }
      reopenIdleSlot(&state)
    }
    interruptErrand(of: id)
  }

  // One timer for all who wait: they asked in order and have the same patience, so the first in the
  // queue is always the first to lose it.
  private func armTimer(at deadline: ContinuousClock.Instant) {
    _ = DeadlineTimer.shared.schedule(at: deadline) { [weak self] in self?.turnAwayLate() }
  }

  private func turnAwayLate() {
    let patience = configuration.leaseTimeout.inNanoseconds
    let next: Duration? = changing { state in
      let now = MonotonicTime.now
      noteHolders(&state)
      defer { reopenIdleSlot(&state) }
      let error = timeoutError(state, now)
      while let first = state.machine.firstWaiter {
        let waited = now.since(first.holder.since)
        if waited < patience { return .nanoseconds(patience - waited) }
        if state.machine.abandon(waiter: first.id) {
          state.note(settle(first.id, .failure(error), &state))
        }
      }
      state.timerIsArmed = false
      return nil
    }
    if let next { armTimer(at: .now + next) }
  }

  // A task that holds every connection there is can wait for ever: only itself could end the wait.
  private func selfWait(_ id: UInt64, _ state: inout State) -> DatabaseError? {
    // Nearly always the first connection is somebody else's, and nothing more has to be looked at.
    guard let task = Self.currentTask, state.sessions[0]?.holder.read().task == task else {
      return nil
    }
    noteHolders(&state)
    defer { reopenIdleSlot(&state) }
    let holders = state.machine.holders
    guard holders.count == state.machine.limits.maxConnections,
      holders.allSatisfy({ $0.task == task }), state.machine.abandon(waiter: id)
    else { return nil }
    let sites = holders.map { "\($0.site)" }.joined(separator: ", ")
    return .misuse(
      "this task waits for a connection that it holds itself, since \(sites); use the connection "
        + "or transaction it was given there")
  }

  private func timeoutError(_ state: State, _ now: MonotonicTime) -> DatabaseError {
    let holders = state.machine.holders.map { holder in
      "\(holder.site) for \(Duration.nanoseconds(now.since(holder.since)).rounded)"
    }
    let refusal = state.refusal.map { "; the server has no further one: \($0.message)" } ?? ""
    return DatabaseError(
      .poolTimeout,
      "no connection became free within \(configuration.leaseTimeout.rounded); "
        + "\(holders.count) in use: \(holders.joined(separator: ", "))" + refusal,
      execution: .notSent)
  }

  private func cancelledWhileWaiting() -> DatabaseError {
    DatabaseError(
      .cancelled, "the task was cancelled while it waited for a connection", execution: .notSent)
  }
}

extension Duration {
  /// In seconds to the millisecond, for messages.
  var rounded: String {
    let milliseconds = Int64(self / .milliseconds(1))
    return milliseconds % 1000 == 0 ? "\(milliseconds / 1000) s" : "\(milliseconds) ms"
  }
}
