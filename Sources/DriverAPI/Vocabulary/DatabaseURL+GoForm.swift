extension DatabaseURL {
  /// What follows `mysql:` without `//`: `user:password@tcp(host:port)/database?options`.
  ///
  /// The password stands as it is, whatever it holds, because the parts are found from the outside:
  /// the `/` behind the address starts the database, the last `@` before it ends the credentials, the first `:` in
  /// these splits them.
  mutating func readGoForm(_ text: Substring) throws(DatabaseError) {
    guard let credentials = try readGoPlace(text) else { return }
    if let (name, secret) = credentials.parted(atFirst: ":") {
      user = Self.presence(of: String(name))
      password = String(secret)
    } else {
      user = Self.presence(of: String(credentials))
    }
  }

  /// Whether what follows `mysql://` names its place as Go does: `user:password@tcp(host:port)/…`.
  static func isGoForm(inURI text: Substring) -> Bool {
    let place = text.utf8.prefix { $0 != UInt8(ascii: "?") }
    return place.starts(with: "tcp(".utf8) || place.starts(with: "unix(".utf8)
      || place.contains("@tcp(".utf8) || place.contains("@unix(".utf8)
  }

  /// What follows `mysql://` then. It is a URL, so the user and the password are percent-coded.
  mutating func readGoForm(inURI text: Substring) throws(DatabaseError) {
    if let credentials = try readGoPlace(text) { try readCredentials(credentials) }
  }

  /// Reads all but the user and the password, which are returned; nil if there are none.
  private mutating func readGoPlace(_ text: Substring) throws(DatabaseError) -> Substring? {
    guard let (front, back) = Self.partedAtDatabase(text) else {
      throw .misuse("'/' is missing before the database name; write \(scheme):user@tcp(host)/name")
    }
    let name = try takingParameters(from: back)
    database = try Self.presence(of: Self.decoded(name, "the database name"))
    guard let (credentials, address) = front.parted(atLast: "@") else {
      hosts = try goHosts(front)
      return nil
    }
    hosts = try goHosts(address)
    return credentials
  }

  /// What stands before and after the '/' in front of the database name: the one behind the last
  /// address, since options hold paths too; without an address the last one.
  private static func partedAtDatabase(_ text: Substring) -> (Substring, Substring)? {
    let bytes = text.utf8
    let slash = bytes.indices.dropFirst().last { index in
      bytes[index] == UInt8(ascii: "/") && bytes[bytes.index(before: index)] == UInt8(ascii: ")")
    }
    guard let slash else { return text.parted(atLast: "/") }
    return (text[..<slash], text[bytes.index(after: slash)...])
  }

  private func goHosts(_ text: Substring) throws(DatabaseError) -> [Host] {
    if text.isEmpty || text == "tcp" || text == "tcp()" { return [] }
    guard text.utf8.last == UInt8(ascii: ")"),
      let (network, address) = text.dropLast().parted(atFirst: "("), !address.isEmpty
    else {
      throw .misuse("the address is not tcp(host:port) or unix(/path)")
    }
    switch network {
    case "tcp": return [try Self.host(address)]
    case "unix" where address.begins(with: "/"): return [Host(name: String(address))]
    case "unix": throw .misuse("the path in unix(…) is not absolute; begin it with '/'")
    default: throw .misuse("the network before '(' is neither tcp nor unix")
    }
  }
}
