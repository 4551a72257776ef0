/// Whether bytes that arrive in pieces are UTF-8, told as soon as they are not.
///
/// RFC 6455, 8.1: text that is not fails the connection, also when a fragment ends inside a
/// character. Surrogates, overlong forms and numbers above U+10FFFF are none (RFC 3629, 4).
struct UTF8Check {
  /// How many bytes of the character that has begun are still to come.
  private var missing = 0
  /// What the next of them may be.
  private var allowed = continuation

  private static let continuation: ClosedRange<UInt8> = 0x80...0xBF

  /// Whether no character has begun that is not complete.
  var isComplete: Bool { missing == 0 }

  /// Looks at the bytes that come next.
  ///
  /// - Returns: false once they can be no UTF-8 any more, whatever follows.
  mutating func accepts(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var index = 0
    while index < bytes.count {
      if missing == 0 {
        index = Self.endOfASCII(in: bytes, from: index)
        guard index < bytes.count else { return true }
      }
      let byte = bytes[index]
      index += 1
      if missing > 0 {
        guard allowed.contains(byte) else { return false }
        missing -= 1
        allowed = Self.continuation
      } else if byte >= 0x80, !begins(with: byte) {
        return false
      }
    }
    return true
  }

  /// Most text is ASCII, and eight bytes of it are told at once.
  private static func endOfASCII(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
    var index = start
    while index + 8 <= bytes.count,
      bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self) & 0x8080_8080_8080_8080 == 0
    {
      index += 8
    }
    return index
  }

  private mutating func begins(with byte: UInt8) -> Bool {
    switch byte {
    case 0xC2...0xDF: missing = 1
    case 0xE0...0xEF: missing = 2
    case 0xF0...0xF4: missing = 3
    default: return false
    }
    switch byte {
    case 0xE0: allowed = 0xA0...0xBF
    case 0xED: allowed = 0x80...0x9F
    case 0xF0: allowed = 0x90...0xBF
    case 0xF4: allowed = 0x80...0x8F
    default: allowed = Self.continuation
    }
    return true
  }
}
