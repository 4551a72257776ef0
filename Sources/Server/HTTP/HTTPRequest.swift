import NIOCore
import NIOHTTP1

/// One whole request, as a route sees it.
struct HTTPRequest: Sendable {
  var method: HTTPMethod
  /// The path without the query.
  var path: String
  /// What stands behind the question mark, undecoded; empty if there is none.
  var query: String
  var headers: HTTPHeaders
  var body: ByteBuffer
  /// The client's address, as `TrustedProxies` tells it.
  var clientAddress: String
}

/// What a route answers.
struct HTTPReply: Sendable {
  var status: HTTPResponseStatus
  var contentType: String
  var body: ByteBuffer
  /// Headers beside the content type and length.
  var headers: [(name: String, value: String)] = []

  /// A short text for people.
  static func text(
    _ status: HTTPResponseStatus, _ text: String, headers: [(name: String, value: String)] = []
  ) -> HTTPReply {
    HTTPReply(
      status: status, contentType: "text/plain; charset=utf-8", body: ByteBuffer(string: text),
      headers: headers)
  }
}

/// A page of the server.
struct HTTPRoute: Sendable {
  /// The exact path.
  var path: String
  /// The methods it answers; empty means all. `HEAD` is answered wherever `GET` is.
  var methods: [HTTPMethod] = []
  var respond: @Sendable (HTTPRequest) async -> HTTPReply
}

/// Finds the route for a request.
struct HTTPRouter: Sendable {
  private let routes: [String: HTTPRoute]

  init(_ routes: [HTTPRoute]) {
    self.routes = Dictionary(routes.map { ($0.path, $0) }) { _, last in last }
  }

  /// The answer of the route, or 404 or 405 if there is none for the path or the method.
  func respond(to request: HTTPRequest) async -> HTTPReply {
    guard let route = routes[request.path] else { return .text(.notFound, "Not Found\n") }
    let isHeadOfGet = request.method == .HEAD && route.methods.contains(.GET)
    guard route.methods.isEmpty || route.methods.contains(request.method) || isHeadOfGet else {
      let allowed = route.methods.map(\.rawValue).joined(separator: ", ")
      return .text(
        .methodNotAllowed, "Method Not Allowed; use \(allowed)\n", headers: [("Allow", allowed)])
    }
    return await route.respond(request)
  }
}
