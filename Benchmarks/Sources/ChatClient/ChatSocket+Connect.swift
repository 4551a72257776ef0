public import NIOCore
import NIOPosix

extension ChatSocket {
  /// Starts to connect `user` to `address`; everything else is told to `listener`, which the socket
  /// keeps until it ends. Must be called on `eventLoop`.
  @discardableResult
  public static func connect(
    _ user: String, to address: ChatAddress, on eventLoop: any EventLoop,
    listener: any ChatListener
  ) -> ChatSocket {
    let socket = ChatSocket(user: user, address: address, listener: listener)
    let bound = NIOLoopBound(socket, eventLoop: eventLoop)
    ClientBootstrap(group: eventLoop)
      .channelOption(ChannelOptions.socketOption(.tcp_nodelay), value: 1)
      .connectTimeout(.seconds(10))
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(ChatSocketHandler(bound.value))
        }
      }
      .connect(host: address.host, port: address.port)
      .whenFailure { bound.value.failed($0) }
    return socket
  }
}
