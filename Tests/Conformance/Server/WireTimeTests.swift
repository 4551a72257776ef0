import Testing

@testable import Server

@Suite struct WireTimeTests {
  @Test(
    arguments: [
      ("1970-01-01T00:00:00Z", 0), ("1970-01-01T00:00:00.5Z", 500_000),
      ("1969-12-31T23:59:59.999999Z", -1), ("0001-01-01T00:00:00Z", WireTime.zero.microseconds),
      ("2000-02-29T12:34:56.000001Z", 951_827_696_000_001),
      ("9999-12-31T23:59:59.999999Z", 253_402_300_799_999_999),
    ] as [(String, Int64)])
  func textAndInstant(_ text: String, _ microseconds: Int64) {
    #expect(WireTime(rfc3339: text)?.microseconds == microseconds)
    #expect(WireTime(microseconds: microseconds).rfc3339 == text)
  }

  @Test func offsetsAndNanoseconds() {
    let noon = WireTime(rfc3339: "2026-08-15T12:00:00Z")
    #expect(WireTime(rfc3339: "2026-08-15T14:30:00+02:30") == noon)
    #expect(WireTime(rfc3339: "2026-08-15T07:00:00-05:00") == noon)
    #expect(
      WireTime(rfc3339: "1970-01-01T00:00:00.123456789Z") == WireTime(microseconds: 123_456))
  }

  @Test(arguments: [
    "", "2026-08-15", "2026-08-15 12:00:00Z", "2026-08-15T12:00:00", "2026-8-15T12:00:00Z",
    "2026-02-29T12:00:00Z", "2026-13-01T12:00:00Z", "2026-00-01T12:00:00Z", "2026-01-00T12:00:00Z",
    "2026-08-15T24:00:00Z", "2026-08-15T12:60:00Z", "2026-08-15T12:00:60Z", "2026-08-15T12:00:00.Z",
    "2026-08-15T12:00:00,5Z", "2026-08-15t12:00:00z", "2026-08-15T12:00:00+0200",
    "2026-08-15T12:00:00+24:00", "2026-08-15T12:00:00Z ", "9999-12-31T23:59:59-01:00",
    "0000-01-01T00:00:00+00:01",
  ])
  func refused(_ text: String) {
    #expect(WireTime(rfc3339: text) == nil)
  }

  @Test func everyDayOfFourCenturiesComesBack() {
    for day in -150_000..<0 {
      let date = CivilDate(daysSince1970: day)
      #expect(date.daysSince1970 == day)
    }
  }

  @Test func nowIsThePresent() {
    #expect(WireTime.now.rfc3339 > "2026-01-01")
    #expect(WireTime.now <= WireTime.now)
  }

  @Test func instantsThatHaveNoTextAreClamped() {
    #expect(WireTime(microseconds: .min).rfc3339 == "0000-01-01T00:00:00Z")
    #expect(WireTime(microseconds: .max).rfc3339 == "9999-12-31T23:59:59.999999Z")
  }
}
