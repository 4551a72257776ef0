import NIOCore

/// Writes JSON into one buffer, behind room for the frame header.
struct JSONWriter {
  private var buffer: ByteBuffer

  /// A writer for about `capacity` bytes; more make the buffer grow.
  init(capacity: Int) {
    buffer = ByteBufferAllocator().buffer(capacity: FrameHeader.maxCount + capacity)
    buffer.writeRepeatingByte(0, count: FrameHeader.maxCount)
    buffer.moveReaderIndex(to: FrameHeader.maxCount)
  }

  /// What was written, with the header of its text frame ready before the readable bytes.
  consuming func finish() -> ByteBuffer {
    FrameHeader.prepend(to: &buffer)
    return buffer
  }

  /// Writes text that is JSON already.
  mutating func raw(_ json: StaticString) {
    buffer.writeStaticString(json)
  }

  /// Writes what was encoded before.
  mutating func raw(_ json: ByteBuffer) {
    buffer.writeImmutableBuffer(json)
  }

  /// Writes `key`, which is JSON up to the colon, and a string behind it.
  mutating func member(_ key: StaticString, _ value: String) {
    raw(key)
    string(value)
  }

  /// Writes `key`, which is JSON up to the colon, and a number behind it.
  mutating func member(_ key: StaticString, _ value: Int64) {
    raw(key)
    buffer.writeString(String(value))
  }

  /// Writes `key`, which is JSON up to the colon, and a number behind it; JSON has no infinities
  /// and no NaN, which become 0.
  mutating func member(_ key: StaticString, _ value: Double) {
    raw(key)
    buffer.writeString(value.isFinite ? "\(value)" : "0")
  }

  /// Writes `key`, which is JSON up to the colon, and a time behind it.
  mutating func member(_ key: StaticString, _ value: WireTime) {
    raw(key)
    raw("\"")
    buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: WireTime.maxTextCount) {
      value.write(into: $0.assumingMemoryBound(to: UInt8.self))
    }
    raw("\"")
  }

  /// Writes a string literal; only what JSON demands is escaped.
  mutating func string(_ value: String) {
    raw("\"")
    let bytes = value.utf8.span
    var start = 0
    for index in 0..<bytes.count {
      let byte = bytes[index]
      guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else {
        continue
      }
      buffer.writeBytes(bytes.extracting(start..<index).bytes)
      escape(byte)
      start = index + 1
    }
    buffer.writeBytes(bytes.extracting(start..<bytes.count).bytes)
    raw("\"")
  }

  private mutating func escape(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\""): raw("\\\"")
    case UInt8(ascii: "\\"): raw("\\\\")
    case UInt8(ascii: "\n"): raw("\\n")
    case UInt8(ascii: "\r"): raw("\\r")
    case UInt8(ascii: "\t"): raw("\\t")
    default:
      let digits = String(byte, radix: 16)
      raw(byte < 0x10 ? "\\u000" : "\\u00")
      buffer.writeString(digits)
    }
  }

  /// Writes a string literal that is the base64 of `bytes`.
  mutating func base64(_ bytes: [UInt8]) {
    raw("\"")
    let count = Base64.encodedCount(of: bytes.count)
    buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: count) {
      Base64.encode(bytes.span, into: $0)
      return count
    }
    raw("\"")
  }
}
