import DriverAPI
import Testing

@testable import SQLLogicTest

@Suite("Values are shown as scripts write them")
struct ShowingTests {
  @Test(
    "as text",
    arguments: [
      (.null, "NULL"), ("", "(empty)"), ("a b", "a b"), ("tab\tand\n", "tab@and@"), ("é", "@@"),
      (7, "7"), (true, "1"), (.double(1), "1.0"), (.double(-2.5), "-2.5"),
      (.double(1e300), "1e+300"),
      (.bytes([0x41, 0, 0xff]), "A@@"), (.uint(.max), "18446744073709551615"),
      (.decimal(ExactDecimal(unscaled: 150, scale: 2)!), "1.50"),
    ] as [(Value, String)])
  func text(value: Value, shown: String) {
    #expect(SQLLogicQuery.ColumnType.text.shown(value) == shown)
  }

  @Test(
    "as a whole number",
    arguments: [
      (.null, "NULL"), (-42, "-42"), (false, "0"), (.double(2.9), "2"), (.double(-2.9), "-2"),
      (.double(1e30), "9223372036854775807"), (.double(.nan), "0"), ("  12abc", "12"),
      ("-3.7", "-3"), ("abc", "0"), ("", "0"), ("99999999999999999999", "9223372036854775807"),
      (.decimal(ExactDecimal(unscaled: -1999, scale: 3)!), "-1"),
      (.decimal(ExactDecimal(unscaled: -5, scale: 1)!), "0"),
    ] as [(Value, String)])
  func whole(value: Value, shown: String) {
    #expect(SQLLogicQuery.ColumnType.integer.shown(value) == shown)
  }

  @Test(
    "as a real number",
    arguments: [
      (.null, "NULL"), (3, "3.000"), (.double(0.0005), "0.001"), (.double(-1.0625), "-1.062"),
      ("2.5kg", "2.500"), ("none", "0.000"), (true, "1.000"),
      (.decimal(ExactDecimal(unscaled: 12345, scale: 4)!), "1.234"),
    ] as [(Value, String)])
  func real(value: Value, shown: String) {
    #expect(SQLLogicQuery.ColumnType.real.shown(value) == shown)
  }

  @Test("a difference is told by its place, a hash by how the answer begins")
  func differences() {
    func message(_ expectation: SQLLogicQuery.Expectation, _ found: [String]) -> String? {
      do {
        try expectation.check(found)
        return nil
      } catch let error as SQLLogicMismatch {
        return error.message
      } catch {
        return "\(error)"
      }
    }
    #expect(message(.values(["1", "2"]), ["1", "2"]) == nil)
    #expect(message(.values(["1", "2"]), ["1", "3"]) == "value 2: expected 2, found 3")
    #expect(message(.values(["1", "2"]), ["1"]) == "expected 2 values, found 1")
    #expect(message(.values([]), ["1"]) == "expected 0 values, found 1")
    // The digest of "1\n2\n".
    let digest = "6ddb4095eb719e2a9f0a3f95677d24e0"
    #expect(message(.hash(valueCount: 2, digest: digest), ["1", "2"]) == nil)
    #expect(message(.hash(valueCount: 3, digest: digest), ["1", "2"]) != nil)
    let other = message(.hash(valueCount: 2, digest: digest), ["2", "1"])
    #expect(other?.hasSuffix("; they begin with 2 1") == true)
  }
}
