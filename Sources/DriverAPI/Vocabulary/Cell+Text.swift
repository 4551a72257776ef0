extension Cell {
  /// The text it lends, copied; nil if its bytes are not UTF-8.
  ///
  /// `String(validating:as:)` is generic and costs several times what making the string does. Most text is
  /// ASCII, which is seen in eight bytes at a time; what else was repaired differs from its bytes.
  @inlinable var copiedText: String? {
    let bytes = borrowedBytes
    let text = String(decoding: bytes, as: UTF8.self)
    return bytes.areASCII || text.utf8.holds(bytes) ? text : nil
  }
}

extension UnsafeBufferPointer<UInt8> {
  @inlinable
  @inline(__always)
  var areASCII: Bool {
    guard let baseAddress else { return true }
    let start = UnsafeRawPointer(baseAddress)
    var bits: UInt64 = 0
    var offset = 0
    while offset &+ 8 <= count {
      bits |= start.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
      offset &+= 8
    }
    while offset < count {
      bits |= UInt64(self[offset])
      offset &+= 1
    }
    return bits & 0x8080_8080_8080_8080 == 0
  }
}

extension String.UTF8View {
  /// Whether these are its bytes.
  @usableFromInline
  func holds(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    count == bytes.count && elementsEqual(bytes)
  }
}
