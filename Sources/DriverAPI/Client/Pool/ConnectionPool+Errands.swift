import Synchronization

/// Single statements that wait for a session which works inline are run by whoever has it, before he gives it
/// back: in the order of asking, and without waking a thread for each.
///
/// For the state machine nothing is different. Each errand is a lease of the one who asked for it; only that
/// its statement is run by the task that ended the lease before, and that he is woken with the result. What
/// cannot be run so, because it is not prepared or would have to wait, is left to him, and so is a text that took
/// long lately: whoever runs errands waits for them.
extension ConnectionPool {
  /// A statement for its effect, which commits by itself.
  struct Errand: Sendable {
    let text: StatementText
    let values: [Value]
  }

  /// One that somebody else runs.
  struct RunningErrand {
    /// Who waits for it.
    let waiter: UInt64
    var isInterrupted = false
  }

  /// What somebody gets who asked with an errand.
  enum LeaseOrResult {
    case session(Session)
    /// Somebody else has run it.
    case done(ExecResult)
  }

  /// So many are run behind one statement, if they take no longer than the tick of the kernel's coarse clock.
  private static let limit = 64
  /// Who waits is told together with those whose errands are run in the next nanoseconds: each of them alone would
  /// wake a thread that has just gone to sleep.
  private static let gatheringTime: Int64 = 1_000_000

  /// Does what ``lease(at:mayWaitAgain:)`` does, unless the errand has been run meanwhile.
  ///
  /// - Throws: also what the errand throws.
  func lease(for errand: Errand, at site: CallSite) async throws(DatabaseError) -> LeaseOrResult {
    let holder = PoolStateMachine.Holder(since: .now, site: HolderSite(site), task: nil)
    if let session = takeFromIdleSlot(for: holder) {
      return .session(session.takeUnretainedValue())
    }
    switch ask(for: holder) {
    case .session(let session): return .session(session)
    case .other(.wait(let id)):
      let offer = try await wait(id, for: errand)
      if let result = offer.result { return .done(result) }
      return .session(try await follow(offer.lease, offering: offer.session, holder))
    case .other(let lease): return .session(try await follow(lease, holder))
    }
  }

  /// Ends a lease of a session that needs no cleaning up, or that is spent, and runs errands on it first if
  /// somebody waits with one.
  func releaseRunningErrands(_ session: Session) {
    if session.isSpent || !session.mayRunPlain { return release(session) }
    if !putIntoIdleSlot(session) { runErrands(on: session) }
  }

  private func runErrands(on session: Session) {
    let start = MonotonicTime.now
    var now = start
    var finished: [Resumption] = []
    finished.reserveCapacity(Self.limit)
    var firstEnd = MonotonicTime(nanoseconds: 0)
    var count = 0
    while session.isClean {
      let mayRunNext = count < Self.limit && now == start
      guard let (waiter, errand) = takeBack(session, mayRunNext) else {
        return finished.run()
      }
      // What has not proved to be quick may be long, and those whose errands are done do not wait for it.
      if !errand.text.backoff.isUnlikely { finished.run() }
      guard let outcome = run(errand, on: session) else {
        endErrand(on: session)
        finished.run()
        let lease = PoolStateMachine.Lease.granted(slot: session.slot, idle: 0)
        waiter.resume(returning: .success(Offer(lease: lease, session: session)))
        return
      }
      finished.append(Resumption(waiter: waiter, outcome: outcome))
      let end = MonotonicTime.precise
      if finished.count == 1 { firstEnd = end }
      if end.since(firstEnd) >= Self.gatheringTime { finished.run() }
      count += 1
      let began = now
      now = .now
      errand.text.noteDuration(from: began, to: now)
    }
    endErrand(on: session)
    finished.run()
    Lease(session, pool: self).end()
  }

  /// Nil if nothing was done, so that he who asked for it has to run it himself.
  private func run(_ errand: Errand, on session: Session) -> Outcome? {
    do throws(DatabaseError) {
      guard let result = try session.execNow(errand.text, errand.values) else { return nil }
      let lease = PoolStateMachine.Lease.granted(slot: session.slot, idle: 0)
      return .success(Offer(lease: lease, session: nil, result: result))
    } catch {
      // The cancellation of the task that runs it is none of the other's.
      if error.kind == .cancelled, Task.isCancelled, session.isClean { return nil }
      return .failure(error)
    }
  }

  private enum Next {
    case errand(CheckedContinuation<Outcome, Never>, Errand)
    case other(Resumption?)
    case closing
  }

  /// Ends the lease of who has the session; answers with the next who waits if his errand is to be run on it,
  /// as his lease. Otherwise the session is given on, or is idle.
  private func takeBack(
    _ session: Session, _ mayRunErrand: Bool
  ) -> (CheckedContinuation<Outcome, Never>, Errand)? {
    let slot = session.slot
    let next: Next = state.withLock { state in
      forgetErrand(on: session, &state)
      if state.machine.isClosed { return .closing }
      defer { reopenIdleSlot(&state) }
      state.machine.noteHolder(session.holder.read(), slot: slot)
      let grant = state.machine.released(slot: slot)
      guard mayRunErrand, case .resume(let id, .granted(slot, _)) = grant,
        case .leased(let holder) = state.machine.slots[slot], let waiter = state.waiters[id],
        let errand = waiter.errand, !errand.text.backoff.isActive()
      else { return .other(perform(grant, &state)) }
      state.waiters[id] = nil
      state.errands[slot] = RunningErrand(waiter: id)
      session.holder.write(holder)
      return .errand(waiter.continuation, errand)
    }
    switch next {
    case .errand(let continuation, let errand): return (continuation, errand)
    case .other(let resumption):
      resumption?.run()
      return nil
    case .closing:
      discard(session)
      return nil
    }
  }

  private func endErrand(on session: Session) {
    state.withLock { forgetErrand(on: session, &$0) }
  }

  private func forgetErrand(on session: Session, _ state: inout State) {
    guard let errand = state.errands[session.slot] else { return }
    // What the driver was told is not meant for the next.
    if errand.isInterrupted { session.driver.statementBegins() }
    state.errands[session.slot] = nil
  }

  /// Stops the errand of somebody who was cancelled, if it runs. [CANCEL-1]
  func interruptErrand(of waiter: UInt64) {
    let isRunning = state.withLock { state in
      guard let slot = state.errands.firstIndex(where: { $0?.waiter == waiter }),
        let session = state.sessions[slot]
      else { return false }
      state.errands[slot]?.isInterrupted = true
      // Under the lock, so that the errand cannot end, and another begin, in between.
      session.driver.interrupt()
      return true
    }
    // It may have been told just before it began to work, when an engine forgets it.
    if isRunning {
      _ = DeadlineTimer.shared.schedule(at: .now + .milliseconds(10)) { [weak self] in
        self?.interruptErrand(of: waiter)
      }
    }
  }
}

extension [ConnectionPool.Resumption] {
  fileprivate mutating func run() {
    for resumption in self { resumption.run() }
    removeAll(keepingCapacity: true)
  }
}

extension StatementText {
  /// Three ticks of the kernel's coarse clock, in nanoseconds: at least two have passed then.
  private static let long: Int64 = 12_000_000

  /// Remembers whether a run of the text took too long for others to wait for it.
  func noteDuration(from start: MonotonicTime, to end: MonotonicTime) {
    if end.since(start) >= Self.long { backoff.begin(at: end) } else { backoff.noteQuickEnd() }
  }
}
