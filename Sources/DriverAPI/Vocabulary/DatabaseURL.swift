/// What ``Database/open(_:configuration:registry:)`` is given, taken apart.
///
/// Understands URLs, the short forms of SQLite, PostgreSQL's `key=value` strings and the form that
/// Go's MySQL driver uses. Keeps the password to itself: no description, error, log or mirror of it
/// shows one. [URL-3, URL-4]
public struct DatabaseURL: Sendable, Hashable {
  /// One server of possibly several.
  public struct Host: Sendable, Hashable {
    /// A name or an address; an IPv6 address without brackets.
    public var name: String
    /// The port, if the URL names one.
    public var port: Int?
  }

  /// One option, decoded.
  public struct Parameter: Sendable, Hashable {
    /// The option's name as written.
    public var name: String
    /// Its value; empty if there was none.
    public var value: String
  }

  /// The scheme in lower case, as written; `sqlite` for a bare path, `postgres` for `key=value`.
  public internal(set) var scheme: String
  /// The user's name.
  public internal(set) var user: String?
  /// The password. Goes to the server and nowhere else.
  public internal(set) var password: String?
  /// The servers, in the order to try them.
  public internal(set) var hosts: [Host] = []
  /// The directory or file of a Unix socket.
  public internal(set) var socketPath: String?
  /// The database's name on its server.
  public internal(set) var database: String?
  /// The file, for engines that have one; `:memory:` for none.
  public internal(set) var path: String?
  /// The options, in order.
  public internal(set) var parameters: [Parameter] = []

  /// Takes a text apart.
  ///
  /// - Throws: `misuse` that names the part which is wrong; never the whole text, in which the
  ///   password stands.
  public init(_ text: String) throws(DatabaseError) {
    let trimmed = Self.trimmed(text)
    if trimmed.isEmpty {
      throw .misuse("the database URL is empty; write sqlite:app.db or postgres://host/name")
    }
    if trimmed.utf8.contains(0) { throw .misuse("the database URL contains a NUL character") }
    self.init(scheme: "sqlite")
    guard let (scheme, rest) = Self.splitScheme(trimmed) else {
      if Self.isKeyValue(trimmed) { try readKeyValue(trimmed) } else { try readPath(trimmed) }
      return
    }
    self.scheme = scheme
    switch scheme {
    case "sqlite", "file": try readFile(rest)
    case "mysql" where !rest.hasPrefix("//"), "mariadb" where !rest.hasPrefix("//"):
      try readGoForm(rest)
    default:
      if rest.hasPrefix("//") { try readAuthority(rest.dropFirst(2)) } else { path = String(rest) }
    }
  }

  init(scheme: String) { self.scheme = scheme }

  /// The options, to be taken one by one.
  public var options: Options { Options(parameters, scheme: scheme) }

  /// The scheme and what follows its colon, unless the text is a bare path or `:memory:`.
  ///
  /// Two letters at least, so that a drive letter is none, and no slash before the colon: then it is
  /// a path. Anything else with a colon is a scheme, known or not: a typo must not become a file.
  private static func splitScheme(_ text: String) -> (String, Substring)? {
    guard let colon = text.firstIndex(of: ":") else { return nil }
    let name = text[..<colon]
    guard name.utf8.count >= 2, let first = name.utf8.first, first | 0x20 >= 0x61,
      first | 0x20 <= 0x7a,
      name.utf8.allSatisfy({ SQLLexer.isWord($0) || [0x2b, 0x2d, 0x2e].contains($0) })
    else { return nil }
    return (name.lowercased(), text[text.index(after: colon)...])
  }

  private static func isKeyValue(_ text: String) -> Bool {
    guard let equals = text.firstIndex(of: "=") else { return false }
    let name = text[..<equals].filter { $0 != " " }
    return !name.isEmpty && name.utf8.allSatisfy(SQLLexer.isWord)
  }

  static func trimmed(_ text: some StringProtocol) -> String {
    var rest = Substring(text)
    while let first = rest.first, first.isWhitespace { rest.removeFirst() }
    while let last = rest.last, last.isWhitespace { rest.removeLast() }
    return String(rest)
  }
}

extension DatabaseURL: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The URL with `***` for every secret.
  public var description: String {
    var text = scheme + ":"
    if let path {
      text += path
    } else {
      let credentials = user.map { $0 + (password == nil ? "" : ":***") + "@" } ?? ""
      let servers = hosts.map { $0.name + ($0.port.map { ":\($0)" } ?? "") }
      text += "//" + credentials + (socketPath ?? servers.joined(separator: ","))
      text += database.map { "/" + $0 } ?? ""
    }
    let shown = parameters.map { "\($0.name)=\(Self.isSecret($0.name) ? "***" : $0.value)" }
    return shown.isEmpty ? text : text + "?" + shown.joined(separator: "&")
  }

  /// The same as ``description``.
  public var debugDescription: String { description }

  /// Shows ``description`` and no part of its own.
  public var customMirror: Mirror { Mirror(self, children: ["redacted": description]) }

  /// Whether an option of that name holds something nobody may see.
  static func isSecret(_ name: String) -> Bool {
    let name = name.lowercased()
    return ["password", "passwd", "pwd", "secret", "token", "passphrase"]
      .contains { name.contains($0) }
  }
}
