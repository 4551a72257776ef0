import Glibc

/// A moment to the microsecond, in UTC, within the years 0001 to 9999. [TYPE-4]
public struct Timestamp: Sendable, Hashable {
  /// Microseconds since 1970-01-01 00:00:00 UTC, without leap seconds; negative before it.
  public let microseconds: Int64

  /// The moment so many microseconds from 1970; nil outside the years 0001 to 9999.
  public init?(microseconds: Int64) {
    guard Self.validMicroseconds.contains(microseconds) else { return nil }
    self.microseconds = microseconds
  }

  private init(clamping microseconds: Int64) {
    let range = Self.validMicroseconds
    self.microseconds = min(max(microseconds, range.lowerBound), range.upperBound)
  }

  /// The moment the system's clock shows, cut to the microsecond.
  public static var now: Timestamp {
    var time = timespec()
    // It fails only for a clock that does not exist or an address that is not ours.
    let status = clock_gettime(CLOCK_REALTIME, &time)
    precondition(status == 0, "the system has no real-time clock")
    return Timestamp(clamping: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
  }

  static let microsecondsPerDay: Int64 = 86_400_000_000

  private static let validMicroseconds: ClosedRange<Int64> = {
    let days = CalendarDate.validDays
    return days.lowerBound * microsecondsPerDay...(days.upperBound + 1) * microsecondsPerDay - 1
  }()
}

extension Timestamp: Comparable {
  /// Whether the first moment is the earlier one.
  public static func < (left: Timestamp, right: Timestamp) -> Bool {
    left.microseconds < right.microseconds
  }
}
