import DriverAPI
import Foundation

extension SQLLogicQuery.ColumnType {
  /// A value as scripts write it: `NULL`, `(empty)`, and `@` for every byte that cannot be printed.
  func shown(_ value: Value) -> String {
    if value == .null { return "NULL" }
    switch self {
    case .integer: return SQLLogicNumber.whole(value)
    case .real: return String(format: "%.3f", SQLLogicNumber.double(value))
    case .text: return Self.printable(SQLLogicText.bytes(value))
    }
  }

  private static func printable(_ bytes: [UInt8]) -> String {
    if bytes.isEmpty { return "(empty)" }
    let shown = bytes.map { (0x20...0x7e).contains($0) ? $0 : UInt8(ascii: "@") }
    return String(decoding: shown, as: UTF8.self)
  }
}

/// A value as text, as the engines agree on it.
enum SQLLogicText {
  static func bytes(_ value: Value) -> [UInt8] {
    if case .bytes(let bytes) = value { bytes } else { Array(text(value).utf8) }
  }

  static func text(_ value: Value) -> String {
    switch value {
    case .null: ""
    case .bool(let isTrue): isTrue ? "1" : "0"
    case .int(let number): "\(number)"
    case .uint(let number): "\(number)"
    case .double(let number): text(number)
    case .text(let text), .json(let text): text
    case .bytes(let bytes): String(decoding: bytes, as: UTF8.self)
    case .uuid(let uuid): uuid.uuidString.lowercased()
    case .timestamp(let instant): "\(instant)"
    case .date(let date): "\(date)"
    case .decimal(let number): "\(number)"
    }
  }

  /// Fifteen digits, and never mistaken for a whole number.
  private static func text(_ number: Double) -> String {
    let text = String(format: "%.15g", number)
    return text.utf8.allSatisfy { $0 == 0x2d || $0 >= 0x30 && $0 <= 0x39 } ? text + ".0" : text
  }
}

/// A value as a number: of a text, what it begins with.
enum SQLLogicNumber {
  static func whole(_ value: Value) -> String {
    switch value {
    case .bool, .int, .uint: SQLLogicText.text(value)
    case .double(let number): "\(truncated(number))"
    case .decimal(let number):
      "\((0..<number.scale).reduce(number.unscaled) { whole, _ in whole / 10 })"
    default: "\(leadingInteger(SQLLogicText.text(value)))"
    }
  }

  static func double(_ value: Value) -> Double {
    switch value {
    case .int(let number): Double(number)
    case .uint(let number): Double(number)
    case .double(let number): number
    // Of what is no number it makes 0, as SQL engines do when they must show a text as a number.
    default: strtod(SQLLogicText.text(value), nil)
    }
  }

  private static func truncated(_ number: Double) -> Int64 {
    if number.isNaN { return 0 }
    return Int64(exactly: number.rounded(.towardZero)) ?? (number < 0 ? .min : .max)
  }

  private static func leadingInteger(_ text: String) -> Int64 {
    let trimmed = text.drop { $0.isWhitespace }
    let sign = trimmed.first.map { $0 == "-" || $0 == "+" } == true ? 1 : 0
    let digits = trimmed.dropFirst(sign).prefix { $0.isASCII && $0.isNumber }
    guard !digits.isEmpty else { return 0 }
    let isNegative = trimmed.first == "-"
    return Int64((isNegative ? "-" : "") + digits) ?? (isNegative ? .min : .max)
  }
}
