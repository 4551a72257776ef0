import NIOCore

extension ByteBuffer {
  /// Appends a masked payload in the clear.
  ///
  /// - Parameter mask: the four bytes of the mask, the first one the least significant.
  mutating func append(_ bytes: ByteBuffer, unmaskedWith mask: UInt32) {
    let count = bytes.readableBytes
    writeImmutableBuffer(bytes)
    withUnsafeMutableReadableBytes { readable in
      let payload = UnsafeMutableRawBufferPointer(rebasing: readable[(readable.count - count)...])
      let wide = UInt64(littleEndianMask: mask)
      var index = 0
      while index + 8 <= count {
        let word = payload.loadUnaligned(fromByteOffset: index, as: UInt64.self)
        payload.storeBytes(of: word ^ wide, toByteOffset: index, as: UInt64.self)
        index += 8
      }
      while index < count {
        payload[index] ^= UInt8(truncatingIfNeeded: mask >> UInt32(index % 4 * 8))
        index += 1
      }
    }
  }
}

extension UInt64 {
  /// The mask twice over, laid out in memory in the order of its bytes.
  fileprivate init(littleEndianMask mask: UInt32) {
    self = (UInt64(mask) << 32 | UInt64(mask)).littleEndian
  }
}
