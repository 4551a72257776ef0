/// The expression of an assignment, taken apart at `{old.column}` and `{new.column}`.
struct UpsertExpression {
  enum Part {
    case text(Substring)
    case old(String)
    case new(String)
  }

  private(set) var parts: [Part] = []

  /// Takes an expression apart. Braces within strings are characters of the string.
  ///
  /// - Throws: `misuse` for a brace without its twin, and for anything else between braces.
  init(_ text: String, columns: [String]) throws(DatabaseError) {
    var rest = text[...]
    while let brace = Self.brace(in: rest) {
      if brace > rest.startIndex { parts.append(.text(rest[..<brace])) }
      guard rest[brace] == "{", let closing = rest[brace...].firstIndex(of: "}") else {
        throw .misuse("an upsert expression has a brace without its twin")
      }
      parts.append(try Self.reference(rest[brace...closing].dropFirst().dropLast(), columns))
      rest = rest[rest.index(after: closing)...]
    }
    if !rest.isEmpty { parts.append(.text(rest)) }
  }

  /// The value that was to be inserted.
  init(newValue column: String) { parts = [.new(column)] }

  /// The columns whose old values it needs.
  var oldColumns: Set<String> {
    Set(parts.compactMap { if case .old(let column) = $0 { column } else { nil } })
  }

  private static func reference(
    _ name: Substring, _ columns: [String]
  ) throws(DatabaseError) -> Part {
    if name.hasPrefix("old.") { return .old(String(name.dropFirst(4))) }
    guard name.hasPrefix("new.") else {
      throw .misuse("an upsert expression refers to {\(name)}; write {old.x} or {new.x}")
    }
    let column = String(name.dropFirst(4))
    guard columns.contains(column) else {
      throw .misuse("an upsert expression refers to {\(name)}, a column without a new value")
    }
    return .new(column)
  }

  private static func brace(in text: Substring) -> Substring.Index? {
    var isInString = false
    return text.indices.first { index in
      switch text[index] {
      case "'":
        isInString.toggle()
        return false
      case "{", "}": return !isInString
      default: return false
      }
    }
  }
}
