extension Dialect {
  /// An identifier in quotes, as the engine writes them.
  ///
  /// - Throws: `misuse` for a name that is empty, holds NUL, or is longer than the engine keeps.
  public func quoted(_ identifier: String) throws(DatabaseError) -> String {
    if identifier.isEmpty || identifier.utf8.contains(0) {
      throw .misuse("an identifier must have characters and no NUL among them")
    }
    if let limit = maxIdentifierBytes, identifier.utf8.count > limit {
      throw .misuse(
        "the identifier \(identifier) has \(identifier.utf8.count) bytes; \(name) keeps \(limit)")
    }
    let quote = String(identifierQuote)
    guard identifier.contains(identifierQuote) else { return quote + identifier + quote }
    return quote + identifier.replacing(quote, with: quote + quote) + quote
  }

  /// A table's name in quotes, each part of `schema.table` for itself.
  ///
  /// - Throws: as ``quoted(_:)``.
  public func quoted(table: String) throws(DatabaseError) -> String {
    var parts: [String] = []
    for part in table.split(separator: ".", omittingEmptySubsequences: false) {
      parts.append(try quoted(String(part)))
    }
    return parts.joined(separator: ".")
  }
}
