import NIOCore

/// The event-loop side of one WebSocket: frames in, frames out, limits on time.
final class WebSocketHandler: ChannelDuplexHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  /// How far the connection is on its way to its end.
  enum Phase: Equatable {
    case open
    /// The server wants to close; messages may still be waiting.
    case closing(deadline: NIODeadline, isCloseSent: Bool)
    case gone
  }

  let connection: WebSocketConnection
  let limits: TransportLimits
  let sweep: ConnectionSweep
  private let entrance: any ChatEntrance

  var context: ChannelHandlerContext?
  var receiver: (any SocketReceiver)?
  var phase = Phase.open
  var clock: LivenessClock

  private var reader = FrameReader()
  private var maxMessageBytes: Int
  /// Set between the first message and the chat's word that more is welcome.
  private var isWaitingForChat = false
  /// Whether what arrives is thrown away because its frames cannot be told apart any more.
  private var isDeaf = false
  private var isReadHeld = false
  private var isParsing = false

  init(
    connection: WebSocketConnection, entrance: any ChatEntrance, limits: TransportLimits,
    sweep: ConnectionSweep
  ) {
    self.connection = connection
    self.entrance = entrance
    self.limits = limits
    self.sweep = sweep
    maxMessageBytes = limits.maxHandshakeBytes
    clock = LivenessClock(limits: limits)
  }

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    connection.attach(self)
    sweep.add(self)
    receiver = entrance.open(connection)
  }

  func handlerRemoved(context: ChannelHandlerContext) { leave() }

  func channelInactive(context: ChannelHandlerContext) {
    leave()
    context.fireChannelInactive()
  }

  /// An error of the socket or of TLS leaves nothing that could still be said to the peer.
  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }

  private func leave() {
    guard phase != .gone else { return }
    phase = .gone
    sweep.remove(self)
    connection.detach()
    context = nil
    let receiver = receiver
    self.receiver = nil
    receiver?.closed()
  }
}

// MARK: - Input

extension WebSocketHandler {
  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    clock.heard(at: .now())
    guard !isDeaf else { return }
    reader.feed(unwrapInboundIn(data))
    parse()
  }

  /// Holds reads back while the chat makes up its mind about the client.
  func read(context: ChannelHandlerContext) {
    if isWaitingForChat { isReadHeld = true } else { context.read() }
  }

  /// The chat knows the client: messages up to `maxBytes` are welcome from now on.
  func acceptMessages(upTo maxBytes: Int) {
    maxMessageBytes = maxBytes
    resume()
  }

  /// Goes on reading after the wait for the chat.
  func resume() {
    guard isWaitingForChat else { return }
    isWaitingForChat = false
    parse()
    guard isReadHeld else { return }
    isReadHeld = false
    context?.read()
  }

  private func parse() {
    guard !isParsing else { return }
    isParsing = true
    defer {
      isParsing = false
      reader.releaseInput()
    }
    do throws(FrameReader.Violation) {
      while !isWaitingForChat, !isDeaf, phase != .gone,
        let event = try reader.next(maxMessageBytes: maxMessageBytes)
      {
        handle(event)
      }
    } catch {
      switch error {
      case .messageTooBig: stopListening(code: CloseCode.messageTooBig, reason: "")
      case .protocolError(let text):
        stopListening(code: CloseCode.protocolError, reason: text)
      }
    }
  }

  private func handle(_ event: FrameReader.Event) {
    switch event {
    case .message(let message): deliver(message)
    case .ping(let payload): if phase == .open { send(.pong, payload) }
    case .pong: break
    case .close(let payload): peerClosed(payload)
    }
  }

  private func deliver(_ message: ByteBuffer) {
    guard phase == .open else { return }
    if clock.isHandshakePending {
      clock.isHandshakePending = false
      isWaitingForChat = true
    }
    receiver?.received(message)
  }

  private func peerClosed(_ payload: ByteBuffer) {
    isDeaf = true
    if case .closing(_, isCloseSent: true) = phase {
      context?.close(promise: nil)
      return
    }
    switch ClosePayload(payload) {
    case .invalid: stopListening(code: CloseCode.protocolError, reason: "invalid close payload")
    case .empty: answerClose(ByteBuffer())
    case .code(let code): answerClose(ByteBuffer(integer: code))
    }
  }

  /// Closes towards a peer whose further bytes mean nothing.
  private func stopListening(code: UInt16, reason: String) {
    isDeaf = true
    connection.close(code: code, reason: reason)
  }
}
