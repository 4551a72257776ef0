import NIOCore

/// Answers whatever a connection asks that there is no room for, and ends it.
///
/// A connection that is closed without a word looks to its client like a network that broke.
final class RefusalHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  /// How long the request is waited for: closed before it is read, a connection is reset, and the
  /// answer can be lost with it.
  private static let patience: TimeAmount = .seconds(1)

  private let answer: ByteBuffer
  private var isAnswered = false

  init(_ reason: String) {
    let body = reason + "\n"
    answer = ByteBuffer(
      string: """
        HTTP/1.1 503 Service Unavailable\r
        Content-Type: text/plain; charset=utf-8\r
        Content-Length: \(body.utf8.count)\r
        Retry-After: 10\r
        Connection: close\r
        \r
        \(body)
        """)
  }

  func channelActive(context: ChannelHandlerContext) {
    let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
    let cut = context.eventLoop.scheduleTask(in: Self.patience) {
      bound.value.close(promise: nil)
    }
    context.channel.closeFuture.whenComplete { _ in cut.cancel() }
    context.fireChannelActive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !isAnswered else { return }
    isAnswered = true
    context.writeAndFlush(wrapOutboundOut(answer)).assumeIsolated().whenComplete { _ in
      context.close(promise: nil)
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }
}
