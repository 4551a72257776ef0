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
      guard rest.utf8[brace] == UInt8(ascii: "{"),
        let closing = rest.utf8[brace...].firstIndex(of: UInt8(ascii: "}"))
      else {
        throw .misuse("an upsert expression has a brace without its twin")
      }
      let name = rest[rest.utf8.index(after: brace)..<closing]
      parts.append(try Self.reference(name, columns))
      rest = rest[rest.utf8.index(after: closing)...]
    }
    if !rest.isEmpty { parts.append(.text(rest)) }
  }

  /// The value that was to be inserted.
  init(newValue column: String) { parts = [.new(column)] }

  /// The columns whose old values it needs.
  var oldColumns: Set<ByteText> {
    Set(parts.compactMap { if case .old(let column) = $0 { ByteText(column) } else { nil } })
  }

  private static func reference(
    _ name: Substring, _ columns: [String]
  ) throws(DatabaseError) -> Part {
    let column = String(Substring(name.utf8.dropFirst(4)))
    if name.utf8.starts(with: "old.".utf8) { return .old(column) }
    guard name.utf8.starts(with: "new.".utf8) else {
      throw .misuse("an upsert expression refers to {\(name)}; write {old.x} or {new.x}")
    }
    guard columns.containsBytes(of: column) else {
      throw .misuse("an upsert expression refers to {\(name)}, a column without a new value")
    }
    return .new(column)
  }

  private static func brace(in text: Substring) -> Substring.Index? {
    var isInString = false
    return text.utf8.indices.first { index in
      switch text.utf8[index] {
      case UInt8(ascii: "'"):
        isInString.toggle()
        return false
      case UInt8(ascii: "{"), UInt8(ascii: "}"): return !isInString
      default: return false
      }
    }
  }
}
