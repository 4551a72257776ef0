import DriverAPI
import Testing

@Suite("Timestamps [TYPE-4]") struct TimestampTests {
  @Test(
    arguments: [
      ("1970-01-01", "1970-01-01 00:00:00.000000"),
      ("2026-04-03 12:23", "2026-04-03 12:23:00.000000"),
      ("2026-04-03 12:23:51", "2026-04-03 12:23:51.000000"),
      ("2026-04-03T12:23:51Z", "2026-04-03 12:23:51.000000"),
      ("2026-04-03t12:23:51z", "2026-04-03 12:23:51.000000"),
      ("2026-04-03 12:23:51 Z", "2026-04-03 12:23:51.000000"),
      ("2026-04-03 12:23:51.5", "2026-04-03 12:23:51.500000"),
      ("2026-04-03 12:23:51.1234569999", "2026-04-03 12:23:51.123456"),
      ("1969-12-31 23:59:59.9999999", "1969-12-31 23:59:59.999999"),
      ("2026-04-03T12:23:51+02:00", "2026-04-03 10:23:51.000000"),
      ("2026-04-03 12:23:51+02", "2026-04-03 10:23:51.000000"),
      ("2026-04-03 12:23:51.25-0330", "2026-04-03 15:53:51.250000"),
      ("2024-02-29 23:30:00-01:00", "2024-03-01 00:30:00.000000"),
      ("0001-01-01 00:00:00", "0001-01-01 00:00:00.000000"),
      ("9999-12-31 23:59:59.999999", "9999-12-31 23:59:59.999999"),
    ])
  func `every form is read as its moment in UTC`(text: String, moment: String) {
    #expect(Timestamp(text)?.description == moment)
  }

  @Test(
    arguments: [
      "2026-04-03 12:23:51.123456789 -0400 EDT m=+12.3", "2026-04-03 12:23:51.123456789 -0400 EDT",
      "2026-04-03 12:23:51.123456789 -0400 -04", "2026-04-03 12:23:51.123456789 -0400",
      "2026-04-03 16:23:51.123456789 +0000 UTC m=-0.000012345",
      "2026-04-03 21:53:51.123456789 +0530 +0530 m=+1",
    ])
  func `what Go prints is read by its offset`(text: String) {
    #expect(Timestamp(text)?.description == "2026-04-03 16:23:51.123456")
  }

  @Test(
    arguments: [
      "", "now", "2026-04", "2026-04-03 ", "2026-04-03T", "2026-04-03  12:23:51",
      "2026-04-03_12:23:51", "2026-04-03 12", "2026-04-03 24:00:00", "2026-04-03 23:60:00",
      "2026-04-03 23:59:60", "2026-04-03 1:02:03", "2026-04-03 12:23:51.", "2026-04-03 12:23:51,5",
      "2026-04-03 12:23:51.5.5", "2026-04-03 12:23:51+2", "2026-04-03 12:23:51+24:00",
      "2026-04-03 12:23:51+02:60", "2026-04-03 12:23:51+02:", "2026-04-03 12:23:51+020",
      "2026-04-03 12:23:51ZZ", "2026-04-03 12:23:51 EDT", "2026-04-03 12:23:51 ",
      "2026-04-03 12:23:51 -0400 ", "2026-04-03 12:23:51 -0400 EDT m=12",
      "2026-04-03 12:23:51 -0400 EDT m=+", "2026-04-03 12:23:51 -0400 EDT m=+1.",
      "2026-04-03 12:23:51 -0400 EDT x", "2025-02-29 12:00:00", "2026-04-03 12:23:51Z\0",
    ])
  func `what is no moment is refused`(text: String) {
    #expect(Timestamp(text) == nil)
  }

  @Test func `a zone may not lead out of the years 1 to 9999`() {
    #expect(Timestamp("0001-01-01 00:00:00+00:01") == nil)
    #expect(Timestamp("9999-12-31 23:59:59-00:01") == nil)
    #expect(Timestamp(microseconds: -62_135_596_800_000_001) == nil)
    #expect(Timestamp(microseconds: 253_402_300_800_000_000) == nil)
    #expect(Timestamp(microseconds: .min) == nil)
    #expect(Timestamp(microseconds: .max) == nil)
  }

  @Test(arguments: [-62_135_596_800_000_000, -1, 0, 1, 253_402_300_799_999_999])
  func `microseconds survive the text`(microseconds: Int64) throws {
    let moment = try #require(Timestamp(microseconds: microseconds))
    #expect(Timestamp(moment.description) == moment)
    #expect(moment.description.utf8.count == 26)
  }

  @Test func `the order of moments is the order of their texts`() throws {
    let moments = try [5, -1, 1_000_000, -86_400_000_001].map {
      try #require(Timestamp(microseconds: $0))
    }
    let texts = moments.sorted().map(\.description)
    #expect(texts == texts.sorted())
    #expect(texts.first == "1969-12-30 23:59:59.999999")
  }

  @Test func `now lies after this was written and does not run backwards`() throws {
    let earlier = Timestamp.now
    #expect(earlier > (try #require(Timestamp("2026-01-01"))))
    #expect(Timestamp.now >= earlier)
  }
}
