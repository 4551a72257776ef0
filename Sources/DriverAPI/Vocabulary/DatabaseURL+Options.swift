extension DatabaseURL {
  /// The options of a URL while a driver reads them.
  ///
  /// Take each option the driver knows, then call ``finish()``, which refuses what is left. [URL-5]
  public struct Options {
    private let scheme: String
    private var left: [Parameter]
    private var known: [String] = []

    init(_ parameters: [Parameter], scheme: String) {
      left = parameters
      self.scheme = scheme
    }

    /// The value of an option, or nil if the URL has none of that name.
    ///
    /// - Throws: `misuse` if it stands there twice.
    public mutating func take(_ name: String) throws(DatabaseError) -> String? {
      known.append(name)
      let values = left.filter { $0.name == name }.map(\.value)
      guard values.count < 2 else {
        throw .misuse("option \(name) stands in the \(scheme) URL \(values.count) times")
      }
      left.removeAll { $0.name == name }
      return values.first
    }

    /// One of several words, whatever their letter case.
    ///
    /// - Throws: `misuse` that lists them.
    public mutating func take(
      _ name: String, oneOf words: [String]
    ) throws(DatabaseError) -> String? {
      guard let value = try take(name) else { return nil }
      if let word = words.first(where: { $0.lowercased() == value.lowercased() }) { return word }
      throw wrong(name, value, "one of " + words.joined(separator: ", "))
    }

    /// On or off.
    ///
    /// - Throws: `misuse` for another word.
    public mutating func flag(_ name: String) throws(DatabaseError) -> Bool? {
      guard let value = try take(name) else { return nil }
      switch value.lowercased() {
      case "on", "true", "yes", "1": return true
      case "off", "false", "no", "0": return false
      default: throw wrong(name, value, "on or off")
      }
    }

    /// A whole number in a range.
    ///
    /// - Throws: `misuse` that names the range.
    public mutating func integer(
      _ name: String, in range: ClosedRange<Int>
    ) throws(DatabaseError) -> Int? {
      guard let value = try take(name) else { return nil }
      if let number = Int(value), range.contains(number) { return number }
      throw wrong(name, value, "a whole number from \(range.lowerBound) to \(range.upperBound)")
    }

    /// A time with its unit: `250ms`, `5s`, `2m`, `1h`.
    ///
    /// - Throws: `misuse` for a number without a unit, because everybody guesses another one.
    public mutating func duration(_ name: String) throws(DatabaseError) -> Duration? {
      guard let value = try take(name) else { return nil }
      let digits = value.prefix { $0.isASCII && $0.isNumber }
      guard let number = Int64(digits), number <= 1_000_000_000 else {
        throw wrong(name, value, "a time such as 250ms or 5s")
      }
      switch value.dropFirst(digits.count) {
      case "ms": return .milliseconds(number)
      case "s": return .seconds(number)
      case "m": return .seconds(number * 60)
      case "h": return .seconds(number * 3600)
      default: throw wrong(name, value, "a time with its unit (ms, s, m, h), such as 250ms or 5s")
      }
    }

    /// Refuses the options nobody took.
    ///
    /// - Throws: `misuse` that names the first, and the one that was probably meant.
    public mutating func finish() throws(DatabaseError) {
      guard let first = left.first else { return }
      let nearest = known.min { $0.editDistance(to: first.name) < $1.editDistance(to: first.name) }
      var hint = known.isEmpty ? "it has none" : "it has " + known.joined(separator: ", ")
      if let nearest, nearest.editDistance(to: first.name) <= 2 {
        hint = "did you mean \(nearest)?"
      }
      throw .misuse("\(scheme) has no option \"\(first.name)\"; \(hint)")
    }

    private func wrong(_ name: String, _ value: String, _ wanted: String) -> DatabaseError {
      let shown = DatabaseURL.isSecret(name) ? "***" : "\"\(value)\""
      return .misuse("option \(name) is \(shown); it must be \(wanted)")
    }
  }
}

extension String {
  /// How many letters must be changed, added or left out to make the other word of this one.
  func editDistance(to other: String) -> Int {
    let letters = Array(other)
    var row = Array(0...letters.count)
    for (index, letter) in enumerated() {
      var diagonal = row[0]
      row[0] = index + 1
      for (column, otherLetter) in letters.enumerated() {
        let change = diagonal + (letter == otherLetter ? 0 : 1)
        diagonal = row[column + 1]
        row[column + 1] = Swift.min(change, row[column] + 1, row[column + 1] + 1)
      }
    }
    return row[letters.count]
  }
}
