import DriverAPI

/// Knows whether the statement that runs now is to be stopped, and kills it while the server has it.
///
/// Several commands may make up one statement of the core: preparing and executing. An interruption
/// between two of them stops the second before it is sent.
final class MySQLInterruption: Sendable {
  private struct State {
    var isRequested = false
    var isOnServer = false
    var kill: MySQLKill?
  }

  private let state = Mutex(State())
  private let target: MySQLKillTarget

  init(_ target: MySQLKillTarget) {
    self.target = target
  }

  /// A statement begins; what was asked for before it is not meant for it.
  func reset() {
    state.withLock { $0.isRequested = false }
  }

  /// Whether the statement that runs, or ran last, was to be stopped.
  var isRequested: Bool { state.withLock { $0.isRequested } }

  /// Stops the statement; does not block.
  func request() {
    state.withLock { state in
      state.isRequested = true
      if state.isOnServer, state.kill == nil { state.kill = MySQLKill.start(target) }
    }
  }

  /// A command is about to be sent.
  ///
  /// - Throws: `cancelled` if the statement is to be stopped.
  func enter() throws(DatabaseError) {
    let isRequested = state.withLock { state in
      state.isOnServer = !state.isRequested
      return state.isRequested
    }
    if isRequested {
      throw DatabaseError(
        .cancelled, "the statement was interrupted before it was sent", execution: .notSent)
    }
  }

  /// The rest of an answer is about to be read, whose first part was returned already.
  func resume() {
    state.withLock { state in
      state.isRequested = false
      state.isOnServer = true
    }
  }

  /// The command was answered. Answers with the kill that is on its way, to be waited for.
  func leave() -> MySQLKill? {
    state.withLock { state in
      state.isOnServer = false
      defer { state.kill = nil }
      return state.kill
    }
  }
}
