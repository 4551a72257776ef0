/// A decimal number of up to 38 digits, exact, with the number of decimal places it was written with.
///
/// `1.5` and `1.50` are different values here, because a database that is given one of them gives
/// that one back; ``isNumericallyEqual(to:)`` compares the numbers.
public struct ExactDecimal: Sendable, Hashable {
  /// The number without its decimal point.
  public let unscaled: Int128
  /// How many of its digits stand behind the point, 0 to 38.
  public let scale: Int

  static let limit: Int128 = (0..<38).reduce(1) { power, _ in power * 10 }

  /// `unscaled` divided by ten to the power of `scale`; nil beyond 38 digits.
  public init?(unscaled: Int128, scale: Int) {
    guard (0...38).contains(scale), unscaled.magnitude < Self.limit.magnitude else { return nil }
    self.unscaled = unscaled
    self.scale = scale
  }

  /// Reads sign, digits and decimal point, maybe an exponent; nil for anything else and beyond 38
  /// digits.
  public init?(utf8: UnsafeBufferPointer<UInt8>) {
    var scanner = ASCIIScanner(utf8)
    let isNegative = scanner.take("-")
    if !isNegative { _ = scanner.take("+") }
    var digits: Int128 = 0
    var count = 0
    guard Self.readDigits(&scanner, &digits, &count) else { return nil }
    let whole = count
    if scanner.take("."), !Self.readDigits(&scanner, &digits, &count) { return nil }
    guard count > 0, let exponent = Self.exponent(&scanner), scanner.isAtEnd else { return nil }
    var scale = count - whole - exponent
    while scale < 0 {
      if digits >= Self.limit / 10 { return nil }
      digits *= 10
      scale += 1
    }
    self.init(unscaled: isNegative ? -digits : digits, scale: scale)
  }

  private static func readDigits(
    _ scanner: inout ASCIIScanner, _ digits: inout Int128, _ count: inout Int
  ) -> Bool {
    while let digit = scanner.number(digits: 1) {
      if digits >= limit / 10 { return false }
      digits = digits * 10 + Int128(digit)
      count += 1
    }
    return true
  }

  private static func exponent(_ scanner: inout ASCIIScanner) -> Int? {
    guard scanner.take("e") || scanner.take("E") else { return 0 }
    let isNegative = scanner.take("-")
    if !isNegative { _ = scanner.take("+") }
    var exponent = 0
    var count = 0
    while let digit = scanner.number(digits: 1) {
      exponent = exponent * 10 + digit
      count += 1
      // No number of 38 digits has a larger one.
      if exponent > 100 { return nil }
    }
    return count == 0 ? nil : isNegative ? -exponent : exponent
  }

  /// Whether both are the same number, whatever their places.
  public func isNumericallyEqual(to other: ExactDecimal) -> Bool {
    split == other.split
  }

  /// Whether this is the smaller number, whatever the places of both. There is no `<`, because it
  /// would have to agree with `==`, which looks at the places too.
  public func isNumericallyLess(than other: ExactDecimal) -> Bool {
    split < other.split
  }

  /// The whole part, and the rest in units of ten to the power of -38. Both have the number's sign.
  private var split: (Int128, Int128) {
    let power = Self.power(scale)
    // At scale 38 the power itself is the limit; the rest is scaled up to the same unit.
    return (unscaled / power, unscaled % power * Self.power(38 - scale))
  }

  private static func power(_ exponent: Int) -> Int128 {
    (0..<exponent).reduce(1) { power, _ in power * 10 }
  }
}

extension ExactDecimal: LosslessStringConvertible {
  /// Reads what ``init(utf8:)`` reads.
  public init?(_ description: String) {
    guard let number = description.withUTF8Bytes({ ExactDecimal(utf8: $0) }) else { return nil }
    self = number
  }

  /// Sign, digits and decimal point, with all its places.
  public var description: String {
    let digits = String(unscaled.magnitude)
    let padded = String(repeating: "0", count: max(0, scale + 1 - digits.utf8.count)) + digits
    let sign = unscaled < 0 ? "-" : ""
    if scale == 0 { return sign + padded }
    return sign + padded.dropLast(scale) + "." + padded.suffix(scale)
  }
}
