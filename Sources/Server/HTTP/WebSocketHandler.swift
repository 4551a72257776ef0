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
  private let budget: InflowBudget

  var context: ChannelHandlerContext?
  var receiver: (any SocketReceiver)?
  var phase = Phase.open
  var clock: LivenessClock
  private var pace: MessagePace

  private var reader = FrameReader()
  private var maxMessageBytes: Int
  /// Set between the first message and the chat's word that more is welcome.
  private var isWaitingForChat = false
  /// Whether what arrives is thrown away because its frames cannot be told apart any more.
  private var isDeaf = false
  private var isReadHeld = false
  /// The answer to the last ping that could not be sent yet; an earlier one needs none any more
  /// (RFC 6455, 5.5.3). Nothing is read while it waits.
  var waitingPong: ByteBuffer?
  private var isParsing = false
  /// What the peer's close frame is answered with, until that is sent.
  var closeAnswer: ByteBuffer?
  /// Who waits for a sign of life.
  var probes: [Probe] = []
  private var receivedCount = 0
  /// What the channel has and the network has not taken.
  var sending = SendingMessages()
  /// What of `budget` this connection has.
  private var reservedCount = 0

  init(
    connection: WebSocketConnection, entrance: any ChatEntrance, limits: TransportLimits,
    sweep: ConnectionSweep, budget: InflowBudget
  ) {
    self.connection = connection
    self.entrance = entrance
    self.limits = limits
    self.sweep = sweep
    self.budget = budget
    maxMessageBytes = limits.maxHandshakeBytes
    clock = LivenessClock(limits: limits)
    pace = MessagePace(limits: limits)
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
    reader = FrameReader()
    sending = SendingMessages()
    _ = budget.change(by: -reservedCount, for: connection.clientAddress)
    reservedCount = 0
    sweep.remove(self)
    settleProbes(isAlive: false)
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
    settleProbes(isAlive: true)
    guard !isDeaf else { return }
    let bytes = unwrapInboundIn(data)
    receivedCount += bytes.readableBytes
    reader.feed(bytes)
    parse()
    reserve()
  }

  /// Whether a message has begun and does not go on; asked by the sweep.
  func isMessageTooSlow(at now: NIODeadline) -> Bool {
    // While we do not read, nothing can arrive.
    let isExpected = reader.isInsideMessage && !isWaitingForChat && waitingPong == nil
    return pace.isTooSlow(
      at: now, messageCount: isExpected ? reader.messageCount : nil, receivedCount: receivedCount)
  }

  /// Counts what is held of an unfinished message among that of all connections.
  private func reserve() {
    guard phase != .gone else { return }
    let count = isDeaf ? 0 : max(0, reader.heldCount - limits.freeUnfinishedBytes)
    guard count != reservedCount else { return }
    if budget.change(by: count - reservedCount, for: connection.clientAddress) {
      reservedCount = count
    } else {
      stopListening(
        code: CloseCode.tryAgainLater, reason: "too many large messages arrive; try again later")
      reserve()
    }
  }

  /// Holds reads back while the chat makes up its mind about the client, and while the client
  /// does not take what it has asked for.
  func read(context: ChannelHandlerContext) {
    if isWaitingForChat || waitingPong != nil { isReadHeld = true } else { context.read() }
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
    goOnReading()
  }

  /// Reads again what was held back, if nothing holds it back any more.
  func goOnReading() {
    guard isReadHeld, !isWaitingForChat, waitingPong == nil else { return }
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
      case .invalidText:
        stopListening(code: CloseCode.invalidPayload, reason: "text is not UTF-8")
      case .protocolError(let text):
        stopListening(code: CloseCode.protocolError, reason: text)
      }
    }
  }

  private func handle(_ event: FrameReader.Event) {
    switch event {
    case .message(let message): deliver(message)
    case .ping(let payload): if phase == .open { answerPing(payload) }
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
    case .invalidText:
      stopListening(code: CloseCode.invalidPayload, reason: "close reason is not UTF-8")
    case .empty: answerClose(ByteBuffer())
    case .code(let code): answerClose(ByteBuffer(integer: code))
    }
  }

  /// Closes towards a peer whose further bytes mean nothing.
  private func stopListening(code: UInt16, reason: String) {
    isDeaf = true
    reader = FrameReader()
    connection.close(code: code, reason: reason)
  }
}
