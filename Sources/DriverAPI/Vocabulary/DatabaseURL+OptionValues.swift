// What is wrong with a value is said without quoting it: it may be a secret in the wrong place.
extension DatabaseURL.Options {
  /// Takes an option that is one of some words, in any case; answers the word as listed.
  ///
  /// - Throws: `misuse` that lists the words.
  public mutating func take(
    _ name: String, oneOf words: [String]
  ) throws(DatabaseError) -> String? {
    guard let value = take(name)?.lowercased() else { return nil }
    guard let word = words.first(where: { $0.lowercased() == value }) else {
      throw .misuse("the option '\(name)' must be one of: \(words.joined(separator: ", "))")
    }
    return word
  }

  /// Takes a length of time: a whole number followed by `ms`, `s`, `m` or `h`.
  ///
  /// - Throws: `misuse` for anything else, a number without a unit too.
  public mutating func duration(_ name: String) throws(DatabaseError) -> Duration? {
    guard let value = take(name)?[...] else { return nil }
    let digits = value.prefix { $0.isASCII && $0.isWholeNumber }
    guard let count = Int64(digits),
      let milliseconds = Self.millisecondsPerUnit[String(value[digits.endIndex...])]
    else {
      throw .misuse("the option '\(name)' needs a whole number and a unit: 250ms, 5s, 2m or 1h")
    }
    let (total, overflow) = count.multipliedReportingOverflow(by: milliseconds)
    guard !overflow else {
      throw .misuse("the option '\(name)' is too long a time; give a smaller one, such as 1h")
    }
    return .milliseconds(total)
  }

  private static let millisecondsPerUnit: [String: Int64] = [
    "ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000,
  ]

  /// Takes a switch: on, true, yes, 1 or off, false, no, 0, in any case.
  ///
  /// - Throws: `misuse` for any other word.
  public mutating func flag(_ name: String) throws(DatabaseError) -> Bool? {
    switch take(name)?.lowercased() {
    case nil: return nil
    case "on", "true", "yes", "1": return true
    case "off", "false", "no", "0": return false
    default: throw .misuse("the option '\(name)' must be on or off (true/false, yes/no, 1/0)")
    }
  }

  /// Takes a whole number within a range.
  ///
  /// - Throws: `misuse` that names the range.
  public mutating func integer(
    _ name: String, in range: ClosedRange<Int>
  ) throws(DatabaseError) -> Int? {
    guard let value = take(name) else { return nil }
    guard let number = Int(value), range.contains(number) else {
      throw .misuse(
        "the option '\(name)' must be a whole number, \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }
}
