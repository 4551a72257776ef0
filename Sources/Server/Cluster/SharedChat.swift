import DriverAPI
import Logging
import NIOCore

/// A chat as the program serves it.
protocol ServedChat: ChatEntrance {
  /// How the chat is doing.
  func status() -> ChatStatus
  /// Stores and delivers what was taken, then ends every session.
  func shutdown() async
}

/// The chat of a server that shares its database: one run after another.
///
/// When a run has lost its lease, nothing of it is worth keeping: others may have its names, and what
/// waits to be stored was said by whoever had them before. Its clients are sent away, and another run
/// begins in the same process, as if it had been started again.
final class SharedChat: ServedChat {
  private struct State {
    var chat: ChatServer?
    var lastStatus: ChatStatus
    var isStopping = false
    var renewal: Task<Void, Never>?
  }

  private let state: Mutex<State>
  private let make: @Sendable (@escaping @Sendable () -> Void) async throws -> ChatServer
  private let logger: Logger

  /// Begins the first run.
  ///
  /// - Parameter make: makes a chat that calls what it is given when its lease is lost.
  init(
    logger: Logger,
    _ make:
      @escaping @Sendable (_ whenLost: @escaping @Sendable () -> Void) async throws ->
      ChatServer
  ) async throws {
    self.make = make
    self.logger = logger
    let losses = Losses()
    let chat = try await make { losses.note() }
    state = Mutex(State(chat: chat, lastStatus: chat.status()))
    losses.forward { [weak self] in self?.renew(chat) }
  }

  /// The run that is at work; nil between two.
  var chat: ChatServer? { state.withLock { $0.chat } }

  func open(_ socket: any ClientSocket) -> any SocketReceiver {
    guard let chat else {
      socket.close(code: CloseCode.tryAgainLater, reason: ChatRoom.lossReason)
      return TurnedAway()
    }
    return chat.open(socket)
  }

  func status() -> ChatStatus {
    if let chat { return chat.status() }
    var status = state.withLock { $0.lastStatus }
    status.activeSessionCount = 0
    status.company?.isHeld = false
    return status
  }

  func shutdown() async {
    let (chat, renewal) = state.withLock { state in
      state.isStopping = true
      return (state.chat, state.renewal)
    }
    renewal?.cancel()
    await renewal?.value
    await chat?.shutdown()
    await self.chat?.shutdown()
  }

  private func renew(_ old: ChatServer) {
    let status = old.status()
    let isOver = state.withLock { state in
      if state.chat === old { state.chat = nil }
      state.lastStatus = status
      return state.isStopping
    }
    // At once: they are nobody here by now.
    old.sendAway()
    guard !isOver else { return }
    state.withLock { state in
      guard !state.isStopping else { return }
      state.renewal = Task {
        await old.shutdown()
        await beginAgain()
      }
    }
  }

  private func beginAgain() async {
    while !Task.isCancelled {
      let losses = Losses()
      do {
        let chat = try await make { losses.note() }
        let isWanted = state.withLock { state in
          if !state.isStopping { state.chat = chat }
          return !state.isStopping
        }
        guard isWanted else { return await chat.shutdown() }
        logger.notice("this server has joined the others again")
        return losses.forward { [weak self] in self?.renew(chat) }
      } catch {
        logger.error("the others cannot be joined yet", metadata: ["error": "\(error)"])
        // Cancelling ends the sleep, and with it the loop.
        try? await Task.sleep(for: .seconds(1))
      }
    }
  }
}

/// What may happen before there is somebody to tell.
private final class Losses: Sendable {
  private struct State {
    var hasCome = false
    var body: (@Sendable () -> Void)?
  }

  private let state = Mutex(State())

  func note() {
    let body = state.withLock { state in
      state.hasCome = true
      return state.body
    }
    body?()
  }

  func forward(to body: @escaping @Sendable () -> Void) {
    let hasCome = state.withLock { state in
      state.body = body
      return state.hasCome
    }
    if hasCome { body() }
  }
}

/// What becomes of messages of a client who is not let in.
private final class TurnedAway: SocketReceiver {
  func received(_ message: ByteBuffer) {}
  func closed() {}
}
