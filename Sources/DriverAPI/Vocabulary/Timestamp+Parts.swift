extension Timestamp {
  /// That moment in UTC; nil for one that no calendar and clock shows.
  public init?(
    _ date: CalendarDate, hour: Int, minute: Int, second: Int, microsecond: Int = 0
  ) {
    guard (0..<24).contains(hour), (0..<60).contains(minute), (0..<60).contains(second),
      (0..<1_000_000).contains(microsecond)
    else { return nil }
    let seconds = Int64(hour * 3600 + minute * 60 + second)
    self.init(
      microseconds: date.daysSince1970 * Self.microsecondsPerDay + seconds * 1_000_000
        + Int64(microsecond))
  }

  /// The day, in UTC.
  public var date: CalendarDate {
    guard let date = CalendarDate(daysSince1970: days) else {
      preconditionFailure("a timestamp outside the calendar")
    }
    return date
  }

  /// The hour of the day, in UTC.
  public var hour: Int { Int(microsecondsOfDay / 3_600_000_000) }
  /// The minute of the hour.
  public var minute: Int { Int(microsecondsOfDay / 60_000_000 % 60) }
  /// The second of the minute.
  public var second: Int { Int(microsecondsOfDay / 1_000_000 % 60) }
  /// The microsecond of the second.
  public var microsecond: Int { Int(microsecondsOfDay % 1_000_000) }

  // Rounded down, also before 1970.
  private var days: Int64 {
    let (quotient, rest) = microseconds.quotientAndRemainder(dividingBy: Self.microsecondsPerDay)
    return rest < 0 ? quotient - 1 : quotient
  }

  private var microsecondsOfDay: Int64 { microseconds - days * Self.microsecondsPerDay }
}
