import NIOCore
import NIOHTTP1
import NIOWebSocket

/// Turns an HTTP connection into a WebSocket of the chat.
///
/// The answer with its accept key is NIO's; the pipeline afterwards holds one handler of ours
/// instead of NIO's coders, whose limit on frames cannot change after the handshake.
final class ChatUpgrader: NIOTypedHTTPServerProtocolUpgrader {
  typealias UpgradeResult = Void

  let supportedProtocol = "websocket"
  let requiredUpgradeHeaders: [String] = []

  private let answering: NIOTypedWebSocketServerUpgrader<Void>
  private let install: @Sendable (any Channel, HTTPRequestHead) throws -> Void

  /// - Parameters:
  ///   - door: decides who may come in.
  ///   - install: puts the handler of the WebSocket into the channel, on its event loop.
  init(door: ClientDoor, install: @escaping @Sendable (any Channel, HTTPRequestHead) throws -> Void)
  {
    self.install = install
    answering = NIOTypedWebSocketServerUpgrader(
      shouldUpgrade: { channel, head in
        let isChat = HTTPHandler.split(head.uri).path == ClientDoor.path
        let isWelcome = isChat && door.refusal(of: head.method, head.headers) == nil
        return channel.eventLoop.makeSucceededFuture(isWelcome ? HTTPHeaders() : nil)
      },
      upgradePipelineHandler: { channel, _ in channel.eventLoop.makeSucceededVoidFuture() })
  }

  func buildUpgradeResponse(
    channel: any Channel, upgradeRequest: HTTPRequestHead, initialResponseHeaders: HTTPHeaders
  ) -> EventLoopFuture<HTTPHeaders> {
    answering.buildUpgradeResponse(
      channel: channel, upgradeRequest: upgradeRequest,
      initialResponseHeaders: initialResponseHeaders)
  }

  func upgrade(channel: any Channel, upgradeRequest: HTTPRequestHead) -> EventLoopFuture<Void> {
    channel.eventLoop.makeCompletedFuture { try self.install(channel, upgradeRequest) }
  }
}
