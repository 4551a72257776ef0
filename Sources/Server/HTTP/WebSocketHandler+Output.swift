import NIOCore

extension WebSocketHandler {
  /// Sends as much of the outbox as the channel takes, then the close frame if one is wanted.
  func drain() {
    guard let context, phase != .gone else { return }
    var hasWritten = answerWaitingPing(context)
    hasWritten = writeMessages(to: context) || hasWritten
    hasWritten = sayFarewell() || hasWritten
    if hasWritten { context.flush() }
    letGoOfTaken(context)
    sendCloseAnswer(to: context)
  }

  /// Writes what waits, as much as the channel takes.
  ///
  /// - Returns: whether anything was written.
  private func writeMessages(to context: ChannelHandlerContext) -> Bool {
    var hasWritten = false
    while context.channel.isWritable, let message = connection.nextMessage() {
      write(message.bytes, to: context)
      sending.append(message, end: clock.writtenCount)
      hasWritten = true
    }
    return hasWritten
  }

  /// Lets go of the messages that the network has taken, and counts the others.
  func letGoOfTaken(_ context: ChannelHandlerContext) {
    guard !sending.isEmpty else { return }
    sending.drop(upTo: clock.writtenCount - bufferedCount(context))
    connection.channelHolds(sending.byteCount)
  }

  /// Answers a ping at once, or notes the answer where the client does not take what was sent.
  func answerPing(_ payload: ByteBuffer) {
    guard let context else { return }
    if context.channel.isWritable { send(.pong, payload) } else { waitingPong = payload }
  }

  private func answerWaitingPing(_ context: ChannelHandlerContext) -> Bool {
    guard let payload = waitingPong, context.channel.isWritable else { return false }
    waitingPong = nil
    write(frame(.pong, payload))
    goOnReading()
    return true
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    if context.channel.isWritable { drain() }
    context.fireChannelWritabilityChanged()
  }

  private func write(_ message: ByteBuffer, to context: ChannelHandlerContext) {
    if let frame = FrameHeader.framed(message) {
      write(frame)
    } else {
      var header = context.channel.allocator.buffer(capacity: FrameHeader.maxCount)
      FrameHeader.write(.text, payloadCount: message.readableBytes, to: &header)
      write(header)
      write(message)
    }
  }

  /// Writes the close frame once nothing else is waiting.
  ///
  /// - Returns: whether it was written now.
  private func sayFarewell() -> Bool {
    guard closeAnswer == nil, let farewell = connection.farewell else { return false }
    if phase == .open {
      phase = .closing(deadline: .now() + limits.closeTimeout, isCloseSent: false)
      resume()
    }
    guard let context, context.channel.isWritable,
      case .closing(let deadline, isCloseSent: false) = phase
    else { return false }
    var payload = ByteBuffer(integer: farewell.code)
    payload.writeString(farewell.reason)
    write(frame(.close, payload))
    phase = .closing(deadline: deadline, isCloseSent: true)
    return true
  }

  /// Answers the peer's close frame, behind what was said before it came, and closes as soon as the
  /// answer is out.
  func answerClose(_ payload: ByteBuffer) {
    phase = .closing(deadline: .now() + limits.closeTimeout, isCloseSent: false)
    closeAnswer = payload
    drain()
  }

  private func sendCloseAnswer(to context: ChannelHandlerContext) {
    guard let payload = closeAnswer, context.channel.isWritable,
      case .closing(let deadline, isCloseSent: false) = phase
    else { return }
    closeAnswer = nil
    phase = .closing(deadline: deadline, isCloseSent: true)
    let answer = frame(.close, payload)
    clock.wrote(answer.readableBytes)
    context.writeAndFlush(wrapOutboundOut(answer)).assumeIsolated().whenComplete { _ in
      context.close(promise: nil)
    }
  }

  /// Sends a control frame at once.
  func send(_ opcode: FrameHeader.Opcode, _ payload: ByteBuffer) {
    write(frame(opcode, payload))
    context?.flush()
  }

  private func frame(_ opcode: FrameHeader.Opcode, _ payload: ByteBuffer) -> ByteBuffer {
    var frame = ByteBuffer()
    FrameHeader.write(opcode, payloadCount: payload.readableBytes, to: &frame)
    frame.writeImmutableBuffer(payload)
    return frame
  }

  private func write(_ bytes: ByteBuffer) {
    clock.wrote(bytes.readableBytes)
    context?.write(wrapOutboundOut(bytes), promise: nil)
  }
}
