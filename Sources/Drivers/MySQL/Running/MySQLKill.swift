import DriverAPI
import EventLoop
import Glibc

/// Stops the running statement of one session by `KILL QUERY` from a session of its own.
///
/// The kill names the session, not the statement, so it must not outlive the statement that is meant:
/// whoever runs that statement calls ``statementEnded()`` and waits for ``finished()`` before it goes
/// on. Until then the kill is repeated, because one that arrives before the statement does is lost.
/// [CANCEL-1, CANCEL-2]
final class MySQLKill: Sendable {
  enum Outcome: Sendable {
    /// The statement ended, by the kill or by itself; no kill is on its way any more.
    case acknowledged
    /// No kill reached the server for a while, and the session's socket was shut down instead.
    case shutDown
  }

  private struct State {
    var hasEnded = false
    var outcome: Outcome?
    var waiter: UnsafeContinuation<Outcome, Never>?
  }

  private let state = Mutex(State())
  private let target: MySQLKillTarget

  private init(_ target: MySQLKillTarget) {
    self.target = target
  }

  /// Begins to kill what the session is running.
  static func start(_ target: MySQLKillTarget) -> MySQLKill {
    let kill = MySQLKill(target)
    if !BlockingThread.start({ kill.finish(kill.run()) }) {
      target.shutDownSocket()
      kill.finish(.shutDown)
    }
    return kill
  }

  /// The statement that was meant has ended; no further kill is sent.
  func statementEnded() {
    state.withLock { $0.hasEnded = true }
  }

  /// Returns when no kill is on its way.
  func finished() async -> Outcome {
    await withUnsafeContinuation { continuation in
      let outcome = state.withLock { state in
        if state.outcome == nil { state.waiter = continuation }
        return state.outcome
      }
      if let outcome { continuation.resume(returning: outcome) }
    }
  }

  private func finish(_ outcome: Outcome) {
    let waiter = state.withLock { state in
      state.outcome = outcome
      defer { state.waiter = nil }
      return state.waiter
    }
    waiter?.resume(returning: outcome)
  }

  // About ten seconds; a statement that has not heard of it by then never will.
  private static let pauses: [UInt32] = [2, 5, 10, 25, 50, 100] + Array(repeating: 250, count: 40)

  // A server that has no connection to spare has one soon, and one that cannot be reached need not be gone.
  private static let patience = Duration.milliseconds(1500)
  private static let openingPause: UInt32 = 100

  private func open() -> MySQLOpened? {
    let end = ContinuousClock.now + Self.patience
    while !hasEnded {
      if case .success(let opened) = target.opening.open(target.host) { return opened }
      if ContinuousClock.now > end { return nil }
      pause(Self.openingPause)
    }
    return nil
  }

  /// Lets so many milliseconds go by, unless the statement ends.
  private func pause(_ milliseconds: UInt32) {
    for _ in 0..<milliseconds where !hasEnded { usleep(1000) }
  }

  private func run() -> Outcome {
    guard let opened = open() else { return giveUp() }
    defer { opened.handle.close() }
    guard opened.identity == target.identity else { return giveUp() }
    for pause in Self.pauses {
      if hasEnded { return .acknowledged }
      guard opened.handle.run("KILL QUERY " + target.sessionID) || hasEnded else { return giveUp() }
      self.pause(pause)
    }
    return hasEnded ? .acknowledged : giveUp()
  }

  private var hasEnded: Bool { state.withLock { $0.hasEnded } }

  private func giveUp() -> Outcome {
    if hasEnded { return .acknowledged }
    target.shutDownSocket()
    return .shutDown
  }
}

/// Whose statement is to be killed, and how to get there.
struct MySQLKillTarget: Sendable {
  let opening: MySQLOpening
  let host: DatabaseURL.Host
  let identity: [String?]
  let sessionID: String
  /// Of our own: see ``MySQLHandle/duplicateSocket()``.
  let socket: Int32

  /// Ends the session from this side: whoever waits for its answer finds the end of the stream.
  func shutDownSocket() {
    shutdown(socket, Int32(SHUT_RDWR))
  }

  func closeSocket() {
    Glibc.close(socket)
  }
}
