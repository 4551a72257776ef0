import NIOCore

/// The header of a whole, unmasked WebSocket frame, as servers send them.
///
/// `WireEncoder` leaves room for it before each message, so that a message for a thousand clients
/// is framed once and every socket sends the same bytes in one write.
enum FrameHeader {
  /// The opcodes that a server sends.
  enum Opcode: UInt8 {
    case text = 0x1
    case close = 0x8
    case ping = 0x9
    case pong = 0xA
  }

  /// The longest header of an unmasked frame, in bytes.
  static let maxCount = 10

  /// The length of the header before a payload of `payloadCount` bytes.
  static func count(forPayload payloadCount: Int) -> Int {
    payloadCount < 126 ? 2 : payloadCount <= 0xFFFF ? 4 : 10
  }

  /// Writes a header behind what `buffer` holds.
  static func write(_ opcode: Opcode, payloadCount: Int, to buffer: inout ByteBuffer) {
    buffer.writeInteger(0x80 | opcode.rawValue)
    switch count(forPayload: payloadCount) {
    case 2: buffer.writeInteger(UInt8(payloadCount))
    case 4:
      buffer.writeInteger(126 as UInt8)
      buffer.writeInteger(UInt16(payloadCount))
    default:
      buffer.writeInteger(127 as UInt8)
      buffer.writeInteger(UInt64(payloadCount))
    }
  }

  /// Puts the header of a text frame into the bytes before the readable ones, of which there
  /// must be `maxCount`.
  static func prepend(to message: inout ByteBuffer) {
    var header = ByteBuffer()
    write(.text, payloadCount: message.readableBytes, to: &header)
    message.setBuffer(header, at: message.readerIndex - header.readableBytes)
  }

  /// The message as one text frame, if its header stands before the readable bytes already.
  ///
  /// Nothing is copied. Bytes that happen to look like the header are as good as the header.
  static func framed(_ message: ByteBuffer) -> ByteBuffer? {
    let payloadCount = message.readableBytes
    let start = message.readerIndex - count(forPayload: payloadCount)
    guard start >= 0 else { return nil }
    var frame = message
    frame.moveReaderIndex(to: start)
    guard frame.getInteger(at: start) == 0x80 | Opcode.text.rawValue,
      hasLength(payloadCount, in: frame, at: start + 1)
    else { return nil }
    return frame
  }

  /// Whether the bytes from `index` on are the length field of a payload of `payloadCount` bytes.
  private static func hasLength(_ payloadCount: Int, in frame: ByteBuffer, at index: Int) -> Bool {
    let first = frame.getInteger(at: index, as: UInt8.self).map { Int($0) }
    switch count(forPayload: payloadCount) {
    case 2: return first == payloadCount
    case 4: return first == 126 && frame.getInteger(at: index + 1) == UInt16(payloadCount)
    default: return first == 127 && frame.getInteger(at: index + 1) == UInt64(payloadCount)
    }
  }
}
