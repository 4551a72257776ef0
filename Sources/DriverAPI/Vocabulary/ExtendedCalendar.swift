/// Writes days and moments of any year: also those that ``CalendarDate`` and ``Timestamp`` refuse.
///
/// In the form that PostgreSQL has for them: years of at least four digits, and ` BC` at the end of
/// what was before the year 1.
package enum ExtendedCalendar {
  /// The day so many days after 1970-01-01.
  package static func text(days: Int64) -> String {
    let date = date(days)
    return date.text + date.era
  }

  /// The moment so many microseconds after 1970 UTC, to the microsecond as ``Timestamp`` writes it.
  package static func text(microseconds: Int64) -> String {
    text(
      microseconds: microseconds, fraction: padded(microsecondsOfDay(microseconds) % 1_000_000, 6))
  }

  /// The moment as PostgreSQL writes it: without zeros at the end of the fraction.
  ///
  /// - Parameter zone: what follows the time, such as `+00`.
  package static func shortText(microseconds: Int64, zone: String) -> String {
    let fraction = padded(microsecondsOfDay(microseconds) % 1_000_000, 6)
    let count = fraction.utf8.reversed().drop { $0 == UInt8(ascii: "0") }.count
    return text(microseconds: microseconds, fraction: String(fraction.prefix(count)), zone)
  }

  private static func text(
    microseconds: Int64, fraction: String, _ zone: String = ""
  ) -> String {
    let rest = microsecondsOfDay(microseconds)
    let whole = microseconds / Timestamp.microsecondsPerDay
    let date = date(microseconds % Timestamp.microsecondsPerDay < 0 ? whole - 1 : whole)
    let seconds = rest / 1_000_000
    let time =
      "\(padded(seconds / 3600, 2)):\(padded(seconds / 60 % 60, 2)):\(padded(seconds % 60, 2))"
    return "\(date.text) \(time)\(fraction.isEmpty ? "" : "." + fraction)\(zone)\(date.era)"
  }

  // Without an overflow at the earliest moment there is.
  private static func microsecondsOfDay(_ microseconds: Int64) -> Int64 {
    let rest = microseconds % Timestamp.microsecondsPerDay
    return rest < 0 ? rest + Timestamp.microsecondsPerDay : rest
  }

  private static func date(_ days: Int64) -> (text: String, era: String) {
    // In whole cycles of 400 years, which are all alike, from one that the calendar has.
    let cycle: Int64 = 146_097
    let rest = days % cycle
    let within = rest < 0 ? rest + cycle : rest
    guard let twin = CalendarDate(daysSince1970: within) else { return ("", "") }
    let year = Int128(twin.year) + (Int128(days) - Int128(within)) / Int128(cycle) * 400
    let shown = year > 0 ? year : 1 - year
    let digits = String(shown)
    let text = String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits
    let monthAndDay = "-\(padded(Int64(twin.month), 2))-\(padded(Int64(twin.day), 2))"
    return (text + monthAndDay, year > 0 ? "" : " BC")
  }

  private static func padded(_ number: Int64, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
  }
}
