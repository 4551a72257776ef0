import struct Synchronization.Atomic

/// Stops the statement that a connection is running, and no other.
///
/// Cancellation and timeouts arrive from other threads at any moment. Each statement has a number,
/// and an interruption names the one it means; once the statement has ended it finds another number
/// and does nothing. [CANCEL-2]
final class Interruption: Sendable {
  enum Reason: Sendable {
    case cancelled
    case timeout
    case shutdown
  }

  private struct State {
    var statement: UInt64 = 0
    var isRunning = false
    var deadline: ContinuousClock.Instant?
    var watchIsArmed = false
    var reason: Reason?
  }

  private let state = Mutex(State())
  /// A statement runs without a number, on a driver that takes an interruption at any time.
  private let isPlain = Atomic<Bool>(false)
  private let connection: any DriverConnection

  init(_ connection: any DriverConnection) {
    self.connection = connection
  }

  /// A statement starts; answers with its number.
  func begin(timeout: Duration?) -> UInt64 {
    let (statement, watchFrom) = state.withLock { state in
      state.statement += 1
      state.isRunning = true
      state.reason = nil
      guard let timeout else {
        state.deadline = nil
        return (state.statement, ContinuousClock.Instant?.none)
      }
      let deadline = ContinuousClock.now + timeout
      state.deadline = deadline
      // One timer per connection, armed again only after it fired: a statement that ends in time
      // leaves nothing behind.
      defer { state.watchIsArmed = true }
      return (state.statement, state.watchIsArmed ? nil : deadline)
    }
    if let watchFrom { watch(at: watchFrom) }
    return statement
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

  /// Interrupts the statement of that number if it is still running.
  func interrupt(statement: UInt64, _ reason: Reason) {
    state.withLock { state in
      if state.isRunning, state.statement == statement { interrupt(&state, reason) }
    }
  }

  /// Interrupts whatever is running now.
  func interruptCurrent(_ reason: Reason) {
    state.withLock { state in
      if state.isRunning || isPlain.load(ordering: .relaxed) { interrupt(&state, reason) }
    }
  }

  // Under the lock, so that the statement cannot end, and another begin, in between.
  private func interrupt(_ state: inout State, _ reason: Reason) {
    if state.reason == nil { state.reason = reason }
    connection.interrupt()
  }

  private func watch(at deadline: ContinuousClock.Instant) {
    _ = DeadlineTimer.shared.schedule(at: deadline) { [weak self] in self?.checkDeadline() }
  }

  private func checkDeadline() {
    let next: ContinuousClock.Instant? = state.withLock { state in
      state.watchIsArmed = false
      guard state.isRunning, let deadline = state.deadline else { return nil }
      if deadline <= ContinuousClock.now {
        interrupt(&state, .timeout)
        return nil
      }
      state.watchIsArmed = true
      return deadline
    }
    if let next { watch(at: next) }
  }
}
