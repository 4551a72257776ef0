/// Reads one RFC 3339 time strictly, as Go does: upper-case `T` and `Z`, two digits everywhere.
struct RFC3339Reader: ~Escapable {
  private let text: Span<UInt8>
  private var offset = 0

  @_lifetime(copy text)
  init(text: Span<UInt8>) {
    self.text = text
  }

  /// Microseconds since 1970 in UTC; nil if the text is no time or anything follows it.
  mutating func microseconds() -> Int64? {
    guard let year = number(digits: 4), skip("-"), let month = number(digits: 2), skip("-"),
      let day = number(digits: 2), skip("T"), let hour = number(digits: 2), skip(":"),
      let minute = number(digits: 2), skip(":"), let second = number(digits: 2),
      let fraction = fraction(), let zone = zoneSeconds(), offset == text.count
    else { return nil }
    guard 1...12 ~= month, day >= 1, day <= CivilDate.dayCount(ofMonth: month, year: year),
      hour < 24, minute < 60, second < 60
    else { return nil }
    let days = CivilDate(year: year, month: month, day: day).daysSince1970
    let seconds = days * 86_400 + hour * 3600 + minute * 60 + second - zone
    return Int64(seconds) * 1_000_000 + Int64(fraction)
  }

  private mutating func skip(_ separator: Unicode.Scalar) -> Bool {
    guard offset < text.count, text[offset] == UInt8(ascii: separator) else { return false }
    offset += 1
    return true
  }

  private mutating func number(digits: Int) -> Int? {
    guard offset + digits <= text.count else { return nil }
    var number = 0
    for place in offset..<offset + digits {
      let digit = text[place] &- 0x30
      guard digit < 10 else { return nil }
      number = number * 10 + Int(digit)
    }
    offset += digits
    return number
  }

  /// The digits behind a point as microseconds; 0 without a point, nil if no digit follows it.
  private mutating func fraction() -> Int? {
    guard skip(".") else { return 0 }
    let start = offset
    var fraction = 0
    var weight = 100_000
    while offset < text.count, text[offset] &- 0x30 < 10 {
      fraction += Int(text[offset] - 0x30) * weight
      weight /= 10
      offset += 1
    }
    return offset > start ? fraction : nil
  }

  /// The zone's distance from UTC, eastwards.
  private mutating func zoneSeconds() -> Int? {
    if skip("Z") { return 0 }
    let sign = skip("+") ? 1 : skip("-") ? -1 : 0
    guard sign != 0, let hours = number(digits: 2), skip(":"), let minutes = number(digits: 2),
      hours < 24, minutes < 60
    else { return nil }
    return sign * (hours * 3600 + minutes * 60)
  }
}
