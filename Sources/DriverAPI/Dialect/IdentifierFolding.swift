/// What an engine makes of a name that stands without quotes.
public enum IdentifierFolding: Sendable, Hashable {
  /// Nothing; names are compared regardless of case (SQLite, SQL Server, the columns of MySQL).
  case kept
  /// Small letters: `Items` is `"items"` (PostgreSQL).
  case lower
  /// Capital letters: `items` is `"ITEMS"` (standard SQL, Oracle, Firebird, Db2).
  case upper

  /// A name as the engine keeps it when it is written without quotes; letters in ASCII alone.
  func folded(_ name: String) -> String {
    switch self {
    case .kept: name
    case .lower: name.changingCase(of: UInt8(ascii: "A")...UInt8(ascii: "Z"))
    case .upper: name.changingCase(of: UInt8(ascii: "a")...UInt8(ascii: "z"))
    }
  }

  /// Whether the engine takes `name`, written without quotes, for the name that it keeps.
  func matches(_ kept: String, _ name: String) -> Bool {
    guard self == .kept else { return kept.hasSameBytes(as: folded(name)) }
    return IdentifierFolding.lower.folded(kept)
      .hasSameBytes(as: IdentifierFolding.lower.folded(name))
  }
}

extension Dialect {
  /// A name as the engine keeps it if it was created without quotes. In a program names are in small
  /// letters; one that could not stand without quotes, or has a capital letter, means itself.
  func kept(_ name: String) -> String {
    guard folding == .upper, name.isPlain(letters: UInt8(ascii: "a")...UInt8(ascii: "z")) else {
      return name
    }
    return folding.folded(name)
  }

  /// The name that a program writes for one that the engine keeps: the other way round. For what the engine
  /// tells of tables, columns and constraints, in the catalogue and in ``DatabaseError/details``.
  public func written(_ name: String) -> String {
    guard folding == .upper, name.isPlain(letters: UInt8(ascii: "A")...UInt8(ascii: "Z")) else {
      return name
    }
    return IdentifierFolding.lower.folded(name)
  }
}

extension String {
  fileprivate func changingCase(of letters: ClosedRange<UInt8>) -> String {
    guard utf8.contains(where: letters.contains) else { return self }
    return String(decoding: utf8.map { letters.contains($0) ? $0 ^ 0x20 : $0 }, as: UTF8.self)
  }

  /// Whether it is a name without quotes whose letters are all of that case.
  fileprivate func isPlain(letters: ClosedRange<UInt8>) -> Bool {
    guard let first = utf8.first, letters.contains(first) else { return false }
    return utf8.allSatisfy {
      letters.contains($0) || SQLByte.isDigit($0) || $0 == UInt8(ascii: "_")
        || $0 == UInt8(ascii: "$")
    }
  }
}
