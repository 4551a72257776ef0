import Logging
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix

@testable import Server

/// A listener on a free port with a chat that does what a test tells it to.
struct TransportRig {
  /// What the chat does with a message.
  enum Behaviour: Sendable {
    /// The first message is answered with `welcome`, later ones are sent back.
    case echo(maxBytes: Int)
    /// Nothing is accepted or answered.
    case silent
    /// Every message is answered by closing.
    case close(code: UInt16, reason: String)
  }

  let listener: ChatListener
  let chat: Chat

  /// Limits that are short enough for tests.
  static var quick: TransportLimits {
    var limits = TransportLimits()
    limits.sweepInterval = .milliseconds(20)
    limits.closeTimeout = .milliseconds(200)
    return limits
  }

  static func start(
    _ behaviour: Behaviour = .echo(maxBytes: 1 << 20),
    configure: (inout ChatListener.Settings) -> Void = { _ in }, routes: [HTTPRoute] = []
  ) async throws -> TransportRig {
    let chat = Chat(behaviour)
    var settings = ChatListener.Settings(host: "127.0.0.1", port: 0, limits: quick)
    configure(&settings)
    let listener = try await ChatListener.start(
      settings, on: MultiThreadedEventLoopGroup.singleton, routes: routes, entrance: chat,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    return TransportRig(listener: listener, chat: chat)
  }

  /// Starts a rig, runs `body` with it, and stops it whatever happens.
  static func run(
    _ behaviour: Behaviour = .echo(maxBytes: 1 << 20),
    configure: (inout ChatListener.Settings) -> Void = { _ in }, routes: [HTTPRoute] = [],
    _ body: (TransportRig) async throws -> Void
  ) async throws {
    let rig = try await start(behaviour, configure: configure, routes: routes)
    do {
      try await body(rig)
    } catch {
      await rig.listener.shutdown()
      throw error
    }
    await rig.listener.shutdown()
  }

  /// A client that is already through the handshake.
  func client(headers: [(String, String)] = []) async throws -> TestWebSocketClient {
    let client = try await TestWebSocketClient.connect(port: listener.port, headers: headers)
    try await client.send(text: "hello")
    guard try await client.nextText() == "welcome" else {
      throw TestWebSocketClient.Failure.timedOut(waitingFor: "welcome")
    }
    return client
  }
}

extension TransportRig {
  /// The chat's side.
  final class Chat: ChatEntrance {
    let behaviour: Behaviour
    /// The sockets that were opened, and nil for each that was closed.
    let opened = EventQueue<any ClientSocket>()
    let closed = EventQueue<String>()

    init(_ behaviour: Behaviour) { self.behaviour = behaviour }

    func open(_ socket: any ClientSocket) -> any SocketReceiver {
      opened.add(socket)
      return Session(socket, self)
    }
  }

  /// The chat's end of one socket.
  final class Session: SocketReceiver {
    private let socket: any ClientSocket
    private let chat: Chat
    private let isAccepted = NIOLockedValueBox(false)

    init(_ socket: any ClientSocket, _ chat: Chat) {
      self.socket = socket
      self.chat = chat
    }

    func received(_ message: ByteBuffer) {
      switch chat.behaviour {
      case .echo(let maxBytes): echo(message, maxBytes)
      case .silent: break
      case .close(let code, let reason): socket.close(code: code, reason: reason)
      }
    }

    private func echo(_ message: ByteBuffer, _ maxBytes: Int) {
      let isFirst = isAccepted.withLockedValue { isAccepted in
        defer { isAccepted = true }
        return !isAccepted
      }
      if isFirst { socket.acceptMessages(upTo: maxBytes) }
      let isQueued = socket.enqueue(isFirst ? ByteBuffer(string: "welcome") : message)
      if !isQueued { socket.close(code: CloseCode.policyViolation, reason: "too slow") }
      socket.flush()
    }

    func closed() { chat.closed.add(socket.clientAddress) }
  }
}
