import NIOCore

extension WebSocketFrame {
  /// Appends one final frame with `payload` masked by `mask` to `buffer`.
  static func append(
    opcode: UInt8, payload: ByteBuffer, mask: UInt32, to buffer: inout ByteBuffer
  ) {
    let count = payload.readableBytes
    buffer.writeInteger(0x80 | opcode)
    switch count {
    case ..<126: buffer.writeInteger(0x80 | UInt8(count))
    case ..<65536:
      buffer.writeInteger(UInt8(0x80 | 126))
      buffer.writeInteger(UInt16(count))
    default:
      buffer.writeInteger(UInt8(0x80 | 127))
      buffer.writeInteger(UInt64(count))
    }
    buffer.writeInteger(mask)
    // The key as its bytes stand on the wire, twice, so that eight bytes are masked at a time.
    let half = UInt64(mask.bigEndian)
    let key = half << 32 | half
    payload.withUnsafeReadableBytes { source in
      _ = buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { target in
        copy(source, masking: key, to: target)
        return count
      }
    }
  }

  private static func copy(
    _ source: UnsafeRawBufferPointer, masking key: UInt64, to target: UnsafeMutableRawBufferPointer
  ) {
    var index = 0
    while index + 8 <= source.count {
      let word = source.loadUnaligned(fromByteOffset: index, as: UInt64.self)
      target.storeBytes(of: word ^ key, toByteOffset: index, as: UInt64.self)
      index += 8
    }
    while index < source.count {
      target[index] = source[index] ^ UInt8(truncatingIfNeeded: key >> UInt64(index % 8 * 8))
      index += 1
    }
  }
}
