import NIOCore
import NIOHTTP1

/// Serves the requests of one HTTP connection, one after the other.
///
/// An answer waits until the client has taken those before it, and nothing is read meanwhile: else
/// requests in a row whose answers nobody reads would fill the memory.
final class HTTPHandler: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundIn = HTTPServerResponsePart
  typealias OutboundOut = HTTPServerResponsePart

  private let router: HTTPRouter
  private let door: ClientDoor
  private let limits: TransportLimits
  private let deadline: HTTPDeadline
  private let upgrade: WebSocketUpgrade

  private var head: HTTPRequestHead?
  private var body = ByteBuffer()
  /// Whether the request is answered already, so that its body means nothing.
  private var isRefused = false
  private var waiting: Answer?
  private var isReadHeld = false

  private struct Answer {
    var reply: HTTPReply
    var request: HTTPRequestHead
    var keepAlive: Bool
  }

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
    case .head(let head): begin(head, context)
    case .body(let part):
      guard !isRefused, let head else { return }
      if body.readableBytes + part.readableBytes > limits.maxBodyBytes {
        refuse(head, RequestCheck.tooLong(limits.maxBodyBytes), context)
      } else {
        body.writeImmutableBuffer(part)
      }
    case .end:
      if !isRefused { answer(context) }
    }
  }

  func read(context: ChannelHandlerContext) {
    if waiting == nil, context.channel.isWritable { context.read() } else { isReadHeld = true }
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    if context.channel.isWritable {
      if let answer = waiting {
        waiting = nil
        write(answer, context)
      }
      if isReadHeld {
        isReadHeld = false
        read(context: context)
      }
    }
    context.fireChannelWritabilityChanged()
  }

  /// What was read too much is read by whoever takes the connection over.
  func handlerRemoved(context: ChannelHandlerContext) {
    if isReadHeld { context.channel.read() }
  }

  /// Garbage was answered with 400 by the handler before this one; a broken socket needs no answer.
  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }

  private func begin(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
    var head = head
    if let host = RequestCheck.parts(of: head.uri).host {
      head.headers.replaceOrAdd(name: "Host", value: host)
    }
    self.head = head
    body = ByteBuffer()
    isRefused = false
    if let reply = RequestCheck.refusal(of: head, maxBodyBytes: limits.maxBodyBytes) {
      refuse(head, reply, context)
    } else if RequestCheck.asksToContinue(head) {
      let goOn = HTTPResponseHead(version: .http1_1, status: .continue)
      context.writeAndFlush(wrapOutboundOut(.head(goOn)), promise: nil)
    }
  }

  /// Answers before the whole request is there, and closes: where it ends is not waited for.
  private func refuse(
    _ head: HTTPRequestHead, _ reply: HTTPReply, _ context: ChannelHandlerContext
  ) {
    isRefused = true
    send(reply, to: head, keepAlive: false, context)
  }

  private func answer(_ context: ChannelHandlerContext) {
    guard let head else { return }
    self.head = nil
    deadline.extend(by: limits.responseTimeout)
    let (_, path, query) = RequestCheck.parts(of: head.uri)
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

  private func openWebSocket(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
    if let refusal = door.refusal(of: head) {
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
    let answer = Answer(reply: reply, request: request, keepAlive: keepAlive)
    if context.channel.isWritable { write(answer, context) } else { waiting = answer }
  }

  private func write(_ answer: Answer, _ context: ChannelHandlerContext) {
    let (reply, request) = (answer.reply, answer.request)
    let keepAlive = answer.keepAlive && !deadline.isShuttingDown
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
