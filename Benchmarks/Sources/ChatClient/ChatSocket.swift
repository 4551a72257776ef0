public import NIOCore

/// One user's connection to a chat server.
///
/// It does the HTTP upgrade and the WebSocket framing itself, in one channel handler: a load client
/// shares its machine with the server under test, and every layer between costs both.
/// Confined to its event loop: every member must be used there.
public final class ChatSocket {
  /// The user's name.
  public let user: String

  enum State { case upgrading, open, closing, ended }

  private let address: ChatAddress
  var listener: (any ChatListener)?
  var state = State.upgrading
  private var channel: (any Channel)?
  /// Bytes of a head or frame that is not complete yet.
  private var unread = ByteBuffer()
  /// The parts of a fragmented message so far.
  var fragments: ByteBuffer?
  var payload = ByteBuffer()
  var outgoing = ByteBuffer()
  private var isReading = false
  let mask: UInt32

  init(user: String, address: ChatAddress, listener: any ChatListener) {
    self.user = user
    self.address = address
    self.listener = listener
    mask = UInt32.random(in: 1...UInt32.max)
  }

  /// Sends what `write` puts into the buffer as one text message.
  ///
  /// Several messages sent while bytes are being received leave in one write. Without effect when
  /// the socket is not open.
  public func send(_ write: (inout ByteBuffer) -> Void) {
    guard state == .open else { return }
    payload.clear()
    write(&payload)
    WebSocketFrame.append(opcode: 1, payload: payload, mask: mask, to: &outgoing)
    if !isReading { flush() }
  }

  /// Sends `request` as this user.
  public func send(_ request: ChatRequest) {
    send { request.write(sender: user, to: &$0) }
  }

  /// Takes leave with a close frame; the listener hears of the end as of any other.
  public func close() {
    guard state == .open, let channel else {
      if state == .upgrading { state = .closing }
      self.channel?.close(promise: nil)
      return
    }
    state = .closing
    WebSocketFrame.append(
      opcode: 8, payload: ByteBuffer(bytes: [0x03, 0xE8]), mask: mask, to: &outgoing)
    flush()
    // A server that does not answer the close frame must not keep the socket.
    channel.eventLoop.scheduleTask(in: .seconds(1)) { channel.close(promise: nil) }
  }

  /// Called by the attempt to connect when there will be no channel.
  func failed(_ error: any Error) { end(.notConnected("\(error)")) }

  // MARK: Channel events

  func started(on channel: any Channel) {
    self.channel = channel
    guard state == .upgrading else {
      channel.close(promise: nil)
      return
    }
    channel.writeAndFlush(
      ByteBuffer(string: UpgradeExchange.request(to: address, user: user)), promise: nil)
  }

  func received(_ bytes: ByteBuffer) {
    var incoming = bytes
    if unread.readableBytes > 0 {
      unread.writeBuffer(&incoming)
      swap(&unread, &incoming)
      unread.clear()
    }
    isReading = true
    let used = incoming.withUnsafeReadableBytes { consume($0) }
    incoming.moveReaderIndex(forwardBy: used)
    if incoming.readableBytes > 0 { unread.writeBuffer(&incoming) }
  }

  func readCompleted() {
    isReading = false
    flush()
  }

  func disconnected() { end(state == .closing ? .byClient : .dropped) }

  func flush() {
    guard outgoing.readableBytes > 0, let channel else { return }
    channel.writeAndFlush(outgoing, promise: nil)
    // The channel owns those bytes now; clearing them would copy what it still has to send.
    outgoing = channel.allocator.buffer(capacity: 4096)
  }

  func end(_ closure: ChatClosure) {
    guard state != .ended else { return }
    state = .ended
    let listener = self.listener
    self.listener = nil
    listener?.chat(self, ended: closure)
    channel?.close(promise: nil)
    channel = nil
  }
}
