import NIOCore
import NIOHTTP1

/// Serves the requests of one HTTP connection, one after the other.
final class HTTPHandler: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private let router: HTTPRouter
  private let door: ClientDoor
  private let limits: TransportLimits
  private let deadline: HTTPDeadline
  private let upgrade: WebSocketUpgrade

  private var head: HTTPRequestHead?
  private var body = ByteBuffer()
  private var isTooLong = false

  init(
    router: HTTPRouter, door: ClientDoor, limits: TransportLimits, deadline: HTTPDeadline,
    upgrade: WebSocketUpgrade
  ) {
    self.upgrade = upgrade
    self.router = router
    self.door = door
    self.limits = limits
    self.deadline = deadline
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      self.head = head
      body = ByteBuffer()
      isTooLong = false
    case .body(let part):
      guard !isTooLong else { return }
      isTooLong = body.readableBytes + part.readableBytes > limits.maxBodyBytes
      if isTooLong { refuseBody(context) } else { body.writeImmutableBuffer(part) }
    case .end:
      if !isTooLong { answer(context) }
    }
  }

  /// Garbage was answered with 400 by the handler before this one; a broken socket needs no answer.
  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }

  private func refuseBody(_ context: ChannelHandlerContext) {
    guard let head else { return }
    let text = "The body is longer than \(limits.maxBodyBytes) bytes.\n"
    send(.text(.payloadTooLarge, text), to: head, keepAlive: false, context)
  }

  private func answer(_ context: ChannelHandlerContext) {
    guard let head else { return }
    self.head = nil
    deadline.extend(by: limits.responseTimeout)
    let (path, query) = Self.split(head.uri)
    guard path != ClientDoor.path else { return openWebSocket(head, context) }
    let request = HTTPRequest(
      method: head.method, path: path, query: query, headers: head.headers, body: body,
      clientAddress: door.clientAddress(of: context.channel, head.headers))
    let loop = context.eventLoop
    let bound = NIOLoopBound((self, context), eventLoop: loop)
    let router = router
    // Behind a request to upgrade, to whatever, the parser reads no further.
    let keepAlive = head.isKeepAlive && !head.headers.contains(name: "Upgrade")
    Task {
      let reply = await router.respond(to: request)
      loop.execute {
        let (handler, context) = bound.value
        handler.send(reply, to: head, keepAlive: keepAlive, context)
      }
    }
  }

  /// The path and the query of a request's target.
  static func split(_ uri: String) -> (path: String, query: String) {
    guard let mark = uri.firstIndex(of: "?") else { return (uri, "") }
    return (String(uri[..<mark]), String(uri[uri.index(after: mark)...]))
  }

  private func openWebSocket(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
    if let refusal = door.refusal(of: head.method, head.headers) {
      return send(refusal, to: head, keepAlive: false, context)
    }
    upgrade.answer(to: head, on: context.channel).assumeIsolated().whenComplete { result in
      do {
        let answer = HTTPResponseHead(
          version: .http1_1, status: .switchingProtocols, headers: try result.get())
        context.writeAndFlush(self.wrapOutboundOut(.head(answer)), promise: nil)
        try self.upgrade.switchOver(head, from: self, on: context.channel)
      } catch {
        context.close(promise: nil)
      }
    }
  }

  private func send(
    _ reply: HTTPReply, to request: HTTPRequestHead, keepAlive: Bool,
    _ context: ChannelHandlerContext
  ) {
    guard context.channel.isActive else { return }
    let keepAlive = keepAlive && !deadline.isShuttingDown
    var head = HTTPResponseHead(version: request.version, status: reply.status)
    head.headers.add(name: "Content-Type", value: reply.contentType)
    head.headers.add(name: "Content-Length", value: "\(reply.body.readableBytes)")
    head.headers.add(name: "X-Content-Type-Options", value: "nosniff")
    for (name, value) in reply.headers { head.headers.add(name: name, value: value) }
    if !keepAlive {
      head.headers.add(name: "Connection", value: "close")
    } else if request.version.minor == 0 {
      head.headers.add(name: "Connection", value: "keep-alive")
    }
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    if request.method != .HEAD {
      context.write(wrapOutboundOut(.body(.byteBuffer(reply.body))), promise: nil)
    }
    finish(keepAlive: keepAlive, context)
  }

  private func finish(keepAlive: Bool, _ context: ChannelHandlerContext) {
    let sent = context.writeAndFlush(wrapOutboundOut(.end(nil)))
    if keepAlive {
      deadline.extend(by: limits.keepAliveTimeout)
    } else {
      sent.assumeIsolated().whenComplete { _ in context.close(promise: nil) }
    }
  }
}
