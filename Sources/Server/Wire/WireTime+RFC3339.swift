#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

extension WireTime {
  /// Go's zero time, `0001-01-01T00:00:00Z`, which clients send where they have no time.
  static let zero = WireTime(microseconds: -62_135_596_800_000_000)

  /// The first and the last instant that RFC 3339 can write in UTC.
  private static let writable =
    -62_167_219_200_000_000...253_402_300_799_999_999 as ClosedRange<Int64>

  /// The present instant of the system's clock.
  static var now: WireTime {
    var clock = timespec()
    clock_gettime(CLOCK_REALTIME, &clock)
    return WireTime(microseconds: Int64(clock.tv_sec) * 1_000_000 + Int64(clock.tv_nsec) / 1000)
  }

  /// Parses `2026-08-15T10:00:00.5+02:00`; digits beyond the microsecond are cut off.
  ///
  /// Nil if the text is anything else, or if the instant in UTC lies outside the years 0 to 9999.
  init?(rfc3339 text: Span<UInt8>) {
    var reader = RFC3339Reader(text: text)
    guard let microseconds = reader.microseconds(), Self.writable.contains(microseconds) else {
      return nil
    }
    self.microseconds = microseconds
  }

  /// Parses `2026-08-15T10:00:00.5+02:00`; digits beyond the microsecond are cut off.
  init?(rfc3339 text: String) {
    let bytes = Array(text.utf8)
    self.init(rfc3339: bytes.span)
  }

  /// The instant in UTC with as many digits as it needs, such as `2026-08-15T10:00:00.5Z`.
  var rfc3339: String {
    String(unsafeUninitializedCapacity: Self.maxTextCount) { text in
      write(into: text)
    }
  }

  /// The longest text that `write(into:)` makes, in bytes.
  static let maxTextCount = 27

  /// Writes the RFC 3339 text, at most `maxTextCount` bytes, and answers its length.
  ///
  /// Instants outside the years 0 to 9999 have no text; the nearest one that has is written.
  func write(into text: UnsafeMutableBufferPointer<UInt8>) -> Int {
    let instant = min(max(microseconds, Self.writable.lowerBound), Self.writable.upperBound)
    var fraction = Int(instant % 1_000_000)
    if fraction < 0 { fraction += 1_000_000 }
    let seconds = (Int(instant) - fraction) / 1_000_000
    let secondOfDay = ((seconds % 86_400) + 86_400) % 86_400
    let date = CivilDate(daysSince1970: (seconds - secondOfDay) / 86_400)
    var writer = DigitWriter(text: text)
    writer.put(date.year, digits: 4)
    writer.put("-", date.month, digits: 2)
    writer.put("-", date.day, digits: 2)
    writer.put("T", secondOfDay / 3600, digits: 2)
    writer.put(":", secondOfDay / 60 % 60, digits: 2)
    writer.put(":", secondOfDay % 60, digits: 2)
    if fraction > 0 {
      var digits = 6
      while fraction % 10 == 0 { (fraction, digits) = (fraction / 10, digits - 1) }
      writer.put(".", fraction, digits: digits)
    }
    writer.put("Z")
    return writer.count
  }
}

/// Writes padded decimal numbers one behind the other.
private struct DigitWriter {
  let text: UnsafeMutableBufferPointer<UInt8>
  var count = 0

  mutating func put(_ separator: Unicode.Scalar) {
    text[count] = UInt8(ascii: separator)
    count += 1
  }

  mutating func put(_ separator: Unicode.Scalar, _ number: Int, digits: Int) {
    put(separator)
    put(number, digits: digits)
  }

  mutating func put(_ number: Int, digits: Int) {
    var rest = number
    for place in stride(from: count + digits - 1, through: count, by: -1) {
      text[place] = UInt8(rest % 10) + 0x30
      rest /= 10
    }
    count += digits
  }
}
