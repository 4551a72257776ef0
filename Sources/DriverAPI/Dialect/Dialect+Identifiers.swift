extension Dialect {
  /// An identifier in quotes, as the engine writes them: the same as without, if it can do without.
  ///
  /// Where the engine folds to capital letters, a name in small ones is folded too; see ``folding``.
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
    // Bytes: a quote and an accent behind it are one Character, and to every engine a quote. [REBIND-7]
    guard quote.utf8.count == 1, let byte = quote.utf8.first else {
      throw .misuse("the identifier quote of \(name) is not one character in ASCII")
    }
    let identifier = kept(identifier)
    guard identifier.utf8.contains(byte) else { return quote + identifier + quote }
    return quote + identifier.doubling(byte) + quote
  }

  /// A table's name in quotes, each part of `schema.table` for itself.
  ///
  /// - Throws: as ``quoted(_:)``.
  public func quoted(table: String) throws(DatabaseError) -> String {
    var parts: [String] = []
    for part in table.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false) {
      parts.append(try quoted(String(Substring(part))))
    }
    return parts.joined(separator: ".")
  }
}
