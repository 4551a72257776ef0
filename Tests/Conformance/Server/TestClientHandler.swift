import NIOCore

/// Reads the answer to the upgrade, then the server's frames.
final class TestClientHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private let events: EventQueue<TestWebSocketClient.Event>
  private let upgrade: EventQueue<Result<Void, TestWebSocketClient.Failure>>
  private var input = ByteBuffer()
  private var message: [UInt8] = []
  private var isUpgraded = false

  init(
    events: EventQueue<TestWebSocketClient.Event>,
    upgrade: EventQueue<Result<Void, TestWebSocketClient.Failure>>
  ) {
    self.events = events
    self.upgrade = upgrade
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    input.writeImmutableBuffer(unwrapInboundIn(data))
    if !isUpgraded { readAnswer() }
    guard isUpgraded else { return }
    while readFrame() {}
    input.discardReadBytes()
  }

  func channelInactive(context: ChannelHandlerContext) {
    if !isUpgraded { upgrade.add(.failure(answerSoFar() ?? .closedBeforeAnswer)) }
    events.add(.eof)
  }

  /// A reset ends the connection as well; `channelInactive` reports it.
  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }

  private func readAnswer() {
    let text = String(buffer: input)
    guard let end = text.firstRange(of: "\r\n\r\n") else { return }
    let headCount = text[..<end.upperBound].utf8.count
    guard text.hasPrefix("HTTP/1.1 101 ") else { return refused(text, bodyStart: end.upperBound) }
    input.moveReaderIndex(forwardBy: headCount)
    isUpgraded = true
    upgrade.add(.success(()))
  }

  /// Reports a refusal once its body is there.
  private func refused(_ text: String, bodyStart: String.Index) {
    let length = text.lowercased().firstRange(of: "content-length: ").flatMap { mark in
      Int(text.lowercased()[mark.upperBound...].prefix { $0.isNumber })
    }
    guard text[bodyStart...].utf8.count >= length ?? 0, let answer = answerSoFar() else { return }
    upgrade.add(.failure(answer))
  }

  private func answerSoFar() -> TestWebSocketClient.Failure? {
    let text = String(buffer: input)
    guard let status = Int(text.dropFirst("HTTP/1.1 ".count).prefix(3)) else { return nil }
    return .notUpgraded(status: status, response: text)
  }

  /// Reads one frame if all of it is there.
  private func readFrame() -> Bool {
    var rest = input
    guard let first = rest.readInteger(as: UInt8.self),
      let second = rest.readInteger(as: UInt8.self)
    else { return false }
    var length = Int(second)
    if second == 126 {
      guard let long = rest.readInteger(as: UInt16.self) else { return false }
      length = Int(long)
    } else if second == 127 {
      guard let long = rest.readInteger(as: UInt64.self) else { return false }
      length = Int(long)
    }
    guard let payload = rest.readBytes(length: length) else { return false }
    input = rest
    report(opcode: first & 0xF, isFinal: first & 0x80 != 0, payload)
    return true
  }

  private func report(opcode: UInt8, isFinal: Bool, _ payload: [UInt8]) {
    switch opcode {
    case 0x8:
      let code = payload.count >= 2 ? UInt16(payload[0]) << 8 | UInt16(payload[1]) : nil
      events.add(.close(code: code, reason: String(decoding: payload.dropFirst(2), as: UTF8.self)))
    case 0x9: events.add(.ping(payload))
    case 0xA: events.add(.pong(payload))
    default:
      message += payload
      guard isFinal else { return }
      events.add(.text(String(decoding: message, as: UTF8.self)))
      message = []
    }
  }
}
