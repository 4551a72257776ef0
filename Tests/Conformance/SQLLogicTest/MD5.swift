/// The digest that sqllogictest scripts hold in place of long results (RFC 1321).
///
/// Nothing here is a secret, and a package for cryptography would make everybody who only wants to
/// prove a driver compile a library of C for these lines.
struct MD5 {
  private var state: (UInt32, UInt32, UInt32, UInt32) = (
    0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476
  )
  private var block: [UInt8] = []
  private var byteCount: UInt64 = 0

  init() { block.reserveCapacity(64) }

  /// The digest of a text in lower-case hex digits.
  static func hex(_ text: String) -> String {
    var digest = MD5()
    digest.update(text.utf8)
    return digest.hex()
  }

  /// Takes more bytes.
  mutating func update(_ bytes: some Sequence<UInt8>) {
    for byte in bytes {
      block.append(byte)
      byteCount &+= 1
      if block.count == 64 { absorb() }
    }
  }

  /// Ends it; 32 lower-case hex digits.
  consuming func hex() -> String {
    let bitCount = byteCount &* 8
    update(CollectionOfOne(0x80))
    while block.count != 56 { update(CollectionOfOne(0)) }
    update((0..<8).map { UInt8(truncatingIfNeeded: bitCount >> (8 * $0)) })
    return [state.0, state.1, state.2, state.3].map { word in
      (0..<4).map { Self.hex(UInt8(truncatingIfNeeded: word >> (8 * $0))) }.joined()
    }.joined()
  }

  private static func hex(_ byte: UInt8) -> String {
    (byte < 16 ? "0" : "") + String(byte, radix: 16)
  }

  private mutating func absorb() {
    var (a, b, c, d) = state
    for step in 0..<64 {
      let (mixed, index) = Self.mixed(step, b, c, d)
      let sum = a &+ mixed &+ Self.sines[step] &+ word(index)
      let shift = Self.shifts[step / 16][step % 4]
      (a, d, c, b) = (d, c, b, b &+ (sum << shift | sum >> (32 - shift)))
    }
    state = (state.0 &+ a, state.1 &+ b, state.2 &+ c, state.3 &+ d)
    block.removeAll(keepingCapacity: true)
  }

  private func word(_ index: Int) -> UInt32 {
    (0..<4).reduce(0) { $0 | UInt32(block[index * 4 + $1]) << (8 * UInt32($1)) }
  }

  /// The function of one of the four rounds, and which word it takes.
  private static func mixed(
    _ step: Int, _ b: UInt32, _ c: UInt32, _ d: UInt32
  ) -> (UInt32, Int) {
    switch step / 16 {
    case 0: ((b & c) | (~b & d), step)
    case 1: ((d & b) | (~d & c), (5 * step + 1) % 16)
    case 2: (b ^ c ^ d, (3 * step + 5) % 16)
    default: (c ^ (b | ~d), 7 * step % 16)
    }
  }

  private static let shifts: [[UInt32]] = [
    [7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21],
  ]
}
