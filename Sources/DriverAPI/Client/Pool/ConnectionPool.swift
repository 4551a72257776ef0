/// Leases sessions, one holder at a time, in the order of asking.
///
/// A thin shell: ``PoolStateMachine`` decides, this class holds the lock, the sessions and the
/// continuations of those who wait.
final class ConnectionPool: Sendable {
  typealias Outcome = Result<Offer, DatabaseError>

  /// What somebody who waits is told to do next.
  struct Offer: Sendable {
    let lease: PoolStateMachine.Lease
    /// The session, if one is granted.
    let session: Session?
    /// What the errand that the wait was for gave, if somebody else ran it.
    var result: ExecResult?
  }

  /// Somebody who waits.
  struct Waiter: Sendable {
    let continuation: CheckedContinuation<Outcome, Never>
    /// What the session is wanted for, if whoever has it can do it as well.
    let errand: Errand?
  }

  /// Somebody whose wait is over.
  struct Resumption: Sendable {
    let waiter: CheckedContinuation<Outcome, Never>
    let outcome: Outcome

    /// Wakes the task. Never under the pool's lock: waking takes a lock of the task, which is held
    /// around the handler of its cancellation, and that one asks for the pool's.
    func run() { waiter.resume(returning: outcome) }
  }

  struct State {
    var machine: PoolStateMachine
    var sessions: [Session?]
    var waiters: [UInt64: Waiter] = [:]
    /// The errand that runs on the session of each slot.
    var errands: [RunningErrand?]
    /// What became of waiters between being told to wait and being suspended.
    var early: [UInt64: Outcome] = [:]
    var timerIsArmed = false
    /// What the server last refused a connection with, until one is opened again.
    var refusal: DatabaseError?
    var connectsAgainSoon = false
    /// Called when the last connection of a closed pool is gone.
    var whenDrained: (@Sendable () -> Void)?
    /// Whose wait ended in this change of the state.
    var due: [Resumption] = []

    mutating func note(_ resumption: Resumption?) {
      if let resumption { due.append(resumption) }
    }
  }

  let state: Mutex<State>
  let idleSlot = IdleSlot()
  let role: ConnectionRole
  let configuration: DatabaseConfiguration
  let instruments: Instruments
  let endpoints: EndpointWatch
  private let keepsConnections: Bool
  /// So many stay open. [POOL-15]
  let minConnections: Int
  /// Whether opening a connection needs no limit from here.
  let connectsByItself: Bool
  /// A connection that was idle for less is leased without a question; in nanoseconds.
  let trustedIdleTime: Int64
  /// Before a connection is leased that was idle for longer it is looked at whether the server has ended
  /// it; in nanoseconds. At least a tick of the kernel's clock. [POOL-10]
  let glanceAfter: Int64
  let connect: ConnectAttempt<any DriverConnection>.Connect

  init(
    role: ConnectionRole, maxConnections: Int, plan: ConnectionPlan,
    configuration: DatabaseConfiguration, instruments: Instruments, endpoints: EndpointWatch,
    connect: @escaping ConnectAttempt<any DriverConnection>.Connect
  ) {
    self.role = role
    self.endpoints = endpoints
    self.configuration = configuration
    self.instruments = instruments
    keepsConnections = plan.connectionsHoldTheData
    connectsByItself = plan.connectsWithin.map { $0 <= configuration.connectTimeout } ?? false
    self.connect = connect
    trustedIdleTime =
      keepsConnections
      ? .max : min(configuration.healthCheckAfter, configuration.idleTimeout).inNanoseconds
    glanceAfter = min(trustedIdleTime, 5_000_000)
    minConnections = min(configuration.minConnections, role == .writer ? maxConnections : 0)
    let limits = PoolStateMachine.Limits(
      maxConnections: maxConnections,
      minConnections: minConnections,
      idleTimeout: configuration.idleTimeout.inNanoseconds,
      maxLifetime: configuration.maxLifetime.inNanoseconds)
    state = Mutex(
      State(
        machine: PoolStateMachine(limits: limits),
        sessions: Array(repeating: nil, count: maxConnections),
        errands: Array(repeating: nil, count: maxConnections)))
    endpoints.onLeaving { [weak self] in self?.retire($0) }
  }

  /// Changes the state, then wakes those whose wait that ended.
  func changing<R: Sendable>(_ change: (inout State) -> R) -> R {
    let (result, due) = state.withLock { state in
      let result = change(&state)
      if state.due.isEmpty { return (result, [Resumption]()) }
      defer { state.due.removeAll() }
      return (result, state.due)
    }
    for resumption in due { resumption.run() }
    return result
  }

  /// A session for this holder alone; give it back with ``release(_:)``.
  ///
  /// - Parameter mayWaitAgain: whether the holder runs code of the application before it gives the
  ///   session back, and so might wait for itself.
  /// - Throws: `poolTimeout`, which names the holders; `misuse` for a task that waits for itself;
  ///   `cancelled`; what connecting throws.
  func lease(
    at site: CallSite, mayWaitAgain: Bool = false
  ) async throws(DatabaseError) -> Session {
    let holder = PoolStateMachine.Holder(
      since: .now, site: HolderSite(site), task: mayWaitAgain ? Self.currentTask : nil)
    if let session = takeFromIdleSlot(for: holder) { return session.takeUnretainedValue() }
    switch ask(for: holder) {
    case .session(let session): return session
    case .other(let lease): return try await follow(lease, holder)
    }
  }

