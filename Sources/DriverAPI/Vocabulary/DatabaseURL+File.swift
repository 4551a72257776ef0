extension DatabaseURL {
  /// A path as it stands, up to the `?` of the options.
  mutating func readVerbatimPath(_ text: Substring) throws(DatabaseError) {
    let rest = try takingParameters(from: text)
    try setPath(String(rest))
  }

  /// What follows `file:`; before the path may stand `//` and an empty host or `localhost`.
  mutating func readFileURI(_ text: Substring) throws(DatabaseError) {
    guard text.begins(with: "//") else {
      try readEncodedPath(text)
      return
    }
    let authority = text.skipping(2)
    let host = authority.authority
    guard host.isEmpty || host.lowercased() == "localhost" else {
      throw .misuse(
        "a file: URI with '//' names a host; write file:relative.db or file:///absolute.db")
    }
    try readEncodedPath(authority[host.endIndex...])
  }

  /// A path with `%XX` in it, up to the `?` of the options; what follows `sqlite://` too, where only
  /// a third slash makes the path absolute.
  mutating func readEncodedPath(_ text: Substring) throws(DatabaseError) {
    // SQLite would drop a fragment without a word, and open another file than the one meant.
    guard !text.utf8.contains(UInt8(ascii: "#")) else {
      throw .misuse("the file path holds a '#'; write it as %23")
    }
    let rest = try takingParameters(from: text)
    try setPath(Self.decoded(rest, "the file path"))
  }

  mutating func setPath(_ path: String) throws(DatabaseError) {
    guard !path.isEmpty else {
      throw .misuse("the database URL names no file or database behind '\(scheme):'")
    }
    self.path = path
  }

  /// Reads the options behind the first `?` and answers what stands before it.
  mutating func takingParameters(from text: Substring) throws(DatabaseError) -> Substring {
    guard let (rest, query) = text.parted(atFirst: "?") else { return text }
    parameters = try Self.parameters(in: query)
    return rest
  }

  private static func parameters(in query: Substring) throws(DatabaseError) -> [Parameter] {
    var parameters: [Parameter] = []
    for (index, piece) in query.pieces(between: "&").enumerated() where !piece.isEmpty {
      let position = "option \(index + 1) of the database URL"
      guard let (name, value) = piece.parted(atFirst: "="), !name.isEmpty else {
        throw .misuse("\(position) is not name=value; a '?', '&' elsewhere is %3F, %26")
      }
      // Most likely the end of a password that holds a '?'; it must not be quoted as a name.
      guard !name.utf8.contains(UInt8(ascii: "@")) else {
        throw .misuse("\(position) has an '@' in its name; a '?' in a password is %3F")
      }
      let plainName = try decoded(name, "the name of \(position)")
      parameters.append(Parameter(name: plainName, value: try decoded(value, "\(position)")))
    }
    return parameters
  }
}
