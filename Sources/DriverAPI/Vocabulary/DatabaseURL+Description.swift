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
      return (path.hasPrefix("//") ? "//" : "") + Self.encoded(path, allowing: "/: ")
    case "sqlite" where path.contains("?") || path.contains("//"):
      return "//" + Self.encoded(path, allowing: "/: ")
    case "sqlite": return path
    default: return hidingSecrets ? Self.maskedOpaqueText(path) : path
    }
  }

  /// Whether a file's path begins with what would be user and password in front of a server's name.
  ///
  /// A driver of files refuses such a path, because it is a URL of another kind.
  public var looksLikeCredentials: Bool {
    guard let first = path?.prefix(while: { $0 != "/" }), let at = first.firstIndex(of: "@") else {
      return false
    }
    return first[..<at].contains(":")
  }

  private func credentials(_ hidingSecrets: Bool) -> String {
    guard user != nil || password != nil else { return "" }
    let secret = password.map { ":" + (hidingSecrets ? "***" : Self.encoded($0)) } ?? ""
    return Self.encoded(user ?? "") + secret + "@"
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
  /// `name=value`, with `***` for the value of a secret.
  public var description: String { text(true) }

  func text(_ hidingSecrets: Bool) -> String {
    let isHidden = hidingSecrets && isSecret
    let shown = isHidden ? "***" : DatabaseURL.encoded(value, allowing: "/: ,")
    return "\(DatabaseURL.encoded(name))=\(shown)"
  }

  /// The same as `description`.
  public var debugDescription: String { description }

  /// Shows the description and nothing else.
  public var customMirror: Mirror {
    Mirror(self, children: ["parameter": description], displayStyle: .struct)
  }

  /// Whether the name speaks of a secret. Better one too many than one too few.
  var isSecret: Bool {
    let name = name.lowercased()
    return Self.secretWords.contains { name.contains($0) } || Self.secretNames.contains(name)
  }

  /// Whether a value holds the name of a secret, and so perhaps the secret.
  static func speaksOfSecret(_ value: Substring) -> Bool {
    let value = value.lowercased()
    return secretWords.contains { value.contains($0) }
  }

  private static let secretWords = ["password", "passwd", "passphrase", "pwd", "secret", "token"]
  private static let secretNames: Set<String> = [
    "pass", "key", "hexkey", "textkey", "scram_client_key", "scram_server_key",
  ]
}
