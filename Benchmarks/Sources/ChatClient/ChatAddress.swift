/// Where a chat server listens, as written in `ws://host:port/path`.
public struct ChatAddress: Sendable {
  /// The host without brackets.
  public let host: String
  /// The TCP port; 80 when the URL names none.
  public let port: Int
  /// The path with its query, at least `/`.
  public let path: String

  /// Reads a `ws:` URL.
  ///
  /// - Throws: ``ChatClientError`` when the scheme is another one or the host or port is not usable.
  public init(_ url: String) throws(ChatClientError) {
    guard let separator = url.firstRange(of: "://"), url[..<separator.lowerBound] == "ws" else {
      throw ChatClientError("\(url) does not begin with ws://; TLS is not supported here.")
    }
    let rest = url[separator.upperBound...]
    let slash = rest.firstIndex(of: "/") ?? rest.endIndex
    path = slash == rest.endIndex ? "/" : String(rest[slash...])
    var authority = rest[..<slash]
    var portText: Substring = "80"
    if authority.hasPrefix("["), let bracket = authority.lastIndex(of: "]") {
      let tail = authority[authority.index(after: bracket)...]
      if tail.hasPrefix(":") { portText = tail.dropFirst() }
      authority = authority[..<bracket].dropFirst()
    } else if let colon = authority.lastIndex(of: ":") {
      portText = authority[authority.index(after: colon)...]
      authority = authority[..<colon]
    }
    guard let port = Int(portText), (1...65535).contains(port) else {
      throw ChatClientError("The port of \(url) is not a number from 1 to 65535.")
    }
    guard !authority.isEmpty, !path.contains(where: \.isWhitespace) else {
      throw ChatClientError("\(url) has no host, or blanks in its path.")
    }
    host = String(authority)
    self.port = port
  }

  /// Whether the host is this machine, told from its name alone.
  public var isLoopback: Bool {
    host == "localhost" || host == "::1" || (host.hasPrefix("127.") && isDottedNumber)
  }

  /// The value of the `Host` header.
  public var authority: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

  private var isDottedNumber: Bool {
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts.allSatisfy { UInt8($0) != nil }
  }
}
