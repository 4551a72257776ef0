import Synchronization

/// Lends sessions, one holder at a time, in the order of asking.
///
/// A thin shell: ``PoolStateMachine`` decides, this class holds the lock, the sessions and the
/// continuations of those who wait.
final class ConnectionPool: Sendable {
  typealias Outcome = Result<PoolStateMachine.Lease, DatabaseError>

  struct State {
    var machine: PoolStateMachine
    var sessions: [Session?]
    var waiters: [UInt64: CheckedContinuation<Outcome, Never>] = [:]
    /// What became of waiters between being told to wait and being suspended.
    var early: [UInt64: Outcome] = [:]
    var timerIsArmed = false
  }

  let state: Mutex<State>
  let role: ConnectionRole
  let configuration: DatabaseConfiguration
  let instruments: Instruments
  private let keepsConnections: Bool
  /// A connection that was idle for less is lent without a question; in nanoseconds.
  let trustedIdleTime: Int64
  private let connect: ConnectAttempt<any DriverConnection>.Connect

  init(
    role: ConnectionRole, maxConnections: Int, keepsConnections: Bool,
    configuration: DatabaseConfiguration, instruments: Instruments,
    connect: @escaping ConnectAttempt<any DriverConnection>.Connect
  ) {
    self.role = role
    self.configuration = configuration
    self.instruments = instruments
    self.keepsConnections = keepsConnections
    self.connect = connect
    trustedIdleTime =
      keepsConnections
      ? .max : min(configuration.healthCheckAfter, configuration.idleTimeout).inNanoseconds
    let limits = PoolStateMachine.Limits(
      maxConnections: maxConnections, idleTimeout: configuration.idleTimeout.inNanoseconds,
      maxLifetime: configuration.maxLifetime.inNanoseconds)
    state = Mutex(
      State(
        machine: PoolStateMachine(limits: limits),
        sessions: Array(repeating: nil, count: maxConnections)))
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
      since: .now, site: site, task: mayWaitAgain ? Self.currentTask : nil)
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
  @inline(__always)
  func ask(for holder: PoolStateMachine.Holder) -> Answer {
    state.withLock { state in
      let lease = state.machine.lease(for: holder)
      if case .granted(let slot, let idle) = lease, idle < trustedIdleTime,
        let session = state.sessions[slot]
      {
        return .session(session)
      }
      return .other(lease)
    }
  }

  /// Whether the connections take statements without waiting, as far as is known.
  var runsPlain: Bool { !instruments.observes && configuration.statementTimeout == nil }

  /// A session if one is idle and nobody waits; nil otherwise, with nothing changed.
  func idleSession(at site: CallSite) -> Session? {
    state.withLock { state in
      let holder = PoolStateMachine.Holder(since: .now, site: site, task: nil)
      guard let slot = state.machine.leaseIdle(for: holder, within: trustedIdleTime) else {
        return nil
      }
      return state.sessions[slot]
    }
  }

  /// Ends a lease of a session that needs no cleaning up, or that is spent.
  func release(_ session: Session) {
    let isKept = state.withLock { state in
      // After closing nobody else would come by to close it.
      if session.isSpent || state.machine.isClosed { return false }
      perform(state.machine.released(slot: session.slot), &state)
      return true
    }
    if !isKept { discard(session) }
  }

  /// Closes a session in the background, then gives its place to the next who waits.
  func discard(_ session: Session) {
    endHolding(session)
    Task {
      await session.shutDown()
      vacate(slot: session.slot)
    }
  }

  /// The holder is done with a session that is not free yet.
  func endHolding(_ session: Session) {
    state.withLock { $0.machine.ended(slot: session.slot) }
  }

  /// Closes the connections that were idle for too long or are too old.
  func closeExpired() {
    if keepsConnections { return }
    let expired = state.withLock { state in
      state.machine.expire(now: .now).compactMap { state.sessions[$0] }
    }
    for session in expired { discard(session) }
  }

  /// Turns waiters away and closes what is idle; answers with how many connections are still busy.
  func close() -> Int {
    let (idle, busyCount) = state.withLock { state in
      let (idle, turnedAway) = state.machine.close()
      for id in turnedAway { settle(id, .failure(closedError()), &state) }
      return (idle.compactMap { state.sessions[$0] }, state.machine.busyCount)
    }
    for session in idle { discard(session) }
    return busyCount
  }

  /// Connections in use, being opened or being closed.
  var busyCount: Int { state.withLock { $0.machine.busyCount } }

  /// Stops the statements of every session that is in use.
  func interruptAll() {
    let sessions = state.withLock { $0.sessions }
    for session in sessions { session?.interruption.interruptCurrent(.shutdown) }
  }

  func vacate(slot: Int) {
    state.withLock { state in
      state.sessions[slot] = nil
      perform(state.machine.vacated(slot: slot), &state)
    }
  }

  func perform(_ grant: PoolStateMachine.Grant, _ state: inout State) {
    if case .resume(let id, let lease) = grant { settle(id, .success(lease), &state) }
  }

  func settle(_ id: UInt64, _ outcome: Outcome, _ state: inout State) {
    if let waiter = state.waiters.removeValue(forKey: id) {
      waiter.resume(returning: outcome)
    } else {
      state.early[id] = outcome
    }
  }

  func open(slot: Int) async throws(DatabaseError) -> Session {
    do throws(DatabaseError) {
      let connection = try await ConnectAttempt.run(
        connect, within: configuration.connectTimeout, close: { await $0.close() })
      let session = Session(
        driver: connection, role: role, slot: slot, configuration: configuration,
        instruments: instruments)
      state.withLock { state in
        state.sessions[slot] = session
        state.machine.connected(slot: slot, now: .now)
      }
      return session
    } catch {
      vacate(slot: slot)
      throw error
    }
  }

  func closedError() -> DatabaseError {
    .misuse("the database was closed; open it again to use it")
  }

  static var currentTask: Int? { withUnsafeCurrentTask { $0?.hashValue } }
}