  /// What asking gave: a session at once, which is the usual case, or something to do first.
  enum Answer {
    case session(Session)
    case other(PoolStateMachine.Lease)
  }

  /// Asks once, without suspending.
  func ask(for holder: PoolStateMachine.Holder) -> Answer {
    changing { state in
      if !state.machine.hasIdle { closeIdleSlot(&state) }
      defer { reopenIdleSlot(&state) }
      let lease = state.machine.lease(for: holder)
      guard case .granted(let slot, let idle) = lease, let session = state.sessions[slot] else {
        return .other(lease)
      }
      session.holder.write(holder)
      return idle < glanceAfter ? .session(session) : .other(lease)
    }
  }

  /// Ends a lease of a session that needs no cleaning up, or that is spent.
  func release(_ session: Session) {
    if session.isSpent || !putIntoIdleSlot(session) { giveBack(session) }
  }

  /// Gives a session to the first who waits, or to the machine as idle.
  func giveBack(_ session: Session) {
    let (isKept, next): (Bool, Resumption?) = state.withLock { state in
      // After closing nobody else would come by to close it.
      if session.isSpent || session.isRetired || state.machine.isClosed { return (false, nil) }
      defer { reopenIdleSlot(&state) }
      return (true, takeBack(session, &state))
    }
    next?.run()
    if !isKept { discard(session) }
  }

  /// Closes a session in the background, then gives its place to the next who waits.
  func discard(_ session: Session) {
    endHolding(session)
    Task { await end(session) }
  }

  /// Closes a session that nobody holds, then gives its place to the next who waits.
  func end(_ session: Session) async {
    await session.shutDown()
    vacate(slot: session.slot)
  }

  /// The holder is done with a session that is not free yet.
  func endHolding(_ session: Session) {
    state.withLock { state in
      state.machine.noteHolder(session.holder.read(), slot: session.slot)
      state.machine.ended(slot: session.slot)
    }
  }

  /// Closes the connections that were idle for too long or are too old.
  func closeExpired() {
    if keepsConnections { return }
    let expired = changing { state in
      closeIdleSlot(&state)
      defer { reopenIdleSlot(&state) }
      return state.machine.expire(now: .now).compactMap { state.sessions[$0] }
    }
    for session in expired { discard(session) }
  }

  /// Turns waiters away; answers with the sessions that were idle, which the caller has to end.
  func startClosing() -> [Session] {
    changing { state in
      closeIdleSlot(&state)
      let (idle, turnedAway) = state.machine.close()
      for id in turnedAway { state.note(settle(id, .failure(closedError()), &state)) }
      return idle.compactMap { state.sessions[$0] }
    }
  }

  /// Turns waiters away and closes what is idle, in the background.
  func close() {
    for session in startClosing() { discard(session) }
  }

  /// Calls `wake` once the last connection is gone, which may be now.
  func whenDrained(_ wake: @escaping @Sendable () -> Void) {
    let isDrained = state.withLock { state in
      state.whenDrained = wake
      return state.machine.busyCount == 0
    }
    if isDrained { wake() }
  }

  /// Connections in use, being opened or being closed.
  var busyCount: Int {
    changing { state in
      closeIdleSlot(&state)
      defer { reopenIdleSlot(&state) }
      return state.machine.busyCount
    }
  }

  /// Stops the statements of every session that is in use.
  func interruptAll() {
    let sessions = state.withLock { $0.sessions }
    for session in sessions { session?.interruption.interruptCurrent(.shutdown) }
  }

  func vacate(slot: Int) {
    let wake = changing { state in
      state.sessions[slot] = nil
      state.note(perform(state.machine.vacated(slot: slot), &state))
      reopenIdleSlot(&state)
      return state.machine.busyCount == 0 ? state.whenDrained : nil
    }
    wake?()
  }

  func perform(_ grant: PoolStateMachine.Grant, _ state: inout State) -> Resumption? {
    guard case .resume(let id, let lease) = grant else { return nil }
    var session: Session?
    if case .granted(let slot, _) = lease, case .leased(let holder) = state.machine.slots[slot] {
      session = state.sessions[slot]
      session?.holder.write(holder)
    }
    return settle(id, .success(Offer(lease: lease, session: session)), &state)
  }

  func settle(_ id: UInt64, _ outcome: Outcome, _ state: inout State) -> Resumption? {
    if let waiter = state.waiters.removeValue(forKey: id) {
      return Resumption(waiter: waiter.continuation, outcome: outcome)
    }
    state.early[id] = outcome
    return nil
  }

  static var currentTask: Int? { withUnsafeCurrentTask { $0?.hashValue } }

  func closedError() -> DatabaseError {
    .misuse("the database was closed; open it again to use it")
  }
}
