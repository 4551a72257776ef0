import struct Synchronization.Atomic

/// Stops the statement that a connection is running, and no other.
///
/// Cancellation and timeouts arrive from other threads at any moment. Each statement has a number,
/// and an interruption names the one it means; once the statement has ended it finds another number
/// and does nothing. [CANCEL-2] A statement that goes on all the same, and one that is not interrupted
/// because it ends a transaction, has a limit at which the connection is broken off. [CANCEL-7]
final class Interruption: Sendable {
  enum Reason: Sendable {
    case cancelled
    case timeout
    case shutdown
  }

  fileprivate struct State {
    var statement: UInt64 = 0
    var isRunning = false
    var deadline: ContinuousClock.Instant?
    /// What the deadline does: false interrupts the statement, true breaks the connection off.
    var breaksOff = false
    /// Whether the statement must be left to end by itself.
    var isProtected = false
    /// When the watch looks next, if it is armed.
    var watchAt: ContinuousClock.Instant?
    var reason: Reason?
  }

  private let state = Mutex(State())
  /// A statement runs without a number, on a driver that takes an interruption at any time.
  private let isPlain = Atomic<Bool>(false)
  /// When the plain statement that runs has to be stopped, in nanoseconds of ``MonotonicTime``.
  private let plainDeadline = Atomic<Int64>(Interruption.noStatement)
  /// Whether a watch is armed that will look at that.
  private let plainIsWatched = Atomic<Bool>(false)
  private static let noStatement: Int64 = 0
  /// In place of a deadline: it is over, and the statement is being stopped.
  private static let isStopped: Int64 = -1
  /// How much the clock may be behind, in nanoseconds.
  private static let tick: Int64 = 4_000_000
  private let connection: any DriverConnection
  /// How long the connection may take to end what was interrupted or must not be.
  private let patience: Duration

  init(_ connection: any DriverConnection, patience: Duration) {
    self.connection = connection
    self.patience = patience
  }

  /// A statement starts; answers with its number.
  func begin(timeout: Duration?) -> UInt64 {
    let (statement, watchFrom) = state.withLock { state in
      state.begin()
      guard let timeout else { return (state.statement, ContinuousClock.Instant?.none) }
      return (state.statement, state.arm(.now + timeout))
    }
    if let watchFrom { watch(at: watchFrom) }
    return statement
  }

  /// A statement starts that nobody interrupts; after the patience the connection is broken off.
  func beginProtected() { beginWaiting(patience, isProtected: true) }

  /// A wait for the next row starts; if it does not come in time the connection is broken off.
  func beginRow(limit: Duration) { beginWaiting(limit, isProtected: false) }

  private func beginWaiting(_ limit: Duration, isProtected: Bool) {
    let watchFrom = state.withLock { state in
      state.begin()
      state.isProtected = isProtected
      state.breaksOff = true
      return state.arm(.now + limit)
    }
    if let watchFrom { watch(at: watchFrom) }
  }

  /// The statement ended; answers why it was interrupted, if it was.
  func end() -> Reason? {
    state.withLock { state in
      state.isRunning = false
      return state.reason
    }
  }

  /// A statement starts that needs no number.
  @inline(__always)
  func beginPlain() { isPlain.store(true, ordering: .relaxed) }

  /// That statement ended.
  @inline(__always)
  func endPlain() { isPlain.store(false, ordering: .relaxed) }

  /// A statement starts that needs no number and has a limit, in nanoseconds.
  ///
  /// No lock, and usually no timer: a watch that was armed for an earlier statement looks again.
  func beginPlain(limit: Int64) {
    beginPlain()
    let end = MonotonicTime.now.nanoseconds.addingReportingOverflow(limit)
    let deadline = end.overflow ? .max : min(end.partialValue, .max - Self.tick) + Self.tick
    // In this order, as the watch does it the other way round: one of both sees the other.
    plainDeadline.store(deadline, ordering: .sequentiallyConsistent)
    if !plainIsWatched.load(ordering: .sequentiallyConsistent) { watchPlain(until: deadline) }
  }

