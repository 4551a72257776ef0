import NIOCore

/// The end of a channel's pipeline: hands what happens on the channel to the socket.
final class ChatSocketHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let socket: ChatSocket

  init(_ socket: ChatSocket) { self.socket = socket }

  func channelActive(context: ChannelHandlerContext) { socket.started(on: context.channel) }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    socket.received(unwrapInboundIn(data))
  }

  func channelReadComplete(context: ChannelHandlerContext) { socket.readCompleted() }

  func channelInactive(context: ChannelHandlerContext) { socket.disconnected() }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    // A reset by the server is how a killed one ends its connections.
    context.close(promise: nil)
  }
}
