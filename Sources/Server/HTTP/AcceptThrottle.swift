import NIOCore

/// Takes no further connections from the system while as many are open as there may be.
///
/// ``ConnectionGate`` decides what becomes of a connection, and does so on the connection's own event loop: while
/// that is busy, hundreds could be accepted on which nobody has decided yet, each with a descriptor. Those that
/// have to wait here wait in the system's queue and have none.
final class AcceptThrottle: ChannelDuplexHandler {
  typealias InboundIn = any Channel
  typealias InboundOut = any Channel
  typealias OutboundIn = Never

  /// How many the system is asked for at a time; so many more than the limit can be open.
  static let batch: UInt = 16

  private let limit: Int
  private var openCount = 0
  private var isHeldUp = false

  /// - Parameter limit: of connections, including those that are open to be refused.
  init(limit: Int) { self.limit = limit }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    openCount += 1
    let held = NIOLoopBound((throttle: self, context: context), eventLoop: context.eventLoop)
    unwrapInboundIn(data).closeFuture.hop(to: context.eventLoop).whenComplete { _ in
      held.value.throttle.closed(held.value.context)
    }
    context.fireChannelRead(data)
  }

  func read(context: ChannelHandlerContext) {
    if openCount < limit { context.read() } else { isHeldUp = true }
  }

  private func closed(_ context: ChannelHandlerContext) {
    openCount -= 1
    guard isHeldUp, openCount < limit else { return }
    isHeldUp = false
    context.read()
  }
}
