import DriverAPI
import Testing

@Suite("Dates [TYPE-4]") struct CalendarDateTests {
  @Test func `every day of the calendar counts on from the one before and reads back`() throws {
    var expected = try #require(CalendarDate("0001-01-01")?.daysSince1970)
    #expect(expected == -719_162)
    var days = 0
    for year in 1...9999 {
      for month in 1...12 {
        for day in 1...31 {
          guard let date = CalendarDate(year: year, month: month, day: day) else { continue }
          guard date.daysSince1970 == expected, CalendarDate(daysSince1970: expected) == date else {
            Issue.record("\(date) is not day \(expected)")
            return
          }
          expected += 1
          days += 1
        }
      }
    }
    #expect(days == 3_652_059)
  }

  @Test(arguments: [("1970-01-01", 0), ("1969-12-31", -1), ("2000-03-01", 11_017)])
  func `known days have their number`(text: String, days: Int64) {
    #expect(CalendarDate(text)?.daysSince1970 == days)
  }

  @Test(arguments: ["0001-01-01", "1900-02-28", "2000-02-29", "2024-02-29", "9999-12-31"])
  func `a date reads back as it is written`(text: String) {
    #expect(CalendarDate(text)?.description == text)
  }

  @Test(
    arguments: [
      "", "2024", "2024-1-01", "2024-01-1", "24-01-01", "2024-00-01", "2024-13-01", "2024-04-31",
      "2023-02-29", "1900-02-29", "0000-01-01", "2024-01-00", "2024/01/01", "2024-01-01 ",
      " 2024-01-01", "2024-01-01T00:00", "-024-01-01", "2024-01-0\u{663}",
    ])
  func `what is no day is refused`(text: String) {
    #expect(CalendarDate(text) == nil)
  }

  @Test func `days outside the years 1 to 9999 are refused`() {
    #expect(CalendarDate(daysSince1970: -719_163) == nil)
    #expect(CalendarDate(daysSince1970: 2_932_896)?.description == "9999-12-31")
    #expect(CalendarDate(daysSince1970: 2_932_897) == nil)
    #expect(CalendarDate(daysSince1970: .min) == nil)
    #expect(CalendarDate(daysSince1970: .max) == nil)
    #expect(CalendarDate(year: 10_000, month: 1, day: 1) == nil)
    #expect(CalendarDate(year: 2024, month: 1, day: .min) == nil)
  }

  @Test func `the earlier day is the smaller one`() throws {
    let texts = ["1999-12-31", "2000-01-01", "2000-01-02", "2000-02-01"]
    let dates = try texts.map { try #require(CalendarDate($0)) }
    #expect(dates.reversed().sorted() == dates)
  }
}
