import DequeModule
import Synchronization

/// One shared session and the statements that are on their way in it.
///
/// Answers come in the order of sending, so a statement that runs long holds up all behind it, even
/// one whose end it waits for. Such a statement is interrupted, which undoes it, and repeated on a
/// connection of its own; its text is not sent here again.
final class PipelineLane: Sendable {
  /// Why a statement was interrupted.
  enum Reason: Sendable {
    case cancelled
    case timeout
    case shutdown
    /// It held others up.
    case moved
  }

  private struct Running {
    let number: UInt64
    let since: MonotonicTime
    let text: StatementText
    var reason: Reason?
  }

  private struct State {
    var running: Deque<Running> = []
    var nextNumber: UInt64 = 1
    var lastUse = MonotonicTime.now
    var isSpent = false
    var watchIsArmed = false
  }

  /// Nothing is sent behind a statement that has run for longer than this; in nanoseconds.
  private static let freshness: Int64 = 4_000_000
  /// A statement with others behind it may run for so long.
  private static let patience = Duration.milliseconds(20)
  private static let maxDepth = 256

  let session: any DriverPipeline
  let openedAt = MonotonicTime.now
  private let state = Mutex(State())

  init(_ session: any DriverPipeline) {
    self.session = session
  }

  /// How many statements are on their way.
  var depth: Int { state.withLock { $0.running.count } }

  /// Nanoseconds since the last statement began; 0 while one runs.
  func idleTime(at now: MonotonicTime) -> Int64 {
    state.withLock { $0.running.isEmpty ? now.since($0.lastUse) : 0 }
  }

  /// The depth if another statement may be sent; nil if it would have to wait for a long one.
  func openDepth(at now: MonotonicTime) -> Int? {
    state.withLock { state in
      if state.isSpent || state.running.count >= Self.maxDepth { return nil }
      if let first = state.running.first, now.since(first.since) > Self.freshness { return nil }
      return state.running.count
    }
  }

  /// A statement begins; answers with its number.
  func begin(_ text: StatementText) -> UInt64 {
    let (number, armsWatch) = state.withLock { state in
      let number = state.nextNumber
      state.nextNumber += 1
      state.lastUse = .now
      state.running.append(Running(number: number, since: state.lastUse, text: text))
      let armsWatch = state.running.count > 1 && !state.watchIsArmed
      if armsWatch { state.watchIsArmed = true }
      return (number, armsWatch)
    }
    if armsWatch { watchHead() }
    return number
  }

  /// That statement ended; answers why it was interrupted, if it was.
  func end(_ number: UInt64) -> Reason? {
    state.withLock { state in
      if state.running.first?.number == number { return state.running.removeFirst().reason }
      guard let index = state.running.firstIndex(where: { $0.number == number }) else { return nil }
      return state.running.remove(at: index).reason
    }
  }

  /// The session cannot be used again; true for the first who says so.
  func spend() -> Bool {
    state.withLock { state in
      defer { state.isSpent = true }
      return !state.isSpent
    }
  }

  /// Interrupts a statement that is still on its way.
  func interrupt(_ number: UInt64, _ reason: Reason) {
    let isRunning = state.withLock { state in
      guard let index = state.running.firstIndex(where: { $0.number == number }) else {
        return false
      }
      if state.running[index].reason == nil { state.running[index].reason = reason }
      return true
    }
    // Outside the lock: the session knows by the number whether the statement has ended since.
    if isRunning { session.interrupt(number: number) }
  }

  func interruptAll(_ reason: Reason) {
    let numbers = state.withLock { $0.running.map(\.number) }
    for number in numbers { interrupt(number, reason) }
  }

  private func watchHead() {
    _ = DeadlineTimer.shared.schedule(at: .now + Self.patience) { [weak self] in self?.moveHead() }
  }

  private func moveHead() {
    let (late, watchesOn) = state.withLock { state in
      state.watchIsArmed = state.running.count > 1
      guard let first = state.running.first, state.running.count > 1, first.reason == nil,
        MonotonicTime.now.since(first.since) >= Self.patience.inNanoseconds
      else { return (UInt64?.none, state.watchIsArmed) }
      first.text.runsAlone.store(true, ordering: .relaxed)
      return (first.number, true)
    }
    if let late { interrupt(late, .moved) }
    if watchesOn { watchHead() }
  }
}
