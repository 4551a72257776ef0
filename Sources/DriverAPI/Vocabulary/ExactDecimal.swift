/// An exact decimal number of up to 38 digits that remembers its scale. [TYPE-4]
///
/// `==` and hashing compare the representation: 1.5 and 1.50 are different values, because a column
/// tells them apart; ``isNumericallyEqual(to:)`` compares the numbers, and so does `<`, with the
/// number of decimals deciding between equals.
public struct ExactDecimal: Sendable, Hashable {
  /// The digits as a whole number with its sign; less than 10^38 either way.
  public let unscaled: Int128
  /// How many of the digits stand behind the point, 0 to 38.
  public let scale: Int

  /// `unscaled` divided by 10^`scale`; nil if either is out of range.
  public init?(unscaled: Int128, scale: Int) {
    guard (0...Self.maxScale).contains(scale), unscaled.magnitude < Self.limit else { return nil }
    self.unscaled = unscaled
    self.scale = scale
  }

  /// Whether both are the same number, whatever their scales.
  public func isNumericallyEqual(to other: ExactDecimal) -> Bool {
    orderedParts == other.orderedParts
  }

  /// The most digits behind the point, and the most digits at all.
  static let maxScale = 38

  /// 10^38, the first whole number with too many digits.
  static let limit = UInt128(powers[maxScale])

  /// 10^0 to 10^38.
  static let powers: [Int128] = {
    var powers: [Int128] = [1]
    for exponent in 0..<maxScale { powers.append(powers[exponent] * 10) }
    return powers
  }()

  // Aligning two scales could take 76 digits; apart, the whole part and 38 decimals always fit.
  private var orderedParts: (Int128, Int128) {
    let (whole, rest) = unscaled.quotientAndRemainder(dividingBy: Self.powers[scale])
    return (whole, rest * Self.powers[Self.maxScale - scale])
  }
}

extension ExactDecimal: Comparable {
  /// Whether the first number is the smaller one; of equal numbers, the one with fewer decimals, so
  /// that the order agrees with `==`.
  public static func < (left: ExactDecimal, right: ExactDecimal) -> Bool {
    let (leftParts, rightParts) = (left.orderedParts, right.orderedParts)
    return leftParts == rightParts ? left.scale < right.scale : leftParts < rightParts
  }
}