  /// That statement ended; answers whether it was stopped at its limit.
  func endPlainWithLimit() -> Bool {
    endPlain()
    let deadline = plainDeadline.exchange(Self.noStatement, ordering: .sequentiallyConsistent)
    guard deadline == Self.isStopped else { return false }
    // Whoever stops it has the lock until that is done, and must not hit the next.
    state.withLock { _ in }
    return true
  }

  private func watchPlain(until deadline: Int64) {
    if plainIsWatched.exchange(true, ordering: .sequentiallyConsistent) { return }
    let wait = Duration.nanoseconds(max(0, deadline - MonotonicTime.now.nanoseconds))
    _ = DeadlineTimer.shared.schedule(at: .now + wait) { [weak self] in self?.checkPlain() }
  }

  private func checkPlain() {
    plainIsWatched.store(false, ordering: .sequentiallyConsistent)
    let deadline = plainDeadline.load(ordering: .sequentiallyConsistent)
    if deadline == Self.noStatement { return }
    let now = MonotonicTime.now.nanoseconds
    if deadline > now { return watchPlain(until: deadline) }
    let isStopping = state.withLock { _ in
      // Unless it has ended meanwhile: the next has a watch of its own then.
      guard
        plainDeadline.compareExchange(
          expected: deadline, desired: Self.isStopped, ordering: .sequentiallyConsistent
        ).exchanged
      else { return false }
      connection.interrupt()
      return true
    }
    // It may have been told just before it began to work, when an engine forgets it.
    if isStopping { watchPlain(until: now + 10_000_000) }
  }

  /// Interrupts the statement of that number if it is still running.
  func interrupt(statement: UInt64, _ reason: Reason) {
    let watchFrom = state.withLock { state in
      state.isRunning && state.statement == statement ? interrupt(&state, reason) : nil
    }
    if let watchFrom { watch(at: watchFrom) }
  }

  /// Interrupts whatever is running now.
  func interruptCurrent(_ reason: Reason) {
    let watchFrom = state.withLock { state in
      state.isRunning && !state.isProtected || isPlain.load(ordering: .relaxed)
        ? interrupt(&state, reason) : nil
    }
    if let watchFrom { watch(at: watchFrom) }
  }

  // Under the lock, so that the statement cannot end, and another begin, in between.
  private func interrupt(_ state: inout State, _ reason: Reason) -> ContinuousClock.Instant? {
    connection.interrupt()
    guard state.reason == nil else { return nil }
    state.reason = reason
    state.breaksOff = true
    return state.isRunning ? state.arm(.now + patience) : nil
  }

  private func watch(at deadline: ContinuousClock.Instant) {
    _ = DeadlineTimer.shared.schedule(at: deadline) { [weak self] in
      self?.checkDeadline(from: deadline)
    }
  }

  private func checkDeadline(from armedFor: ContinuousClock.Instant) {
    let next: ContinuousClock.Instant? = state.withLock { state in
      // Another watch looks earlier, and again after that.
      guard state.watchAt == armedFor else { return nil }
      state.watchAt = nil
      guard state.isRunning, let deadline = state.deadline else { return nil }
      if deadline > ContinuousClock.now { return state.arm(deadline) }
      if !state.breaksOff { return interrupt(&state, .timeout) }
      if state.reason == nil { state.reason = .timeout }
      state.deadline = nil
      connection.abandon()
      return nil
    }
    if let next { watch(at: next) }
  }
}

extension Interruption.State {
  fileprivate mutating func begin() {
    statement += 1
    isRunning = true
    reason = nil
    deadline = nil
    breaksOff = false
    isProtected = false
  }

  /// Sets the deadline; answers with when a watch has to be armed for it.
  ///
  /// Usually one timer per connection is enough, armed again only after it fired: a statement that
  /// ends in time leaves nothing behind.
  fileprivate mutating func arm(_ deadline: ContinuousClock.Instant) -> ContinuousClock.Instant? {
    self.deadline = deadline
    if let watchAt, watchAt <= deadline { return nil }
    watchAt = deadline
    return deadline
  }
}
