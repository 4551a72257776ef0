/// The header of one WebSocket frame from a server (RFC 6455, 5.2), and where its payload stands.
struct WebSocketFrame {
  /// 0 continuation, 1 text, 2 binary, 8 close, 9 ping, 10 pong.
  var opcode: UInt8
  /// Whether it ends its message.
  var isFinal: Bool
  /// Where the payload stands in the bytes the frame was read from.
  var payload: Range<Int>

  /// The largest message the clients of this package accept, in bytes.
  static let maxPayload = 64 << 20

  /// Reads the frame that begins at `offset`; nil if it is not complete yet.
  ///
  /// - Throws: ``ChatClientError`` for masked frames, reserved bits and absurd lengths.
  static func read(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(ChatClientError)
    -> WebSocketFrame?
  {
    let available = bytes.count - offset
    guard available >= 2 else { return nil }
    let first = bytes[offset]
    let second = bytes[offset + 1]
    guard first & 0x70 == 0, second & 0x80 == 0 else {
      throw ChatClientError("a frame with reserved bits or a mask")
    }
    var length = Int(second)
    var header = 2
    if length >= 126 {
      let width = length == 126 ? 2 : 8
      header += width
      guard available >= header else { return nil }
      length = 0
      for index in (offset + 2)..<(offset + header) {
        guard length <= maxPayload else { break }
        length = length << 8 | Int(bytes[index])
      }
    }
    guard length <= maxPayload else {
      throw ChatClientError("a frame of more than \(maxPayload) bytes")
    }
    guard available - header >= length else { return nil }
    let start = offset + header
    return WebSocketFrame(
      opcode: first & 0x0F, isFinal: first & 0x80 != 0, payload: start..<(start + length))
  }
}
