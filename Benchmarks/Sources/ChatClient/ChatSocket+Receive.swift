import NIOCore

extension ChatSocket {
  /// Handles whatever is complete and returns how many bytes that was.
  func consume(_ bytes: UnsafeRawBufferPointer) -> Int {
    var used = 0
    if state == .upgrading {
      guard let head = upgrade(bytes) else { return 0 }
      used = head
    }
    do throws(ChatClientError) {
      while state != .ended, let frame = try WebSocketFrame.read(bytes, at: used) {
        used = frame.payload.upperBound
        try handle(frame, UnsafeRawBufferPointer(rebasing: bytes[frame.payload]))
      }
    } catch {
      end(.protocolViolation(error.description))
    }
    return state == .ended ? bytes.count : used
  }

  private func upgrade(_ bytes: UnsafeRawBufferPointer) -> Int? {
    guard let end = UpgradeExchange.endOfHead(bytes) else {
      if bytes.count > UpgradeExchange.maxHead { self.end(.notUpgraded("an endless head")) }
      return nil
    }
    if let refusal = UpgradeExchange.refusal(in: String(decoding: bytes[..<end], as: UTF8.self)) {
      self.end(.notUpgraded(refusal))
      return nil
    }
    state = .open
    send { buffer in
      buffer.writeString("{\"username\":")
      buffer.writeJSON(user)
      buffer.writeString(",\"admin\":false}")
    }
    listener?.chatOpened(self)
    return end
  }

  private func handle(_ frame: WebSocketFrame, _ payload: UnsafeRawBufferPointer)
    throws(ChatClientError)
  {
    switch frame.opcode {
    case 0, 1, 2: try collect(frame, payload)
    case 8: answerClose(payload)
    case 9:
      WebSocketFrame.append(
        opcode: 10, payload: ByteBuffer(bytes: payload), mask: mask, to: &outgoing)
    case 10: break
    default: throw ChatClientError("a frame of the unknown kind \(frame.opcode)")
    }
  }

  private func collect(_ frame: WebSocketFrame, _ payload: UnsafeRawBufferPointer)
    throws(ChatClientError)
  {
    guard (frame.opcode == 0) == (fragments != nil) else {
      throw ChatClientError("a continuation without a beginning, or the reverse")
    }
    if frame.isFinal, fragments == nil {
      listener?.chat(self, received: payload)
      return
    }
    var message = fragments ?? ByteBuffer()
    fragments = nil
    message.writeBytes(payload)
    guard message.readableBytes <= WebSocketFrame.maxPayload else {
      throw ChatClientError("a message of more than \(WebSocketFrame.maxPayload) bytes")
    }
    guard frame.isFinal else {
      fragments = message
      return
    }
    message.withUnsafeReadableBytes { listener?.chat(self, received: $0) }
  }

  private func answerClose(_ payload: UnsafeRawBufferPointer) {
    if state == .closing {
      end(.byClient)
      return
    }
    let code = payload.count >= 2 ? UInt16(payload[0]) << 8 | UInt16(payload[1]) : 1005
    WebSocketFrame.append(
      opcode: 8, payload: ByteBuffer(bytes: payload.prefix(2)), mask: mask, to: &outgoing)
    flush()
    end(.closed(code: code, reason: String(decoding: payload.dropFirst(2), as: UTF8.self)))
  }
}
