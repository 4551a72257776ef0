import FoundationEssentials
import Testing

@testable import DriverAPI

@Suite("Whatever bytes a server sends [TYPE-7] [TYPE-9]")
struct NumberPropertyTests {
  private func texts(
    _ alphabet: String, count: Int, seed: UInt64, _ body: (String) throws -> Void
  ) rethrows {
    var generator = SeededGenerator(seed: seed)
    let letters = Array(alphabet)
    for _ in 0..<count {
      let length = Int.random(in: 0...60, using: &generator)
      try body(String((0..<length).map { _ in letters.randomElement(using: &generator) ?? "0" }))
    }
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func `digits in any order are a decimal of 38 digits or none`(seed: UInt64) {
    texts("0123456789999.-e", count: 5000, seed: seed) { text in
      guard let number = ExactDecimal(text) else { return }
      #expect(number.unscaled.magnitude < ExactDecimal.limit)
      #expect(ExactDecimal(number.description) == number, "\(text)")
    }
    for digits in 1...60 {
      let text = String(repeating: "9", count: digits)
      #expect((ExactDecimal(text) != nil) == (digits <= 38), "\(digits) nines")
      #expect((ExactDecimal("0." + text) != nil) == (digits <= 38), "\(digits) decimals")
    }
    #expect(ExactDecimal("1e37") != nil && ExactDecimal("1e38") == nil)
    #expect(ExactDecimal("17014118346046923173168730371588410572") != nil)
    #expect(ExactDecimal("170141183460469231731687303715884105728") == nil)
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func `moments in any form are within the calendar or none`(seed: UInt64) {
    texts("0123456789-: +T.ZBC", count: 5000, seed: seed) { text in
      _ = Timestamp(text)
      _ = CalendarDate(text)
    }
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<2000 {
      let bits = Int64(bitPattern: generator.next())
      #expect(ExtendedCalendar.text(microseconds: bits).utf8.count >= 26)
      #expect(ExtendedCalendar.text(days: bits).utf8.count >= 10)
      if let moment = Timestamp(microseconds: bits >> 8) {
        #expect(ExtendedCalendar.text(microseconds: bits >> 8) == moment.description)
      }
    }
  }

  @Test(
    "days and moments of any year are written as PostgreSQL has them",
    arguments: [
      (-719_163, "0001-12-31 BC"), (2_932_897, "10000-01-01"), (-735_200, "0044-02-03 BC"),
      (0, "1970-01-01"), (-719_162, "0001-01-01"),
    ] as [(Int64, String)])
  func extendedCalendar(days: Int64, text: String) {
    #expect(ExtendedCalendar.text(days: days) == text)
    for extreme in [Int64.min, .max] {
      #expect(!ExtendedCalendar.text(days: extreme).isEmpty)
      #expect(!ExtendedCalendar.text(microseconds: extreme).isEmpty)
    }
  }

  @Test func `offsets have seconds where old zones had them`() {
    #expect(Timestamp("1900-01-01 00:19:32+00:19:32") == Timestamp("1900-01-01 00:00:00"))
    #expect(Timestamp("1883-11-18 12:00:00-04:56:02") == Timestamp("1883-11-18 16:56:02"))
  }

  @Test func `empty lists are written as the engine compares them`() throws {
    let none: SQL = "SELECT a FROM t WHERE a NOT IN (\(each: [Int]())) AND b IN (\(each: [Int]()))"
    let array = "SELECT a FROM t WHERE a <> ALL ('{}') AND b = ANY ('{}')"
    #expect(
      try Dialect.postgres.rebind(none.text).text.split(separator: " ")
        == array.split(separator: " "))
    #expect(try Dialect.sqlite.rebind(none.text).text == none.text)
    let elsewhere: SQL = "SELECT f(\(each: [Int]())), minin (\(each: [Int]()))"
    #expect(try Dialect.postgres.rebind(elsewhere.text).text == elsewhere.text)
  }
}
