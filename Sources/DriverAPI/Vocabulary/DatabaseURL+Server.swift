extension DatabaseURL {
  /// What follows `//`: `user:password@host:port,host:port/database?options`.
  mutating func readServerURI(_ text: Substring) throws(DatabaseError) {
    let authority = text.authority
    let path = try takingParameters(from: text[authority.endIndex...])
    // A raw '/' in a password would end up here, and later in messages.
    guard !path.utf8.contains(UInt8(ascii: "@")) else {
      throw .misuse(
        "the database name holds an '@'; write it as %40, and a '/' in a password as %2F")
    }
    if let (credentials, servers) = authority.parted(atLast: "@") {
      try readCredentials(credentials)
      hosts = try Self.hosts(in: servers)
    } else {
      hosts = try Self.hosts(in: authority)
    }
    let name = path.begins(with: "/") ? path.skipping(1) : path
    database = name.isEmpty ? nil : try Self.decoded(name, "the database name")
  }

  mutating func readCredentials(_ text: Substring) throws(DatabaseError) {
    guard let (name, secret) = text.parted(atFirst: ":") else {
      user = try Self.presence(of: Self.decoded(text, "the user name"))
      return
    }
    user = try Self.presence(of: Self.decoded(name, "the user name"))
    password = try Self.decoded(secret, "the password")
  }

  /// The text, or nil if it is empty.
  static func presence(of text: String) -> String? {
    text.isEmpty ? nil : text
  }

  private static func hosts(in text: Substring) throws(DatabaseError) -> [Host] {
    guard !text.isEmpty else { return [] }
    var hosts: [Host] = []
    for piece in text.pieces(between: ",") { hosts.append(try host(piece)) }
    return hosts
  }

  /// `name`, `name:port`, `[address]` or `[address]:port`.
  static func host(_ text: Substring) throws(DatabaseError) -> Host {
    guard text.begins(with: "[") else {
      guard let (name, digits) = text.parted(atFirst: ":") else {
        return Host(name: try decoded(text, "the host"))
      }
      return Host(name: try decoded(name, "the host"), port: try port(digits))
    }
    guard let (address, rest) = text.skipping(1).parted(atFirst: "]"), !address.isEmpty,
      rest.isEmpty || rest.begins(with: ":")
    else {
      throw .misuse("the host begins with '[' but is not [address] or [address]:port")
    }
    let name = try decoded(address, "the host")
    return Host(name: name, port: rest.isEmpty ? nil : try port(rest.skipping(1)))
  }

  /// A port, or nil for no digits at all. What is wrong is not quoted: it may be a password.
  static func port(_ digits: Substring) throws(DatabaseError) -> Int? {
    if digits.isEmpty { return nil }
    guard digits.utf8.allSatisfy(isDigit), let port = Int(digits), (1...65_535).contains(port)
    else {
      throw .misuse(
        """
        the port is not a number from 1 to 65535; an IPv6 address needs [brackets], \
        and '/', '?', '@' in a password are %2F, %3F, %40
        """)
    }
    return port
  }
}
