import NIOCore

extension WebSocketHandler: SweptConnection {
  func sweep(at now: NIODeadline) {
    guard let context else { return }
    if case .closing(let deadline, _) = phase, now >= deadline {
      context.close(promise: nil)
      return
    }
    switch clock.due(at: now, bufferedCount: bufferedCount(context)) {
    case .nothing: break
    case .ping: if phase == .open, context.channel.isWritable { send(.ping, ByteBuffer()) }
    case .handshakeTimeout:
      connection.close(code: CloseCode.policyViolation, reason: "Handshake timeout")
    case .readTimeout:
      connection.close(code: CloseCode.policyViolation, reason: "Connection timed out")
    case .writeTimeout: context.close(promise: nil)
    }
  }

  func shutDown(reason: String) {
    connection.close(code: CloseCode.serviceRestart, reason: reason)
  }

  func cut() {
    context?.close(promise: nil)
  }

  private func bufferedCount(_ context: ChannelHandlerContext) -> Int {
    do {
      return try context.channel.syncOptions?.getOption(.bufferedWritableBytes) ?? 0
    } catch {
      // The option is missing only on a channel that is closed already, which holds nothing.
      return 0
    }
  }
}
