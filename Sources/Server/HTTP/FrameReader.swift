import NIOCore

/// Cuts the bytes of one client into messages: checks frames, removes masks, joins fragments.
///
/// The limit on a message is enforced on the header of each frame, so nothing beyond it is ever
/// kept. Memory follows the bytes that arrived, never the length that a header announces.
struct FrameReader {
  /// What a client sent.
  enum Event: Equatable {
    /// A whole message, text or binary.
    case message(ByteBuffer)
    case ping(ByteBuffer)
    case pong
    /// A close frame with its payload, still unchecked.
    case close(ByteBuffer)
  }

  /// Why the connection cannot go on.
  enum Violation: Error, Equatable {
    /// The rules of RFC 6455 were broken; the text says which.
    case protocolError(String)
    /// The message is longer than allowed.
    case messageTooBig
    /// A text message is no UTF-8.
    case invalidText
  }

  /// The frame whose payload is arriving.
  private struct Frame {
    var opcode: UInt8
    var isFinal: Bool
    var remaining: Int
    var mask: UInt32
    var isControl: Bool { opcode >= 0x8 }
  }

  private var input = ByteBuffer()
  private var frame: Frame?
  private var message = ByteBuffer()
  private var control = ByteBuffer()
  private var isInMessage = false
  /// How many messages have arrived whole.
  private(set) var messageCount = 0
  /// Follows the text of a message; nil in one of bytes.
  private var text: UTF8Check?

  /// How many bytes of a message are held that is not complete.
  var heldCount: Int { message.readableBytes }
  /// Whether a message, a control frame or the header of one has begun that is not complete.
  var isInsideMessage: Bool { isInMessage || frame != nil || input.readableBytes > 0 }

  /// Takes bytes from the network.
  mutating func feed(_ bytes: ByteBuffer) {
    if input.readableBytes == 0 {
      input = bytes
    } else {
      input.writeImmutableBuffer(bytes)
    }
  }

  /// Lets go of the network's buffer until more arrives; what is left of it is copied.
  mutating func releaseInput() {
    input = input.readableBytes == 0 ? ByteBuffer() : ByteBuffer(bytes: input.readableBytesView)
  }

  /// The next event in the bytes fed so far; nil if more are needed.
  mutating func next(maxMessageBytes: Int) throws(Violation) -> Event? {
    while true {
      if frame == nil {
        guard try readHeader(maxMessageBytes: maxMessageBytes) else { return nil }
      }
      guard let event = try readPayload() else { return nil }
      if case .some(let event) = event { return event }
    }
  }

  /// Moves payload bytes from the input to where they belong.
  ///
  /// - Returns: nil if the frame is not complete yet; an inner nil if it was, but its message is not.
  private mutating func readPayload() throws(Violation) -> Event?? {
    guard var frame else { return nil }
    let count = min(frame.remaining, input.readableBytes)
    if let bytes = input.readSlice(length: count) {
      if frame.isControl {
        control.append(bytes, unmaskedWith: frame.mask)
      } else {
        message.append(bytes, unmaskedWith: frame.mask)
        try checkText(count: count)
      }
    }
    frame.remaining -= count
    // The next byte of the payload needs the next byte of the mask.
    let shift = UInt32(count % 4) * 8
    frame.mask = frame.mask >> shift | (shift == 0 ? 0 : frame.mask << (32 - shift))
    guard frame.remaining == 0 else {
      self.frame = frame
      return nil
    }
    self.frame = nil
    return .some(try finish(frame))
  }

  /// Looks at the last `count` bytes of the message.
  private mutating func checkText(count: Int) throws(Violation) {
    guard var text else { return }
    let isText = message.withUnsafeReadableBytes { bytes in
      text.accepts(UnsafeRawBufferPointer(rebasing: bytes.suffix(count)))
    }
    guard isText else { throw .invalidText }
    self.text = text
  }

  private mutating func finish(_ frame: Frame) throws(Violation) -> Event? {
    if frame.isControl {
      defer { control = ByteBuffer() }
      return frame.opcode == 0x8 ? .close(control) : frame.opcode == 0x9 ? .ping(control) : .pong
    }
    guard frame.isFinal else { return nil }
    guard text?.isComplete ?? true else { throw .invalidText }
    defer { message = ByteBuffer() }
    isInMessage = false
    messageCount += 1
    text = nil
    return .message(message)
  }
}

// MARK: - Headers

extension FrameReader {
  /// Reads a frame's header if all of it is there, and checks it.
  private mutating func readHeader(maxMessageBytes: Int) throws(Violation) -> Bool {
    guard
      let (first, second) = input.getInteger(at: input.readerIndex, as: UInt16.self)
        .map({ (UInt8($0 >> 8), UInt8(truncatingIfNeeded: $0)) })
    else { return false }
    try check(first, second)
    let shortLength = second & 0x7F
    let extra = shortLength == 127 ? 8 : shortLength == 126 ? 2 : 0
    guard input.readableBytes >= 2 + extra + 4 else { return false }
    input.moveReaderIndex(forwardBy: 2)
    let length = try readLength(shortLength)
    let mask = input.readInteger(endianness: .little, as: UInt32.self) ?? 0
    let frame = Frame(
      opcode: first & 0xF, isFinal: first & 0x80 != 0, remaining: length, mask: mask)
    if !frame.isControl {
      guard length <= maxMessageBytes - message.readableBytes else {
        throw Violation.messageTooBig
      }
      isInMessage = true
      if frame.opcode == 0x1 { text = UTF8Check() }
      if frame.isFinal, length <= 65_536 { message.reserveCapacity(minimumWritableBytes: length) }
    }
    self.frame = frame
    return true
  }

  private func check(_ first: UInt8, _ second: UInt8) throws(Violation) {
    guard first & 0x70 == 0 else { throw .protocolError("reserved bits set") }
    guard second & 0x80 != 0 else { throw .protocolError("frame not masked") }
    let isFinal = first & 0x80 != 0
    switch first & 0xF {
    case 0x0:
      guard isInMessage else { throw .protocolError("continuation without a message") }
    case 0x1, 0x2:
      guard !isInMessage else { throw .protocolError("new message inside a fragmented one") }
    case 0x8, 0x9, 0xA:
      guard isFinal else { throw .protocolError("fragmented control frame") }
      guard second & 0x7F <= 125 else { throw .protocolError("control frame too long") }
    default:
      throw .protocolError("unknown opcode")
    }
  }

  private mutating func readLength(_ shortLength: UInt8) throws(Violation) -> Int {
    switch shortLength {
    case 126:
      let length = Int(input.readInteger(as: UInt16.self) ?? 0)
      guard length > 125 else { throw .protocolError("frame length not in its shortest form") }
      return length
    case 127:
      guard let length = Int(exactly: input.readInteger(as: UInt64.self) ?? 0) else {
        throw .protocolError("invalid frame length")
      }
      guard length > 0xFFFF else { throw .protocolError("frame length not in its shortest form") }
      return length
    default: return Int(shortLength)
    }
  }
}
