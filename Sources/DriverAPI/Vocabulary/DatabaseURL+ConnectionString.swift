// What follows the colon of a scheme without `//` may be a connection string, as ODBC's is: names and
// values, `name=value;name={any;thing}`, in which braces take what they hold as it stands.
extension DatabaseURL {
  /// A connection string, or another text that only the driver understands, up to the `?` of the
  /// options. A question mark in braces starts none.
  mutating func readOpaqueText(_ text: Substring) throws(DatabaseError) {
    guard let mark = Self.firstUnbraced(UInt8(ascii: "?"), in: text) else {
      try setPath(String(text))
      return
    }
    _ = try takingParameters(from: text[mark...])
    try setPath(String(text[..<mark]))
  }

  /// The text with `***` for everything in it that may be a secret. [URL-4]
  static func maskedOpaqueText(_ text: String) -> String {
    pieces(of: text[...]).map(maskedPiece).joined(separator: ";")
  }

  // Rather too much is hidden than too little: a value may itself hold names and values.
  private static func maskedPiece(_ piece: Substring) -> String {
    guard let (name, value) = piece.parted(atFirst: "=") else {
      return piece.parted(atLast: "@").map { "***@\($0.1)" } ?? String(piece)
    }
    // What stands before an @ may be a password that holds an equals sign.
    if piece.utf8.contains(UInt8(ascii: "@")) {
      return harmlessWords.contains(name.trimmed().lowercased()) ? "\(name)=***" : "***"
    }
    let isShown =
      harmlessWords.contains(name.trimmed().lowercased()) && !Parameter.speaksOfSecret(value)
    return isShown ? String(piece) : "\(name)=***"
  }

  /// Names in connection strings, in small letters, whose values are no secrets.
  private static let harmlessWords: Set<String> = [
    "data source", "database", "dbq", "description", "driver", "dsn", "encrypt", "filedsn", "host",
    "initial catalog", "port", "protocol", "role", "server", "sslmode", "trustservercertificate",
    "trusted_connection", "uid", "user", "user id", "username",
  ]

  /// What stands between semicolons that are not in braces.
  private static func pieces(of text: Substring) -> [Substring] {
    var pieces: [Substring] = []
    var rest = text
    while let end = firstUnbraced(UInt8(ascii: ";"), in: rest) {
      pieces.append(rest[..<end])
      rest = rest[rest.utf8.index(after: end)...]
    }
    return pieces + [rest]
  }

  /// The first such byte outside braces. Only a brace that starts a value opens, and in it a doubled
  /// closing brace stands for one; braces that do not end hold the rest.
  private static func firstUnbraced(_ byte: UInt8, in text: Substring) -> Substring.Index? {
    let utf8 = text.utf8
    var isBraced = false
    var previous: UInt8 = 0
    var index = utf8.startIndex
    while index < utf8.endIndex {
      let current = utf8[index]
      let next = utf8.index(after: index)
      if isBraced, current == UInt8(ascii: "}") {
        if next < utf8.endIndex, utf8[next] == current {
          index = utf8.index(after: next)
          continue
        }
        isBraced = false
      } else if !isBraced, current == UInt8(ascii: "{"), previous == UInt8(ascii: "=") {
        isBraced = true
      } else if !isBraced, current == byte {
        return index
      }
      if !isSpace(current) { previous = current }
      index = next
    }
    return nil
  }
}
