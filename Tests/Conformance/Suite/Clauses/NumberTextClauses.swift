import DriverAPI

// Some engines make a number of a text that writes one, where a column asks for numbers.
let numberTextClauses = [
  Clause("TYPE-8", "A text that writes a number is stored as it says, or refused.", weight: .heavy)
  {
    context in
    let db = try await context.open()
    try await db.createTable("texts", "id {int}, v {text}")
    // Elsewhere a column of numbers takes what its type says of it.
    let bendsText = db.dialect.name == "sqlite"
    let columns = bendsText ? ["NUMERIC", "INTEGER", "REAL", "DECIMAL(10, 5)", "BLOB"] : []
    for (number, column) in columns.enumerated() {
      try await db.createTable("numbers\(number)", "id {int}, v \(column)")
    }
    try await withSeed { generator in
      var texts = fixedTexts
      for _ in 1...300 { texts.append(randomText(using: &generator)) }
      for (id, text) in texts.enumerated() {
        try await db.exec("INSERT INTO texts (id, v) VALUES (?, ?)", id, text)
        for (number, column) in columns.enumerated() {
          let insert = "INSERT INTO numbers\(number) (id, v) VALUES (?, ?)"
          do {
            try await db.exec(SQL(raw: insert, [.int(Int64(id)), .text(text)]))
          } catch let error as DatabaseError where error.kind == .unsupported {
            let isHeld = WrittenNumber(text)?.isHeld(by: column) ?? true
            try expect(!isHeld, "'\(text)' is refused for \(column), which holds it")
          }
        }
      }
      let kept = try await db.query("SELECT v FROM texts ORDER BY id", as: String.self).collect()
      try expectEqual(kept, texts, "texts in a column of text")
      for (number, column) in columns.enumerated() {
        let rows = try await db.query(
          SQL(raw: "SELECT id, v FROM numbers\(number)"), as: (Int, Value).self
        ).collect()
        for (id, value) in rows {
          try expect(
            WrittenNumber.isSame(value, texts[id]), "'\(texts[id])' in \(column) became \(value)")
        }
      }
    }
  }
]

private let fixedTexts: [String] = [
  "0", "-0", "00", "+5", " 7 ", "\t7\n", "1e5", "1E+5", "1e-5", "1e", "1e+", "e5", ".5", "5.", ".",
  "-",
  "", " ", "1.5.2", "0x10", "1 2", "1e400", "1e-400", "0e400", "0.0e999999999", "1e5x", "5-", "--5",
  "9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809",
  "9223372036854780000", "-9256906029026200000", "18446744073709551616", "100000000000000000000",
  "1234567890123456", "12345678901234567",
  "9007199254740993", "9007199254740993.0", "0.1234567890123456", "0.123456789012345",
  "123456789012345.0", "12345678901234.56", "000000000000000000001", "0.000000000000000000000001",
  "123456789012345e275", "123456789012345e276", "1e290", "1e291", "1e308", "1e309", "1e-290",
  "1e-291",
  "0.1e-289", "999999999999999", "9999999999999999", "1000000000000000000000.5",
  "9223372036854775807e0",
  "9223372036854775807.0", "nan", "inf", "Infinity", "1_000", "1,5",
  "12345678901234567890123456789012345",
]

/// A text of digits, with a sign, a point, an exponent and blanks or without.
private func randomText(using generator: inout some RandomNumberGenerator) -> String {
  var text = ["", "", "-", "+", " "].randomElement(using: &generator) ?? ""
  let count = Int.random(in: 1...20, using: &generator)
  let point = Int.random(in: 0...(count * 2), using: &generator)
  for place in 0..<count {
    if place == point { text += "." }
    // Zeros more often than others: they count only between digits.
    text += Bool.random(using: &generator) ? "0" : "\(Int.random(in: 1...9, using: &generator))"
  }
  switch Int.random(in: 0...5, using: &generator) {
  case 0: text += "e\(Int.random(in: -330...330, using: &generator))"
  case 1: text += "E+\(Int.random(in: 0...20, using: &generator))"
  case 2: text += " "
  default: break
  }
  return text
}

/// What a text says that writes a number: its digits without zeros at either end, and the power of ten of the
/// last of them.
private struct WrittenNumber: Equatable {
  var isNegative = false
  var digits: [Character] = []
  var power = 0
  /// Whether it has neither a point nor an exponent.
  var isWhole = true

  /// Nil for a text that writes none.
  init?(_ text: String) {
    var rest = Substring(text)
    let blanks: Set<Character> = [" ", "\t", "\n", "\r", "\r\n", "\u{B}", "\u{C}"]
    while let last = rest.last, blanks.contains(last) { rest.removeLast() }
    rest = rest.drop(while: blanks.contains)
    if let sign = rest.first, sign == "-" || sign == "+" {
      isNegative = sign == "-"
      rest.removeFirst()
    }
    let mantissa = rest.prefix { $0 != "e" && $0 != "E" }
    let parts = mantissa.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    digits = parts.flatMap { Array($0) }
    guard !digits.isEmpty, digits.allSatisfy({ ("0"..."9").contains($0) }) else { return nil }
    if parts.count > 1 { power = -parts[1].count }
    isWhole = parts.count == 1 && mantissa.count == rest.count
    if mantissa.count < rest.count {
      let exponent = rest.dropFirst(mantissa.count + 1)
      let unsigned = exponent.drop { $0 == "-" || $0 == "+" }
      guard exponent.count - unsigned.count <= 1, !unsigned.isEmpty,
        unsigned.allSatisfy({ ("0"..."9").contains($0) }), let number = Int(exponent)
      else { return nil }
      power += number
    }
    while digits.last == "0" {
      digits.removeLast()
      power += 1
    }
    digits = Array(digits.drop { $0 == "0" })
    if digits.isEmpty { (isNegative, power) = (false, 0) }
  }

  /// The power of ten of the first digit.
  private var firstPower: Int { power + digits.count - 1 }

  /// Whether a double surely keeps it: 15 digits it always does.
  var isDouble: Bool { digits.count <= 15 && (-290...290).contains(firstPower) }

  /// Whether a column of that kind surely holds it: as a double of 15 digits, or as an integer.
  func isHeld(by column: String) -> Bool {
    if digits.isEmpty || column == "BLOB" { return true }
    // A whole double becomes an integer where the column takes both, and some have other digits then.
    let isWholeDouble = column != "REAL" && !isWhole && (16...18).contains(firstPower)
    if isDouble, !isWholeDouble { return true }
    guard column != "REAL", isWhole, power >= 0, digits.count + power <= 19 else { return false }
    let text = (isNegative ? "-" : "") + String(digits) + String(repeating: "0", count: power)
    return Int64(text) != nil
  }

  /// Whether a value that was read says what a text said that was stored.
  static func isSame(_ value: Value, _ text: String) -> Bool {
    switch value {
    case .text(let found): found == text
    case .int(let integer): same("\(integer)", text)
    case .double(let double): same("\(double)", text)
    case .decimal(let decimal): same("\(decimal)", text)
    default: false
    }
  }

  private static func same(_ found: String, _ text: String) -> Bool {
    guard let found = WrittenNumber(found), let wanted = WrittenNumber(text) else { return false }
    return found.digits == wanted.digits && found.power == wanted.power
      && found.isNegative == wanted.isNegative
  }
}
