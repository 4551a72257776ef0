extension DatabaseURL {
  /// What follows `mysql:` without `//`: `user:password@tcp(host:port)/database?options`.
  ///
  /// The password stands as it is, whatever it holds, because the parts are found from the outside:
  /// the last `/` starts the database, the last `@` before it ends the credentials, the first `:` in
  /// these splits them.
  mutating func readGoForm(_ text: Substring) throws(DatabaseError) {
    guard let (front, back) = text.parted(atLast: "/") else {
      throw .misuse("'/' is missing before the database name; write \(scheme):user@tcp(host)/name")
    }
    let name = try takingParameters(from: back)
    database = try Self.presence(of: Self.decoded(name, "the database name"))
    guard let (credentials, address) = front.parted(atLast: "@") else {
      hosts = try goHosts(front)
      return
    }
    hosts = try goHosts(address)
    if let (name, secret) = credentials.parted(atFirst: ":") {
      user = Self.presence(of: String(name))
      password = String(secret)
    } else {
      user = Self.presence(of: String(credentials))
    }
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
