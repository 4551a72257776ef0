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
  func refusal(of method: HTTPMethod, _ headers: HTTPHeaders) -> HTTPReply? {
    guard method == .GET else {
      return .text(
        .methodNotAllowed, "Method Not Allowed; use GET\n", headers: [("Allow", "GET")])
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
    guard headers["Sec-WebSocket-Key"].count == 1 else {
      return .text(.badRequest, "The request needs one Sec-WebSocket-Key header.\n")
    }
    let origin = headers.first(name: "Origin")
    return origins.refusal(origin: origin, host: headers.first(name: "Host"))
      .map { .text(.badRequest, "Connection refused: \($0)\n") }
  }
}
