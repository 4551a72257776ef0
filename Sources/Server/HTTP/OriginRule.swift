/// Which web pages may open a socket: the check of the `Origin` header that browsers send.
struct OriginRule: Sendable, Equatable {
  /// An origin cut into its parts; the port only if it was written.
  struct Origin: Sendable, Equatable {
    /// The scheme; nil in an allowed entry that any scheme may match.
    var scheme: String?
    /// The host in lower case, without brackets.
    var host: String
    /// The port as written.
    var port: String?
  }

  /// The origins that the operator allows beside the server's own.
  var allowed: [Origin] = []

  /// A rule with allowed entries, each `https://host[:port]` or `host[:port]`.
  init(allowed entries: [String] = []) {
    allowed = entries.compactMap { Self.parse($0) }
  }

  /// Why a page may not connect; nil if it may.
  ///
  /// - Parameters:
  ///   - origin: the `Origin` header; clients that are no browser send none and are let in.
  ///   - host: the `Host` header of the same request.
  func refusal(origin: String?, host: String?) -> String? {
    guard let origin, !origin.isEmpty else { return nil }
    guard let page = Self.parse(origin), page.scheme != nil, !page.host.isEmpty else {
      return "the Origin header is no origin"
    }
    if let host, let server = Self.parse(host) {
      if page.host == server.host { return nil }
      if Self.loopback.contains(page.host), Self.loopback.contains(server.host) { return nil }
    }
    return allowed.contains { $0.admits(page) }
      ? nil : "the Origin is not allowed; the operator can add it to MARCHAT_ALLOWED_ORIGINS"
  }

  private static let loopback: Set = ["localhost", "127.0.0.1", "::1", "0:0:0:0:0:0:0:1"]

  /// Cuts `[scheme://]host[:port][/…]` into its parts; nil if it is not of that form.
  static func parse(_ text: String) -> Origin? {
    var rest = Substring(text.lowercased())
    guard rest.allSatisfy({ $0.isASCII && !$0.isWhitespace }) else { return nil }
    var scheme: String?
    if let mark = rest.firstRange(of: "://") {
      scheme = String(rest[..<mark.lowerBound])
      rest = rest[mark.upperBound...]
      guard scheme?.first?.isLetter == true else { return nil }
    }
    rest = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    if let at = rest.lastIndex(of: "@") { rest = rest[rest.index(after: at)...] }
    guard let (host, port) = hostAndPort(rest) else { return nil }
    return Origin(scheme: scheme, host: host, port: port)
  }

  private static func hostAndPort(_ text: Substring) -> (host: String, port: String?)? {
    var host = text
    var port: Substring?
    if text.hasPrefix("[") {
      guard let end = text.firstIndex(of: "]") else { return nil }
      host = text[text.index(after: text.startIndex)..<end]
      let behind = text[text.index(after: end)...]
      guard behind.isEmpty || behind.hasPrefix(":") else { return nil }
      port = behind.isEmpty ? nil : behind.dropFirst()
    } else if let colon = text.firstIndex(of: ":"), colon == text.lastIndex(of: ":") {
      host = text[..<colon]
      port = text[text.index(after: colon)...]
    }
    if let port, !port.allSatisfy({ $0.isNumber }) { return nil }
    return (String(host), port.flatMap { $0.isEmpty ? nil : String($0) })
  }
}

extension OriginRule.Origin {
  /// Whether this allowed entry lets `page` in.
  ///
  /// With a scheme everything must be equal, and a written port differs from none; without one
  /// the host must be equal, and the port if the entry has one.
  func admits(_ page: OriginRule.Origin) -> Bool {
    guard host == page.host else { return false }
    return scheme == nil
      ? port == nil || port == page.port : scheme == page.scheme && port == page.port
  }
}
