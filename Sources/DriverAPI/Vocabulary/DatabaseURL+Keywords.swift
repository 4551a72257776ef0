extension DatabaseURL {
  /// A `key = value` string: values with blanks stand in single quotes, `\` takes the next character
  /// as it is.
  mutating func readKeywords(_ text: Substring) throws(DatabaseError) {
    var rest = text.utf8[...]
    var last = "the start"
    while true {
      rest = rest.drop(while: Self.isSpace)
      if rest.isEmpty { break }
      let name = rest.prefix { !Self.isSpace($0) && $0 != UInt8(ascii: "=") }
      rest = rest[name.endIndex...].drop(while: Self.isSpace)
      // The word is not quoted: it may be the second half of a password.
      guard rest.popFirst() == UInt8(ascii: "="), !name.isEmpty else {
        throw .misuse(
          "the word after \(last) is not key=value; put values with blanks in single quotes")
      }
      last = "'\(Substring(name))'"
      let isApart = rest.first.map(Self.isSpace) ?? false
      rest = rest.drop(while: Self.isSpace)
      // Most likely the value was left out, and what follows, perhaps a password, is the next name.
      if isApart, rest.prefix(while: { !Self.isSpace($0) && $0 != 0x27 }).contains(0x3d) {
        throw .misuse("\(last) has no value; write '' for an empty one, or put it in quotes")
      }
      let value = try Self.keywordValue(&rest, of: last)
      parameters.append(Parameter(name: String(Substring(name)), value: value))
    }
    try foldPostgresKeywords()
  }

  private static func keywordValue(
    _ rest: inout Substring.UTF8View, of name: String
  ) throws(DatabaseError) -> String {
    let isQuoted = rest.first == UInt8(ascii: "'")
    if isQuoted { rest.removeFirst() }
    var bytes: [UInt8] = []
    while let byte = rest.first {
      if isQuoted ? byte == UInt8(ascii: "'") : isSpace(byte) { break }
      rest.removeFirst()
      guard byte == UInt8(ascii: "\\") else {
        bytes.append(byte)
        continue
      }
      if let escaped = rest.popFirst() { bytes.append(escaped) }
    }
    if isQuoted && rest.popFirst() == nil {
      throw .misuse("the value of \(name) lacks its closing quote; write a quote in it as \\'")
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Moves the parameters that say who and where to the fields for it; they win over the authority.
  mutating func foldPostgresKeywords() throws(DatabaseError) {
    user = try takeKeyword("user") ?? user
    password = try takeKeyword("password") ?? password
    database = try takeKeyword("dbname") ?? database
    if let database, database.utf8.contains("://".utf8) {
      throw .misuse("dbname holds a URL; give that URL alone instead")
    }
    let names = try takeKeyword("host")?[...].pieces(between: ",").map { String($0) }
    var ports: [Int?] = []
    for digits in try takeKeyword("port")?[...].pieces(between: ",") ?? [] {
      ports.append(try Self.port(digits.trimmed()))
    }
    if names == nil && ports.isEmpty { return }
    try setHosts(names ?? hosts.map(\.name), ports: ports.isEmpty ? hosts.map(\.port) : ports)
  }

  private mutating func setHosts(_ names: [String], ports: [Int?]) throws(DatabaseError) {
    let count = max(names.count, 1)
    guard ports.count <= 1 || ports.count == count || ports.allSatisfy({ $0 == nil }) else {
      throw .misuse("there are \(ports.count) ports for \(count) hosts; give one port or one each")
    }
    hosts = (names.isEmpty ? [""] : names).enumerated().map { index, name in
      let port = ports.count == count ? ports[index] : ports.first ?? nil
      return Host(name: name, port: port)
    }
  }

  /// The value of a parameter that may stand once, removed; nil without one, or if it is empty.
  private mutating func takeKeyword(_ name: String) throws(DatabaseError) -> String? {
    let found = parameters.filter { $0.name.hasSameBytes(as: name) }
    guard found.count <= 1 else {
      throw .misuse("'\(name)' is given \(found.count) times; keep one")
    }
    parameters.removeAll { $0.name.hasSameBytes(as: name) }
    return found.first.flatMap { Self.presence(of: $0.value) }
  }
}
