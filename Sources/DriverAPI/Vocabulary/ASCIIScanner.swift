/// Reads fixed forms out of ASCII text: numbers of a known width, single characters.
struct ASCIIScanner {
  private let bytes: UnsafeBufferPointer<UInt8>
  private(set) var position = 0

  init(_ bytes: UnsafeBufferPointer<UInt8>) {
    self.bytes = bytes
  }

  var isAtEnd: Bool { position == bytes.count }

  var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  /// Takes one character if it is there.
  mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard let next, UInt32(next) == character.value else { return false }
    position += 1
    return true
  }

  /// Takes exactly `count` digits.
  mutating func number(digits count: Int) -> Int? {
    guard position + count <= bytes.count else { return nil }
    var number = 0
    for byte in bytes[position..<position + count] {
      guard byte >= 0x30, byte <= 0x39 else { return nil }
      number = number * 10 + Int(byte - 0x30)
    }
    position += count
    return number
  }

  /// Takes the digits of a fraction; their value in millionths, further ones cut off.
  mutating func millionths() -> Int64? {
    var value: Int64 = 0
    var count = 0
    while let next, next >= 0x30, next <= 0x39 {
      if count < 6 { value = value * 10 + Int64(next - 0x30) }
      count += 1
      position += 1
    }
    guard count > 0 else { return nil }
    while count < 6 {
      value *= 10
      count += 1
    }
    return value
  }

  /// Passes over characters up to the end of a word.
  mutating func skipWord() {
    while let next, next > 0x20 { position += 1 }
  }
}

extension String {
  /// Runs `body` with the UTF-8 bytes.
  func withUTF8Bytes<R>(_ body: (UnsafeBufferPointer<UInt8>) -> R) -> R {
    var copy = self
    return copy.withUTF8(body)
  }

  /// The decimal digits of a number, padded with zeros in front.
  static func padded(_ number: Int64, to width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: Swift.max(0, width - digits.utf8.count)) + digits
  }
}
