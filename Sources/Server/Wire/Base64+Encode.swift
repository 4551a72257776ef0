extension Base64 {
  /// The text of `bytes`.
  static func text(of bytes: [UInt8]) -> String {
    let count = encodedCount(of: bytes.count)
    return String(unsafeUninitializedCapacity: count) { output in
      encode(bytes.span, into: UnsafeMutableRawBufferPointer(output))
      return count
    }
  }

  /// Writes the text of `bytes`, which takes `encodedCount(of:)` bytes of `output`.
  static func encode(_ bytes: Span<UInt8>, into output: UnsafeMutableRawBufferPointer) {
    let alphabet = alphabet
    let letters = alphabet.span
    var written = 0
    var index = 0
    while index + 3 <= bytes.count {
      let bits =
        UInt32(bytes[index]) << 16 | UInt32(bytes[index + 1]) << 8 | UInt32(bytes[index + 2])
      output[written] = letters[Int(bits >> 18)]
      output[written + 1] = letters[Int(bits >> 12 & 63)]
      output[written + 2] = letters[Int(bits >> 6 & 63)]
      output[written + 3] = letters[Int(bits & 63)]
      written += 4
      index += 3
    }
    encodeTail(bytes.extracting(index..<bytes.count), letters, into: output, at: written)
  }

  private static func encodeTail(
    _ tail: Span<UInt8>, _ letters: Span<UInt8>, into output: UnsafeMutableRawBufferPointer,
    at start: Int
  ) {
    guard tail.count > 0 else { return }
    let bits = UInt32(tail[0]) << 16 | (tail.count > 1 ? UInt32(tail[1]) << 8 : 0)
    output[start] = letters[Int(bits >> 18)]
    output[start + 1] = letters[Int(bits >> 12 & 63)]
    output[start + 2] = tail.count > 1 ? letters[Int(bits >> 6 & 63)] : UInt8(ascii: "=")
    output[start + 3] = UInt8(ascii: "=")
  }
}
