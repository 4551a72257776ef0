/// The digest that sqllogictest scripts hold in place of long results (RFC 1321).
///
/// Nothing here is a secret, and a package for cryptography would make everybody who only wants to
/// prove a driver compile a library of C for these lines.
struct MD5 {
  private var (a, b, c, d): (UInt32, UInt32, UInt32, UInt32) = (
    0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476
  )

  /// The digest in 32 lower-case hex digits.
  static func hex(_ bytes: [UInt8]) -> String {
    let bitCount = UInt64(bytes.count) &* 8
    let zeroCount = (119 - bytes.count % 64) % 64
    var padded = bytes
    padded.append(0x80)
    padded += [UInt8](repeating: 0, count: zeroCount)
    padded += (0..<8).map { UInt8(truncatingIfNeeded: bitCount >> (8 * $0)) }
    var digest = MD5()
    padded.withUnsafeBytes { message in
      for start in stride(from: 0, to: message.count, by: 64) { digest.absorb(message, at: start) }
    }
    return digest.hex
  }

  private var hex: String {
    [a, b, c, d].map { word in
      (0..<4).map { Self.hex(UInt8(truncatingIfNeeded: word >> (8 * $0))) }.joined()
    }.joined()
  }

  private static func hex(_ byte: UInt8) -> String {
    (byte < 16 ? "0" : "") + String(byte, radix: 16)
  }

  private mutating func absorb(_ message: UnsafeRawBufferPointer, at start: Int) {
    let before = self
    for step in 0..<64 {
      let (mixed, index) = mixed(step)
      let word = message.loadUnaligned(fromByteOffset: start + 4 * index, as: UInt32.self)
      let sum = a &+ mixed &+ Self.sines[step] &+ UInt32(littleEndian: word)
      let shift = Self.shifts[step / 16 * 4 + step % 4]
      (a, d, c) = (d, c, b)
      b = b &+ (sum &<< shift | sum &>> (32 &- shift))
    }
    (a, b) = (before.a &+ a, before.b &+ b)
    (c, d) = (before.c &+ c, before.d &+ d)
  }

  /// The function of one of the four rounds, and which word it takes.
  private func mixed(_ step: Int) -> (UInt32, Int) {
    switch step / 16 {
    case 0: ((b & c) | (~b & d), step)
    case 1: ((d & b) | (~d & c), (5 &* step &+ 1) % 16)
    case 2: (b ^ c ^ d, (3 &* step &+ 5) % 16)
    default: (c ^ (b | ~d), 7 &* step % 16)
    }
  }

  private static let shifts: [UInt32] = [
    7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21,
  ]
}
