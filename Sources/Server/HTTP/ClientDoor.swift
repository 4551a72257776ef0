import NIOCore
import NIOHTTP1

/// Who may open a WebSocket, and from where a request comes.
struct ClientDoor: Sendable {
  /// The path of the WebSocket.
  static let path = "/ws"

  var origins: OriginRule
  var proxies: TrustedProxies

  /// The client's address for a request with `headers`.
  func clientAddress(of channel: any Channel, _ headers: HTTPHeaders) -> String {
    proxies.clientAddress(
      peer: channel.remoteAddress?.ipAddress ?? "", forwarded: headers["X-Forwarded-For"],
      realIP: headers.first(name: "X-Real-IP"))
  }

  /// Why a request for the WebSocket is refused; nil if it may be upgraded.
  ///
  /// Never 403, on which the chat's client gives up for good because it takes it for a taken name.
  func refusal(of head: HTTPRequestHead) -> HTTPReply? {
    let headers = head.headers
    guard head.method == .GET else {
      return .text(
        .methodNotAllowed, "Method Not Allowed; use GET\n", headers: [("Allow", "GET")])
    }
    // RFC 6455, 4.1: the request is one of HTTP/1.1 at least.
    guard head.version.minor >= 1 else {
      return .text(.badRequest, "A WebSocket is opened with HTTP/1.1.\n")
    }
    let tokens = headers[canonicalForm: "Upgrade"].map { $0.lowercased() }
    guard tokens.contains("websocket"),
      headers[canonicalForm: "Connection"].contains(where: {
        $0.lowercased() == "upgrade"
      })
    else {
      return .text(.badRequest, "This is a WebSocket; connect with a chat client.\n")
    }
    guard headers.first(name: "Sec-WebSocket-Version") == "13" else {
      return .text(
        .badRequest, "Only WebSocket version 13 is spoken here.\n",
        headers: [("Sec-WebSocket-Version", "13")])
    }
    let keys = headers["Sec-WebSocket-Key"]
    guard keys.count == 1, let key = keys.first else {
      return .text(.badRequest, "The request needs one Sec-WebSocket-Key header.\n")
    }
    guard Self.isKey(key) else {
      return .text(.badRequest, "The Sec-WebSocket-Key header is not 16 bytes in base64.\n")
    }
    let origin = headers.first(name: "Origin")
    return origins.refusal(origin: origin, host: headers.first(name: "Host"))
      .map { .text(.badRequest, "Connection refused: \($0)\n") }
  }

  /// RFC 6455, 4.2.1: the key is 16 bytes in base64, which are 22 digits and two signs that fill up.
  private static func isKey(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    return bytes.count == 24 && bytes[22...] == [UInt8(ascii: "="), UInt8(ascii: "=")]
      && bytes[..<22].allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"):
          true
        default: false
        }
      }
  }
}
