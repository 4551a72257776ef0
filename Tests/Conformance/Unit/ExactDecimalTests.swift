import DriverAPI
import Testing

@Suite("Exact decimals [TYPE-4]") struct ExactDecimalTests {
  static let nines = String(repeating: "9", count: 38)

  @Test(
    arguments: [
      "0", "0.00", "1.5", "1.50", "-0.05", "12", "-7", nines, "-" + nines, "0." + nines,
      "-0.00000000000000000000000000000000000001",
    ])
  func `plain numbers keep their scale`(text: String) {
    #expect(ExactDecimal(text)?.description == text)
  }

  @Test(
    arguments: [
      ("+1.5", "1.5"), ("007.10", "7.10"), (".5", "0.5"), ("5.", "5"), ("-0", "0"),
      ("1.5e-3", "0.0015"), ("15e2", "1500"), ("1.25E+1", "12.5"), ("0e999999999999999999", "0"),
      ("1e37", "1" + String(repeating: "0", count: 37)), ("1e-38", "0." + zeros(37) + "1"),
      ("0000000000000000000000000000000000000000000001", "1"),
    ])
  func `other notations are read`(text: String, plain: String) {
    #expect(ExactDecimal(text)?.description == plain)
  }

  static func zeros(_ count: Int) -> String { String(repeating: "0", count: count) }

  @Test(
    arguments: [
      "", "-", "+", ".", "-.", "e5", "1e", "1e+", "1.2.3", "--1", "1 ", " 1", "1,5", "0x10", "NaN",
      "inf", "1_000", "\u{663}", "1" + zeros(38), "0.1" + zeros(38), "1e38", "1e-39",
      "10e37", "1e99999999999999999999", "1e-99999999999999999999",
    ])
  func `what is no number or does not fit is refused`(text: String) {
    #expect(ExactDecimal(text) == nil)
  }

  @Test func `parts out of range are refused`() throws {
    let largest = try #require(Int128(Self.nines))
    #expect(ExactDecimal(unscaled: largest, scale: 38) != nil)
    #expect(ExactDecimal(unscaled: -largest, scale: 0) != nil)
    #expect(ExactDecimal(unscaled: largest + 1, scale: 0) == nil)
    #expect(ExactDecimal(unscaled: .min, scale: 0) == nil)
    #expect(ExactDecimal(unscaled: 1, scale: 39) == nil)
    #expect(ExactDecimal(unscaled: 1, scale: -1) == nil)
  }

  @Test func `one number in two scales is equal as a number only`() throws {
    let short = try #require(ExactDecimal("1.5"))
    let long = try #require(ExactDecimal("1.50"))
    #expect(short != long)
    #expect(short.isNumericallyEqual(to: long))
    #expect(short < long && !(long < short))
    #expect(!short.isNumericallyEqual(to: try #require(ExactDecimal("1.51"))))
  }

  @Test func `numbers are ordered whatever their scales`() throws {
    let texts = [
      "-" + Self.nines, "-2", "-1.50001", "-1.5", "-0.1", "-0." + Self.zeros(37) + "1", "0",
      "0." + Self.nines, "1.4", "1.45", "2", "10.0", Self.nines,
    ]
    let numbers = try texts.map { try #require(ExactDecimal($0)) }
    for (left, right) in zip(numbers, numbers.dropFirst()) {
      #expect(left < right)
      #expect(!(right < left))
    }
  }
}
