extension DatabaseURL {
  /// The parameters, to be taken one by one.
  public var options: Options { Options(parameters) }

  /// The options of a URL on their way to the driver: it takes those it knows and then calls
  /// ``finish()``, which refuses the rest. Names are matched as written, byte by byte. [URL-5]
  public struct Options: Sendable {
    /// What nobody has taken yet, in order. A driver whose client library defines options of its own
    /// empties it into that library.
    public private(set) var remaining: [Parameter]
    private var known: [String] = []
    private var repeated: String?

    init(_ parameters: [Parameter]) {
      remaining = parameters
      var seen: Set<ByteText> = []
      repeated = parameters.first { !seen.insert(ByteText($0.name)).inserted }?.name
    }

    /// Takes an option as text; nil if it is not given.
    public mutating func take(_ name: String) -> String? {
      if !known.contains(name) { known.append(name) }
      guard let index = remaining.firstIndex(where: { $0.name.hasSameBytes(as: name) }) else {
        return nil
      }
      return remaining.remove(at: index).value
    }

    /// Calls options by the names the driver knows them by, where other clients have other words for
    /// the same.
    ///
    /// - Parameter words: the driver's name for each foreign one.
    /// - Throws: `misuse` if two that are given mean the same.
    public mutating func rename(_ words: [String: String]) throws(DatabaseError) {
      for index in remaining.indices {
        let word = remaining[index].name
        guard let name = Self.meaning(of: word, words) else { continue }
        let meaningTheSame = remaining.enumerated().first {
          let other = $0.element.name
          return $0.offset != index
            && (other.hasSameBytes(as: name) || Self.meaning(of: other, words) == name)
        }
        if let other = meaningTheSame?.element.name {
          throw .misuse("the options '\(other)' and '\(word)' say the same; keep one")
        }
        remaining[index] = Parameter(name: name, value: remaining[index].value)
      }
    }

    /// Puts in an option that another one stands for.
    package mutating func add(_ name: String, _ value: String) {
      remaining.append(Parameter(name: name, value: value))
    }

    private static func meaning(of word: String, _ words: [String: String]) -> String? {
      word.utf8.allSatisfy { $0 < 0x80 } ? words[word] : nil
    }

    /// Takes all that is left, for a client library that defines and checks options itself.
    ///
    /// - Throws: `misuse` if an option is given twice.
    public mutating func takeRemaining() throws(DatabaseError) -> [Parameter] {
      try refuseRepeated()
      defer { remaining = [] }
      return remaining
    }

    /// Refuses what nobody took.
    ///
    /// - Throws: `misuse` that names an option given twice, or the first one not known, the known
    ///   name nearest to it, and all known ones.
    public mutating func finish() throws(DatabaseError) {
      try refuseRepeated()
      guard let unknown = remaining.first else { return }
      let nearest = known.map { ($0, Self.editDistance(unknown.name, $0)) }.min { $0.1 < $1.1 }
      let hint = nearest.flatMap { $0.1 <= 2 ? "; did you mean '\($0.0)'?" : nil } ?? ""
      let list = known.isEmpty ? "none is known" : "known: " + known.joined(separator: ", ")
      throw .misuse("the option '\(unknown.name)' is unknown\(hint) (\(list))")
    }

    private func refuseRepeated() throws(DatabaseError) {
      if let repeated { throw .misuse("the option '\(repeated)' is given twice; keep one") }
    }

    /// How many insertions, removals and replacements make one name of the other.
    private static func editDistance(_ left: String, _ right: String) -> Int {
      let right = Array(right.utf8)
      var row = Array(0...right.count)
      for (index, byte) in left.utf8.enumerated() {
        var diagonal = row[0]
        row[0] = index + 1
        for column in right.indices {
          let replaced = diagonal + (byte == right[column] ? 0 : 1)
          diagonal = row[column + 1]
          row[column + 1] = min(replaced, diagonal + 1, row[column] + 1)
        }
      }
      return row[right.count]
    }
  }
}
