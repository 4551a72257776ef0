extension DatabaseURL {
  /// A path as it stands; options follow the first question mark.
  mutating func readPath(_ text: String) throws(DatabaseError) {
    let (file, query) = Self.splitQuery(text[...])
    path = String(file)
    try readQuery(query)
  }

  /// What follows `sqlite:` or `file:`. Behind `//` percent escapes are decoded, as in any URL; a
  /// `file:` URI is decoded as SQLite does, and an empty authority or `localhost` is skipped.
  mutating func readFile(_ rest: Substring) throws(DatabaseError) {
    let (file, query) = Self.splitQuery(rest)
    if file.hasPrefix("//") {
      var file = file.dropFirst(2)
      if scheme == "file", file.hasPrefix("localhost/") { file = file.dropFirst(9) }
      path = try Self.decoded(file, "path")
    } else {
      path = scheme == "file" ? try Self.decoded(file, "path") : String(file)
    }
    try readQuery(query)
  }

  /// `user:password@host:port,host:port/database?options`
  mutating func readAuthority(_ rest: Substring) throws(DatabaseError) {
    let (place, query) = Self.splitQuery(rest)
    let slash = place.firstIndex(of: "/")
    let authority = slash.map { place[..<$0] } ?? place
    if let slash {
      let name = place[place.index(after: slash)...]
      if !name.isEmpty { database = try Self.decoded(name, "database name") }
    }
    var servers = authority
    // A password may hold an @ that nobody escaped; host names never do.
    if let at = authority.lastIndex(of: "@") {
      try readCredentials(authority[..<at])
      servers = authority[authority.index(after: at)...]
    }
    for server in servers.split(separator: ",") { try readHost(server) }
    try readQuery(query)
  }

  private mutating func readCredentials(_ text: Substring) throws(DatabaseError) {
    let colon = text.firstIndex(of: ":")
    user = try Self.decoded(colon.map { text[..<$0] } ?? text, "user name")
    if let colon { password = try Self.decoded(text[text.index(after: colon)...], "password") }
  }

  private mutating func readHost(_ text: Substring) throws(DatabaseError) {
    var name = text
    var port: Int?
    if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
      name = text[text.index(after: text.startIndex)..<end]
      let rest = text[text.index(after: end)...]
      if rest.hasPrefix(":") { port = try Self.port(rest.dropFirst()) }
    } else if let colon = text.lastIndex(of: ":") {
      name = text[..<colon]
      port = try Self.port(text[text.index(after: colon)...])
    }
    let decoded = try Self.decoded(name, "host name")
    if decoded.hasPrefix("/") {
      socketPath = decoded
    } else {
      hosts.append(Host(name: decoded, port: port))
    }
  }

  /// The form of Go's MySQL driver: `user:password@tcp(host:port)/database?options`. The last slash
  /// separates the database, the last `@` before it ends the credentials, and the first colon in
  /// them begins the password, which may therefore hold any character.
  mutating func readGoForm(_ rest: Substring) throws(DatabaseError) {
    guard let slash = rest.lastIndex(of: "/") else {
      throw .misuse("the \(scheme) address has no slash before the database name")
    }
    let (name, query) = Self.splitQuery(rest[rest.index(after: slash)...])
    if !name.isEmpty { database = try Self.decoded(name, "database name") }
    var place = rest[..<slash]
    if let at = place.lastIndex(of: "@") {
      let credentials = place[..<at]
      let colon = credentials.firstIndex(of: ":")
      user = String(colon.map { credentials[..<$0] } ?? credentials)
      password = colon.map { String(credentials[credentials.index(after: $0)...]) }
      place = place[place.index(after: at)...]
    }
    try readNetwork(place)
    try readQuery(query)
  }

  private mutating func readNetwork(_ text: Substring) throws(DatabaseError) {
    if text.isEmpty { return }
    guard let open = text.firstIndex(of: "(") else {
      if text == "tcp" { return }
      throw .misuse("the \(scheme) address must name its network, as in tcp(host:port)")
    }
    guard text.hasSuffix(")") else {
      throw .misuse("the \(scheme) address has ( without )")
    }
    let address = text[text.index(after: open)...].dropLast()
    switch text[..<open] {
    case "tcp", "tcp4", "tcp6": if !address.isEmpty { try readHost(address) }
    case "unix": socketPath = String(address)
    default: throw .misuse("the \(scheme) address has an unknown network; write tcp() or unix()")
    }
  }

  /// PostgreSQL's `key=value key='quoted value'`.
  mutating func readKeyValue(_ text: String) throws(DatabaseError) {
    scheme = "postgres"
    var rest = text[...]
    while !rest.isEmpty {
      guard let equals = rest.firstIndex(of: "=") else {
        throw .misuse("the connection string has a word without = in it")
      }
      let name = Self.trimmed(rest[..<equals])
      rest = rest[rest.index(after: equals)...].drop { $0 == " " }
      set(name, try Self.keyValue(&rest, name))
      rest = rest.drop { $0.isWhitespace }
    }
    try joinHosts()
  }

  private static func keyValue(
    _ rest: inout Substring, _ name: String
  ) throws(DatabaseError) -> String {
    let isQuoted = rest.first == "'"
    if isQuoted { rest.removeFirst() }
    var value = ""
    while let character = rest.popFirst() {
      if character == "\\", let escaped = rest.popFirst() {
        value.append(escaped)
      } else if isQuoted ? character == "'" : character.isWhitespace {
        return value
      } else {
        value.append(character)
      }
    }
    if isQuoted { throw .misuse("the value of \(name) has a quote that does not end") }
    return value
  }

  private mutating func set(_ name: String, _ value: String) {
    switch name {
    case "user": user = value
    case "password": password = value
    case "dbname": database = value
    default: parameters.append(Parameter(name: name, value: value))
    }
  }

  private mutating func joinHosts() throws(DatabaseError) {
    guard let index = parameters.firstIndex(where: { $0.name == "host" }) else { return }
    let names = parameters.remove(at: index).value.split(separator: ",")
    var ports: [Substring] = []
    if let index = parameters.firstIndex(where: { $0.name == "port" }) {
      ports = parameters.remove(at: index).value.split(separator: ",")
    }
    for (index, name) in names.enumerated() {
      if name.hasPrefix("/") {
        socketPath = String(name)
        continue
      }
      let port = ports.isEmpty ? nil : try Self.port(ports[min(index, ports.count - 1)])
      hosts.append(Host(name: String(name), port: port))
    }
  }

  private mutating func readQuery(_ query: Substring?) throws(DatabaseError) {
    guard let query else { return }
    for part in query.split(separator: "&") {
      let equals = part.firstIndex(of: "=")
      let name = try Self.decoded(equals.map { part[..<$0] } ?? part, "name of an option")
      let value = equals.map { part[part.index(after: $0)...] } ?? ""
      parameters.append(
        Parameter(name: name, value: try Self.decoded(value, "value of option \(name)")))
    }
  }

  private static func splitQuery(_ text: Substring) -> (Substring, Substring?) {
    guard let mark = text.firstIndex(of: "?") else { return (text, nil) }
    return (text[..<mark], text[text.index(after: mark)...])
  }

  private static func port(_ text: Substring) throws(DatabaseError) -> Int {
    guard let port = Int(text), (1...65_535).contains(port) else {
      throw .misuse("the port in the database URL must be a number from 1 to 65535")
    }
    return port
  }

  /// A text with its percent escapes replaced.
  private static func decoded(
    _ text: Substring, _ part: String
  ) throws(DatabaseError) -> String {
    guard text.utf8.contains(UInt8(ascii: "%")) else { return String(text) }
    var bytes: [UInt8] = []
    var rest = text.utf8[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      guard let code = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16),
        rest.count >= 2, code != 0
      else { throw badEscape(part) }
      bytes.append(code)
      rest = rest.dropFirst(2)
    }
    guard let decoded = String(validating: bytes, as: UTF8.self) else { throw badEscape(part) }
    return decoded
  }

  private static func badEscape(_ part: String) -> DatabaseError {
    .misuse("the \(part) in the database URL has a % that is no escape; write %25 for a percent sign")
  }
}
