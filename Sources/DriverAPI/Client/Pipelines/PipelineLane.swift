import DequeModule

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
    let text: StatementText
    var reason: Reason?
  }

  private struct State {
    var running: Deque<Running> = []
    var nextNumber: UInt64 = 1
    /// When the first of them came to be the first: the server runs it since then, if not before.
    var headSince = MonotonicTime.now
    var lastUse = MonotonicTime.now
    var isSpent = false
    var isBrokenOff = false
    var watchIsArmed = false
    /// The statement that was late when the watch last looked.
    var suspect: UInt64?
    /// Called when the last statement has ended.
    var whenQuiet: (@Sendable () -> Void)?
  }

  /// Nothing is sent behind a statement that has run for longer than this; in nanoseconds. More than two
  /// ticks of the kernel's clock, which is all that ``MonotonicTime`` sees.
  private static let freshness: Int64 = 10_000_000
  /// A statement with others behind it may run for so long.
  private static let patience = Duration.milliseconds(20)
  /// And one that kept up so far for so long: it is more likely that the machine has no time for it.
  private static let trust = Duration.milliseconds(100)
  /// And for so much longer, in case it was this process that stood still.
  private static let grace = Duration.milliseconds(5)
  private static let maxDepth = 256
  /// An interrupted statement holds up all behind it, so it is not waited for as long as others.
  private static let longestPatience = Duration.seconds(5)

  let session: any DriverPipeline
  let openedAt = MonotonicTime.now
  private let state = Mutex(State())

  /// How long an interrupted statement may go on.
  private let endPatience: Duration

  init(_ session: any DriverPipeline, patience: Duration) {
    self.session = session
    endPatience = min(patience, Self.longestPatience)
  }

  /// Whether the session was given up while statements were on their way.
  var isBrokenOff: Bool { state.withLock { $0.isBrokenOff } }

  /// How many statements are on their way.
  var depth: Int { state.withLock { $0.running.count } }

  /// Nanoseconds since the last statement began; 0 while one runs.
  func idleTime(at now: MonotonicTime) -> Int64 {
    state.withLock { $0.running.isEmpty ? now.since($0.lastUse) : 0 }
  }

  /// Whether the lane takes another statement.
  enum Standing {
    /// Yes, behind so many others.
    case open(depth: Int)
    /// Not now: it would have to wait for a long one.
    case shut
    /// It was idle for longer than it is trusted.
    case stale
  }

  /// How the lane stands, if it is trusted for so many nanoseconds without use.
  func standing(at now: MonotonicTime, trustedFor trusted: Int64) -> Standing {
    state.withLock { state in
      let depth = state.running.count
      if depth == 0, now.since(state.lastUse) >= trusted { return .stale }
      if state.isSpent || state.isBrokenOff || depth >= Self.maxDepth { return .shut }
      if depth > 0, now.since(state.headSince) > Self.freshness { return .shut }
      return .open(depth: depth)
    }
  }

  /// A statement begins; answers with its number.
  func begin(_ text: StatementText) -> UInt64 {
    let (number, armsWatch) = state.withLock { state in
      let number = state.nextNumber
      state.nextNumber += 1
      state.lastUse = .now
      if state.running.isEmpty { state.headSince = state.lastUse }
      state.running.append(Running(number: number, text: text))
      let armsWatch = state.running.count > 1 && !state.watchIsArmed
      if armsWatch { state.watchIsArmed = true }
      return (number, armsWatch)
    }
    if armsWatch { watchHead() }
    return number
  }

  /// That statement ended; answers why it was interrupted, if it was.
  func end(_ number: UInt64) -> Reason? {
    let (reason, whenQuiet) = state.withLock { state in
      let reason = Self.remove(number, &state)
      return (reason, state.running.isEmpty ? state.whenQuiet.take() : nil)
    }
    whenQuiet?()
    return reason
  }

  private static func remove(_ number: UInt64, _ state: inout State) -> Reason? {
    if state.running.first?.number == number {
      state.headSince = .now
      let ended = state.running.removeFirst()
      ended.text.backoff.noteQuickEnd()
      return ended.reason
    }
    guard let index = state.running.firstIndex(where: { $0.number == number }) else { return nil }
    return state.running.remove(at: index).reason
  }

  /// Calls `body` once, as soon as no statement is on its way.
  func endWhenQuiet(_ body: @escaping @Sendable () -> Void) {
    let isQuiet = state.withLock { state in
      if !state.running.isEmpty { state.whenQuiet = body }
      return state.running.isEmpty
    }
    if isQuiet { body() }
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
    guard isRunning else { return }
    session.interrupt(number: number)
    _ = DeadlineTimer.shared.schedule(at: .now + endPatience) { [weak self] in
      self?.breakOff(ifRunning: number)
    }
  }

  /// The server did not react: the others must not wait for it for ever. [CANCEL-7]
  private func breakOff(ifRunning number: UInt64) {
    let isRunning = state.withLock { state in
      guard state.running.contains(where: { $0.number == number }) else { return false }
      state.isBrokenOff = true
      return true
    }
    if isRunning { session.abandon() }
  }

  func interruptAll(_ reason: Reason) {
    let numbers = state.withLock { $0.running.map(\.number) }
    for number in numbers { interrupt(number, reason) }
  }

  private func watchHead(after time: Duration = patience) {
    _ = DeadlineTimer.shared.schedule(at: .now + time) { [weak self] in self?.moveHead() }
  }

  private func moveHead() {
    let (late, next) = state.withLock { state in
      state.watchIsArmed = state.running.count > 1
      guard let first = state.running.first, state.watchIsArmed else {
        return (UInt64?.none, Duration?.none)
      }
      let limit = first.text.backoff.isUnlikely ? Self.trust : Self.patience
      guard first.reason == nil, MonotonicTime.now.since(state.headSince) >= limit.inNanoseconds
      else { return (nil, Self.patience) }
      guard state.suspect == first.number else {
        state.suspect = first.number
        return (nil, Self.grace)
      }
      first.text.backoff.begin()
      return (first.number, Self.patience)
    }
    if let late { interrupt(late, .moved) }
    if let next { watchHead(after: next) }
  }
}
