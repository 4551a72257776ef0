extension DatabaseURL: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The URL with `***` for each secret; apart from these it reads back as an equal value. [URL-4]
  public var description: String { text(hidingSecrets: true) }

  func text(hidingSecrets: Bool) -> String {
    let query = parameters.map { $0.text(hidingSecrets) }.joined(separator: "&")
    return "\(scheme):\(location(hidingSecrets))" + (query.isEmpty ? "" : "?\(query)")
  }

  /// The same as `description`.
  public var debugDescription: String { description }

  /// Shows the description and nothing else.
  public var customMirror: Mirror {
    Mirror(self, children: ["url": description], displayStyle: .struct)
  }

  private func location(_ hidingSecrets: Bool) -> String {
    guard let path else { return "//" + credentials(hidingSecrets) + servers + databasePath }
    // Somebody took a file for a server: what looks like a password is treated as one.
    if hidingSecrets, looksLikeCredentials { return Self.maskedOpaqueText(path) }
    switch scheme {
    case "file":
      return (path[...].begins(with: "//") ? "//" : "") + Self.encoded(path, allowing: "/: ")
    case "sqlite" where path.utf8.contains(0x3f) || path.utf8.contains("//".utf8):
      return "//" + Self.encoded(path, allowing: "/: ")
    case "sqlite": return path
    default: return hidingSecrets ? Self.maskedOpaqueText(path) : path
    }
  }

  /// Whether a file's path begins with what would be user and password in front of a server's name.
  ///
  /// A driver of files refuses such a path, because it is a URL of another kind.
  public var looksLikeCredentials: Bool {
    // What begins so is the path of a file for sure.
    guard let path, path.utf8.first != UInt8(ascii: "/"), path.utf8.first != UInt8(ascii: "."),
      let (front, _) = path[...].parted(atLast: "@")
    else { return false }
    return front.utf8.contains(UInt8(ascii: ":"))
  }

  private func credentials(_ hidingSecrets: Bool) -> String {
    guard user != nil || password != nil else { return "" }
    let secret = password.map { ":" + (hidingSecrets ? "***" : Self.encoded($0)) } ?? ""
    let name = user ?? ""
    // Two words that grew together, as in `user=password=…`.
    let isHidden = hidingSecrets && Parameter.speaksOfSecret(name[...])
    return (isHidden ? "***" : Self.encoded(name)) + secret + "@"
  }

  private var servers: String {
    hosts.map(\.description).joined(separator: ",")
  }

  private var databasePath: String {
    database.map { "/" + Self.encoded($0, allowing: " ") } ?? ""
  }
}

extension DatabaseURL.Host: CustomStringConvertible {
  /// `name:port` as it stands in a URL: IPv6 addresses in brackets, paths encoded.
  public var description: String {
    let isIPv6 = !isSocket && name.utf8.contains(UInt8(ascii: ":"))
    let shown = DatabaseURL.encoded(name, allowing: isIPv6 ? ":" : "")
    return (isIPv6 ? "[\(shown)]" : shown) + (port.map { ":\($0)" } ?? "")
  }
}

extension DatabaseURL.Parameter: CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  /// `name=value`, with `***` for a value that is not known to be harmless. [URL-6]
  public var description: String { text(true) }

  func text(_ hidingSecrets: Bool) -> String {
    let isHidden = hidingSecrets && !isHarmless
    let shown = isHidden ? "***" : DatabaseURL.encoded(value, allowing: "/: ,")
    return "\(DatabaseURL.encoded(name))=\(shown)"
  }

  /// The same as `description`.
  public var debugDescription: String { description }

  /// Shows the description and nothing else.
  public var customMirror: Mirror {
    Mirror(self, children: ["parameter": description], displayStyle: .struct)
  }

  /// Whether the value may be shown: its name is that of an option in which no secret stands. A name
  /// that is misspelt, or another client's, is in doubt.
  var isHarmless: Bool {
    Self.harmlessNames.contains(name) && name.utf8.allSatisfy { $0 < 0x80 }
      && !value.utf8.contains(UInt8(ascii: "@")) && !Self.speaksOfSecret(value[...])
  }

  /// Whether a value holds the name of a secret, and so perhaps the secret.
  static func speaksOfSecret(_ value: Substring) -> Bool {
    let value = value.lowercased()
    return secretWords.contains { value.contains($0) }
  }

  private static let secretWords = ["password", "passwd", "passphrase", "pwd", "secret", "token"]
}
