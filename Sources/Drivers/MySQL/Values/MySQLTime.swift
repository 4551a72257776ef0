import CMariaDB
import DriverAPI

extension MYSQL_TIME {
  init(_ date: CalendarDate) {
    self.init()
    year = UInt32(date.year)
    month = UInt32(date.month)
    day = UInt32(date.day)
    time_type = MYSQL_TIMESTAMP_DATE
  }

  init(_ timestamp: Timestamp) {
    let perDay: Int64 = 86_400_000_000
    let (quotient, remainder) = timestamp.microseconds.quotientAndRemainder(dividingBy: perDay)
    let days = remainder < 0 ? quotient - 1 : quotient
    let rest = remainder < 0 ? remainder + perDay : remainder
    guard let date = CalendarDate(daysSince1970: days) else {
      preconditionFailure("a timestamp outside the calendar")
    }
    self.init(date)
    hour = UInt32(rest / 3_600_000_000)
    minute = UInt32(rest / 60_000_000 % 60)
    second = UInt32(rest / 1_000_000 % 60)
    second_part = UInt(rest % 1_000_000)
    time_type = MYSQL_TIMESTAMP_DATETIME
  }
}

/// The parts of a date or time as they stand in a row of the binary protocol, which leaves out what is
/// zero at the end.
struct MySQLTimeParts {
  var year = 0
  var month = 0
  var day = 0
  var hour = 0
  var minute = 0
  var second = 0
  var microsecond = 0

  /// Reads `count` bytes: 0, 4, 7 or 11.
  init(_ bytes: UnsafePointer<UInt8>, count: Int) {
    guard count >= 4 else { return }
    year = Int(bytes[0]) | Int(bytes[1]) << 8
    month = Int(bytes[2])
    day = Int(bytes[3])
    guard count >= 7 else { return }
    hour = Int(bytes[4])
    minute = Int(bytes[5])
    second = Int(bytes[6])
    guard count >= 11 else { return }
    microsecond = Int(UnsafeRawPointer(bytes + 7).loadUnaligned(as: UInt32.self))
  }

  /// Days since 1970, or nil for a date the calendar does not have, such as 0000-00-00.
  var days: Int64? {
    CalendarDate(year: year, month: month, day: day)?.daysSince1970
  }

  /// Microseconds since 1970, or nil for a moment the calendar does not have.
  var microseconds: Int64? {
    guard let days else { return nil }
    let seconds = hour * 3600 + minute * 60 + second
    return days * 86_400_000_000 + Int64(seconds) * 1_000_000 + Int64(microsecond)
  }
}

extension MySQLTimeParts {
  /// A date the calendar does not have, as the server writes it.
  var dateText: String {
    "\(Self.padded(year, 4))-\(Self.padded(month, 2))-\(Self.padded(day, 2))"
  }

  /// A moment the calendar does not have, as the server writes it.
  func dateTimeText(decimals: Int) -> String {
    let whole =
      dateText + " \(Self.padded(hour, 2)):\(Self.padded(minute, 2)):\(Self.padded(second, 2))"
    return decimals == 0 ? whole : whole + "." + Self.padded(microsecond, 6).prefix(decimals)
  }

  /// A length of time, such as `-838:59:59.000000`; up to 34 days, so it is no time of day.
  ///
  /// Twelve bytes at most: sign, days, hours, minutes, seconds and microseconds.
  static func timeText(_ bytes: UnsafePointer<UInt8>, count: Int, decimals: Int) -> String {
    var (sign, hours, minute, second, microsecond) = ("", 0, 0, 0, 0)
    if count >= 8 {
      sign = bytes[0] != 0 ? "-" : ""
      let days = Int(UnsafeRawPointer(bytes + 1).loadUnaligned(as: UInt32.self))
      (hours, minute, second) = (days * 24 + Int(bytes[5]), Int(bytes[6]), Int(bytes[7]))
    }
    if count >= 12 {
      microsecond = Int(UnsafeRawPointer(bytes + 8).loadUnaligned(as: UInt32.self))
    }
    let whole = "\(sign)\(padded(hours, 2)):\(padded(minute, 2)):\(padded(second, 2))"
    return decimals == 0 ? whole : whole + "." + padded(microsecond, 6).prefix(decimals)
  }

  private static func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}
