extension ExactDecimal: LosslessStringConvertible {
  /// Reads a sign, digits with one point among them, and an exponent, of which only a digit is
  /// required; nil for any other text and for what does not fit 38 digits.
  ///
  /// The digits behind the point make the scale: `1.50` has two. An exponent shifts the point:
  /// `1.5e-3` is 0.0015, `15e2` is 1500.
  public init?(utf8: UnsafeBufferPointer<UInt8>) {
    var reader = ExactDecimalReader(utf8)
    guard let (magnitude, isNegative, scale) = reader.number() else { return nil }
    let unscaled = isNegative ? -magnitude : magnitude
    guard scale < 0 else {
      self.init(unscaled: unscaled, scale: scale)
      return
    }
    guard magnitude != 0 else {
      self.init(unscaled: 0, scale: 0)
      return
    }
    guard -scale < Self.maxScale else { return nil }
    let (shifted, overflow) = unscaled.multipliedReportingOverflow(by: Self.powers[-scale])
    guard !overflow else { return nil }
    self.init(unscaled: shifted, scale: 0)
  }

  /// Reads the texts that `init(utf8:)` reads; nil for any other.
  public init?(_ description: String) {
    var text = description
    guard let number = text.withUTF8({ ExactDecimal(utf8: $0) }) else { return nil }
    self = number
  }

  /// The decimal of up to 15 digits that a double stands for: as many it always keeps. Nil if the double
  /// needs more digits, so that it may be the result of a computation, or is no such number.
  init?(shortDouble double: Double) {
    guard let number = ExactDecimal(double.description),
      number.unscaled == 0 || number.significantDigits <= 15
    else { return nil }
    // A double always has a decimal behind the point.
    self =
      number.scale == 1 && number.unscaled % 10 == 0
      ? ExactDecimal(unscaled: number.unscaled / 10, scale: 0) ?? number : number
  }

  private var significantDigits: Int {
    var digits = unscaled.magnitude
    while digits % 10 == 0 { digits /= 10 }
    return String(digits).utf8.count
  }

  /// The number in plain notation with all its decimals: `-0.05`, `1.50`, `12`.
  public var description: String {
    let sign = unscaled < 0 ? "-" : ""
    let digits = String(unscaled.magnitude)
    guard scale > 0 else { return sign + digits }
    let padded = String(repeating: "0", count: max(0, scale + 1 - digits.utf8.count)) + digits
    return sign + padded.dropLast(scale) + "." + padded.suffix(scale)
  }
}

/// Reads a decimal number from left to right; valid as long as the bytes it was given.
private struct ExactDecimalReader {
  private let bytes: UnsafeBufferPointer<UInt8>
  private var position = 0
  private var magnitude: Int128 = 0

  /// The largest number that stays within 38 digits when one more follows.
  private static let extensible = ExactDecimal.powers[ExactDecimal.maxScale - 1] - 1

  init(_ bytes: UnsafeBufferPointer<UInt8>) {
    self.bytes = bytes
  }

  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  /// The whole text; the scale may still be negative, or more than allowed.
  mutating func number() -> (magnitude: Int128, isNegative: Bool, scale: Int)? {
    let isNegative = skipSign()
    guard let whole = digits() else { return nil }
    var decimals = 0
    if next == UInt8(ascii: ".") {
      position += 1
      guard let count = digits() else { return nil }
      decimals = count
    }
    guard whole + decimals > 0, let exponent = exponent(), next == nil else { return nil }
    return (magnitude, isNegative, decimals - exponent)
  }

  private mutating func skipSign() -> Bool {
    guard let byte = next, byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+") else {
      return false
    }
    position += 1
    return byte == UInt8(ascii: "-")
  }

  private mutating func digit() -> Int? {
    guard let byte = next, byte >= 48, byte <= 57 else { return nil }
    position += 1
    return Int(byte) - 48
  }

  /// Appends digits to the magnitude and counts them; nil if they do not fit.
  private mutating func digits() -> Int? {
    let start = position
    while let digit = digit() {
      // Asked before: ten times what just fits is more than an Int128 holds.
      guard magnitude <= Self.extensible else { return nil }
      magnitude = magnitude * 10 + Int128(digit)
    }
    return position - start
  }

  private mutating func exponent() -> Int? {
    guard let byte = next, byte | 0x20 == UInt8(ascii: "e") else { return 0 }
    position += 1
    let isNegative = skipSign()
    guard var exponent = digit() else { return nil }
    while let digit = digit() {
      // Far beyond what fits is as good as farther: it only must not overflow.
      exponent = min(exponent * 10 + digit, 1_000_000_000)
    }
    return isNegative ? -exponent : exponent
  }
}
