/// A day of the Gregorian calendar, from 0001-01-01 to 9999-12-31, without a time or a zone.
public struct CalendarDate: Sendable, Hashable {
  /// Days since 1970-01-01; negative before it.
  public let daysSince1970: Int64

  private static let first: Int64 = -719_162
  private static let last: Int64 = 2_932_896

  /// The day so many days after 1970-01-01; nil outside the years 1 to 9999.
  public init?(daysSince1970: Int64) {
    guard (Self.first...Self.last).contains(daysSince1970) else { return nil }
    self.daysSince1970 = daysSince1970
  }

  /// A day by year, month (1 to 12) and day; nil if there is no such day.
  public init?(year: Int, month: Int, day: Int) {
    guard (1...9999).contains(year), (1...12).contains(month), day >= 1,
      day <= Self.dayCount(year, month)
    else { return nil }
    // Counting years from March puts the leap day at the end of the year.
    let shifted = month > 2 ? year : year - 1
    let era = shifted / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    daysSince1970 = Int64(era * 146_097 + dayOfEra - 719_468)
  }

  /// Reads `YYYY-MM-DD`; nil for anything else.
  public init?(utf8: UnsafeBufferPointer<UInt8>) {
    var scanner = ASCIIScanner(utf8)
    guard let date = CalendarDate(&scanner), scanner.isAtEnd else { return nil }
    self = date
  }

  init?(_ scanner: inout ASCIIScanner) {
    guard let year = scanner.number(digits: 4), scanner.take("-"),
      let month = scanner.number(digits: 2), scanner.take("-"),
      let day = scanner.number(digits: 2)
    else { return nil }
    self.init(year: year, month: month, day: day)
  }

  /// The year, 1 to 9999.
  public var year: Int { components.year }
  /// The month, 1 to 12.
  public var month: Int { components.month }
  /// The day of the month, from 1.
  public var day: Int { components.day }

  var components: (year: Int, month: Int, day: Int) {
    let shifted = Int(daysSince1970) + 719_468
    let era = shifted / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return (year, month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
  }

  private static func dayCount(_ year: Int, _ month: Int) -> Int {
    switch month {
    case 4, 6, 9, 11: 30
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    default: 31
    }
  }
}

extension CalendarDate: Comparable {
  /// Whether the left day is earlier.
  public static func < (left: CalendarDate, right: CalendarDate) -> Bool {
    left.daysSince1970 < right.daysSince1970
  }
}

extension CalendarDate: LosslessStringConvertible {
  /// Reads `YYYY-MM-DD`; nil for anything else.
  public init?(_ description: String) {
    guard let date = description.withUTF8Bytes({ CalendarDate(utf8: $0) }) else { return nil }
    self = date
  }

  /// `YYYY-MM-DD`.
  public var description: String {
    let (year, month, day) = components
    return String.padded(Int64(year), to: 4) + "-" + String.padded(Int64(month), to: 2) + "-"
      + String.padded(Int64(day), to: 2)
  }
}
