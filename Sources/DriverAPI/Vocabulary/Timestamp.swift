#if canImport(Glibc)
import Glibc
#endif

/// An instant in UTC to the microsecond, from the year 1 to the year 9999.
public struct Timestamp: Sendable, Hashable {
  /// Microseconds since 1970-01-01T00:00:00Z; negative before it.
  public let microseconds: Int64

  private static let first: Int64 = -62_135_596_800_000_000
  private static let last: Int64 = 253_402_300_799_999_999
  private static let microsecondsPerDay: Int64 = 86_400_000_000

  /// The instant so many microseconds after 1970 began; nil outside the years 1 to 9999.
  public init?(microseconds: Int64) {
    guard (Self.first...Self.last).contains(microseconds) else { return nil }
    self.microseconds = microseconds
  }

  /// The present.
  public static var now: Timestamp {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    let microseconds = Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
    return Timestamp(clamping: microseconds)
  }

  private init(clamping microseconds: Int64) {
    self.microseconds = min(max(microseconds, Self.first), Self.last)
  }

  /// Reads the forms databases and programs write: a date, then after `T` or a blank the time, maybe
  /// with a fraction (cut to microseconds) and a zone (`Z`, `+02:00`, `-0400`; none means UTC). What
  /// Go appends to its own form, a zone's name and a monotonic reading, is passed over.
  ///
  /// Nil for anything else, and for days and times that do not exist.
  public init?(utf8: UnsafeBufferPointer<UInt8>) {
    var scanner = ASCIIScanner(utf8)
    guard let date = CalendarDate(&scanner) else { return nil }
    var microseconds = date.daysSince1970 * Self.microsecondsPerDay
    if !scanner.isAtEnd {
      guard scanner.take("T") || scanner.take(" "), let time = Self.time(&scanner),
        let offset = Self.offset(&scanner), scanner.isAtEnd
      else { return nil }
      microseconds += time - offset
    }
    self.init(microseconds: microseconds)
  }

  private static func time(_ scanner: inout ASCIIScanner) -> Int64? {
    guard let hour = scanner.number(digits: 2), hour < 24, scanner.take(":"),
      let minute = scanner.number(digits: 2), minute < 60
    else { return nil }
    var microseconds = Int64(hour * 3600 + minute * 60) * 1_000_000
    guard scanner.take(":") else { return microseconds }
    guard let second = scanner.number(digits: 2), second < 60 else { return nil }
    microseconds += Int64(second) * 1_000_000
    guard scanner.take(".") else { return microseconds }
    guard let fraction = scanner.millionths() else { return nil }
    return microseconds + fraction
  }

  private static func offset(_ scanner: inout ASCIIScanner) -> Int64? {
    let isSeparated = scanner.take(" ")
    if scanner.take("Z") || scanner.isAtEnd { return 0 }
    let isWest = scanner.take("-")
    guard isWest || scanner.take("+"), let hours = scanner.number(digits: 2), hours < 24 else {
      return nil
    }
    let hasColon = scanner.take(":")
    let minutes = scanner.number(digits: 2) ?? (hasColon ? nil : 0)
    guard let minutes, minutes < 60 else { return nil }
    if isSeparated {
      while scanner.take(" ") { scanner.skipWord() }
    }
    return Int64(hours * 3600 + minutes * 60) * (isWest ? -1_000_000 : 1_000_000)
  }
}

extension Timestamp: Comparable {
  /// Whether the left instant is earlier.
  public static func < (left: Timestamp, right: Timestamp) -> Bool {
    left.microseconds < right.microseconds
  }
}

extension Timestamp: LosslessStringConvertible {
  /// Reads what ``init(utf8:)`` reads.
  public init?(_ description: String) {
    guard let instant = description.withUTF8Bytes({ Timestamp(utf8: $0) }) else { return nil }
    self = instant
  }

  /// `YYYY-MM-DD HH:MM:SS.ffffff` in UTC: always 26 characters, so that texts sort as instants do.
  public var description: String {
    // Arithmetic from the first instant keeps every quotient positive.
    let sinceFirst = microseconds - Self.first
    let days = sinceFirst / Self.microsecondsPerDay + Self.first / Self.microsecondsPerDay
    let rest = sinceFirst % Self.microsecondsPerDay
    let seconds = rest / 1_000_000
    let date = CalendarDate(daysSince1970: days)?.description ?? ""
    let fields = [seconds / 3600, seconds / 60 % 60, seconds % 60]
    let time = fields.map { String.padded($0, to: 2) }.joined(separator: ":")
    return date + " " + time + "." + String.padded(rest % 1_000_000, to: 6)
  }
}
