/// A text that SQLite takes for a number where a column asks for one: blanks, a sign, digits with a point,
/// an exponent, blanks.
struct SQLiteNumberText {
  /// Whether a double keeps all of its digits; 15 it always keeps.
  let fitsDouble: Bool
  /// Whether a column that takes integers too makes one of its double, and perhaps another number: a double
  /// above 2^53 stands for many.
  let mayBecomeInteger: Bool
  /// Whether it is an integer of 64 bits as it stands.
  let fitsInteger: Bool

  // Of any number of up to 15 digits within these powers of ten.
  private static let exponents = -290...290

  // Of numbers of 15 digits between 2^53 and 2^63.
  private static let doubtful = 16...18

  /// Nil for text that is no number.
  init?(_ utf8: UnsafeBufferPointer<UInt8>) {
    var reader = Reader(bytes: utf8)
    reader.skipBlanks()
    let isNegative = reader.skipSign()
    reader.readWhole()
    let hasPoint = reader.skip(UInt8(ascii: "."))
    if hasPoint { reader.readDecimals() }
    guard reader.digitCount > 0 else { return nil }
    let exponent: Int
    var isWhole = !hasPoint
    if reader.skip(UInt8(ascii: "e")) || reader.skip(UInt8(ascii: "E")) {
      guard let read = reader.readExponent() else { return nil }
      exponent = read
      (fitsInteger, isWhole) = (false, false)
    } else {
      exponent = 0
      let limit = UInt64(Int64.max) + (isNegative ? 1 : 0)
      fitsInteger = isWhole && reader.magnitude.map { $0 <= limit } ?? false
    }
    reader.skipBlanks()
    guard reader.isAtEnd else { return nil }
    let power = exponent + reader.firstPower
    // A whole number that is no integer of 64 bits is beyond them, and so is its double.
    mayBecomeInteger =
      !isWhole && reader.significantCount > 0 && Self.doubtful.contains(power)
    fitsDouble =
      reader.significantCount == 0
      || reader.significantCount <= 15 && Self.exponents.contains(power)
  }
}

/// Reads such a text from left to right.
private struct Reader {
  let bytes: UnsafeBufferPointer<UInt8>
  private var position = 0
  private(set) var digitCount = 0
  /// The digits from the first to the last that is not zero.
  private(set) var significantCount = 0
  /// The digits as an integer; nil if they are too many.
  private(set) var magnitude: UInt64? = 0
  /// The power of ten of the first digit that is not zero, before the exponent.
  private(set) var firstPower = 0
  private var pendingZeros = 0

  init(bytes: UnsafeBufferPointer<UInt8>) {
    self.bytes = bytes
  }

  var isAtEnd: Bool { position == bytes.count }

  mutating func skipBlanks() {
    while position < bytes.count, bytes[position] == 0x20 || (9...13).contains(bytes[position]) {
      position += 1
    }
  }

  mutating func skip(_ byte: UInt8) -> Bool {
    guard position < bytes.count, bytes[position] == byte else { return false }
    position += 1
    return true
  }

  mutating func skipSign() -> Bool {
    if skip(UInt8(ascii: "-")) { return true }
    _ = skip(UInt8(ascii: "+"))
    return false
  }

  mutating func readWhole() {
    var count = 0
    while let digit = nextDigit() {
      note(digit)
      if significantCount > 0 { count += 1 }
    }
    firstPower = max(count - 1, 0)
  }

  mutating func readDecimals() {
    var place = 0
    while let digit = nextDigit() {
      place -= 1
      let isFirst = significantCount == 0
      note(digit)
      if isFirst, significantCount > 0 { firstPower = place }
    }
  }

  mutating func readExponent() -> Int? {
    let isNegative = skipSign()
    guard var exponent = nextDigit() else { return nil }
    // Far beyond what fits is as good as farther: it only must not overflow.
    while let digit = nextDigit() { exponent = min(exponent * 10 + digit, 1_000_000) }
    return isNegative ? -exponent : exponent
  }

  private mutating func note(_ digit: Int) {
    digitCount += 1
    if let known = magnitude {
      let (tenfold, isLarge) = known.multipliedReportingOverflow(by: 10)
      let (sum, isLarger) = tenfold.addingReportingOverflow(UInt64(digit))
      magnitude = isLarge || isLarger ? nil : sum
    }
    if digit == 0 {
      if significantCount > 0 { pendingZeros += 1 }
    } else {
      significantCount += pendingZeros + 1
      pendingZeros = 0
    }
  }

  private mutating func nextDigit() -> Int? {
    guard position < bytes.count, bytes[position] >= 48, bytes[position] <= 57 else { return nil }
    position += 1
    return Int(bytes[position - 1]) - 48
  }
}
