import NIOHTTP1

/// What RFC 9112 and RFC 9110 ask of the head of a request, beyond what the parser sees to.
enum RequestCheck {
  /// Why a request is refused before its body is read; nil if it is in order.
  static func refusal(of head: HTTPRequestHead, maxBodyBytes: Int) -> HTTPReply? {
    let hosts = head.headers["Host"]
    // RFC 9112, 3.2: exactly one, in every request of HTTP/1.1.
    if hosts.count > 1 || (hosts.isEmpty && head.version.minor >= 1) {
      return .text(.badRequest, "The request needs one Host header.\n")
    }
    if let host = hosts.first, !host.utf8.allSatisfy(isOfHost) {
      return .text(.badRequest, "The Host header is not a host and a port.\n")
    }
    if let length = head.headers.first(name: "Content-Length").flatMap({ Int($0) }),
      length > maxBodyBytes
    {
      return tooLong(maxBodyBytes)
    }
    let expected = head.headers[canonicalForm: "Expect"].map { $0.lowercased() }
    guard expected.allSatisfy({ $0 == "100-continue" }) else {
      return .text(.expectationFailed, "Only 100-continue can be expected here.\n")
    }
    return nil
  }

  /// Whether the client waits for a word before it sends the body. RFC 9110, 10.1.1: a client of
  /// HTTP/1.0 does not, whatever it says.
  static func asksToContinue(_ head: HTTPRequestHead) -> Bool {
    head.version.minor >= 1 && head.headers.contains(name: "Expect")
  }

  static func tooLong(_ maxBodyBytes: Int) -> HTTPReply {
    .text(.payloadTooLarge, "The body is longer than \(maxBodyBytes) bytes.\n")
  }

  /// The path and the query of a request's target, and the host that it names if it is one in
  /// absolute form, which every server must take (RFC 9112, 3.2.2).
  static func parts(of target: String) -> (host: String?, path: String, query: String) {
    var rest = target[...]
    var host: String?
    for scheme in ["http://", "https://", "ws://", "wss://"]
    where rest.prefix(scheme.count).lowercased() == scheme {
      rest = rest.dropFirst(scheme.count)
      let end = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
      host = String(rest[..<end])
      rest = rest[end...]
      break
    }
    let mark = rest.firstIndex(of: "?") ?? rest.endIndex
    let path = rest[..<mark].isEmpty ? "/" : String(rest[..<mark])
    return (host, path, String(rest[mark...].dropFirst()))
  }

  /// RFC 3986, 3.2.2 and 3.2.3: what a host, a literal address and a port are written with.
  private static func isOfHost(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: "-._~%!$&'()*+;=:[]".utf8.contains(byte)
    }
  }
}
