extension DatabaseURL {
  /// Reads a text of any form the type's description lists.
  ///
  /// - Throws: ``DatabaseError`` of kind `misuse`, which names the part that is wrong and what helps,
  ///   and never quotes the text. [URL-4]
  public init(_ text: String) throws(DatabaseError) {
    guard !text.isEmpty else {
      throw .misuse("the database URL is empty; give a file path or scheme://host/database")
    }
    guard !text.utf8.contains(0) else {
      throw .misuse("the database URL holds a NUL byte; remove it")
    }
    if let (scheme, rest) = Self.schemeAndRest(of: text[...]) {
      self.init(scheme: scheme)
      try read(rest)
    } else if Self.isKeywordString(text[...]) {
      self.init(scheme: "postgres")
      try readKeywords(text[...])
    } else {
      self.init(scheme: "sqlite")
      try Self.refuseLostScheme(text[...])
      try readVerbatimPath(text[...])
    }
  }

  private mutating func read(_ rest: Substring) throws(DatabaseError) {
    let isURI = rest.begins(with: "//")
    switch scheme {
    case "file": try readFileURI(rest)
    case "sqlite" where isURI: try readEncodedPath(rest.skipping(2))
    case "mysql" where !isURI, "mariadb" where !isURI: try readGoForm(rest)
    case "mysql" where Self.isGoForm(inURI: rest.skipping(2)),
      "mariadb" where Self.isGoForm(inURI: rest.skipping(2)):
      try readGoForm(inURI: rest.skipping(2))
    case "postgres" where !isURI, "postgresql" where !isURI:
      throw .misuse("'//' is missing after '\(scheme):'; write \(scheme)://user@host/database")
    case "postgres", "postgresql":
      try readServerURI(rest.skipping(2))
      try foldPostgresKeywords()
    default:
      if isURI { try readServerURI(rest.skipping(2)) } else { try readOpaqueText(rest) }
    }
  }

  /// Splits `name:rest` where the name is a scheme; a single letter is none.
  private static func schemeAndRest(of text: Substring) -> (String, Substring)? {
    guard let (name, rest) = text.parted(atFirst: ":"), name.utf8.count >= 2,
      name.utf8.first.map(isLetter) ?? false,
      name.utf8.allSatisfy({ isLetter($0) || isDigit($0) || $0 == 43 || $0 == 45 || $0 == 46 })
    else { return nil }
    return (name.lowercased(), rest)
  }

  /// Whether the text starts like `host = …`.
  private static func isKeywordString(_ text: Substring) -> Bool {
    guard let (name, _) = text.parted(atFirst: "=") else { return false }
    let word = name.trimmed()
    return !word.isEmpty && word.utf8.allSatisfy { isLetter($0) || isDigit($0) || $0 == 95 }
  }

  // A password must not end up in the name of a file because its scheme was forgotten or misspelt.
  private static func refuseLostScheme(_ text: Substring) throws(DatabaseError) {
    if text.utf8.contains("@tcp(".utf8) || text.utf8.contains("@unix(".utf8) {
      throw .misuse("the database URL has no scheme; write 'mysql:' before user:password@tcp(…)")
    }
    if text.utf8.contains("://".utf8) {
      throw .misuse(
        "the scheme before '://' is not valid; use a letter, then letters, digits, '+', '-', '.'")
    }
    if text.utf8.contains(UInt8(ascii: "@")) {
      throw .misuse(
        "the database URL has an '@' and no scheme; write postgres:// or mysql:// before the user, "
          + "or sqlite: before the name of a file")
    }
  }

  static func isLetter(_ byte: UInt8) -> Bool {
    (65...90).contains(byte) || (97...122).contains(byte)
  }

  static func isDigit(_ byte: UInt8) -> Bool {
    (48...57).contains(byte)
  }
}
