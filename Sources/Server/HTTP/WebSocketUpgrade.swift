import NIOCore
import NIOHTTP1
import NIOWebSocket

/// Turns an HTTP connection into a WebSocket of the chat.
///
/// Only the answer with its accept key is NIO's. The pipeline is changed here, because NIO's own
/// upgrade handler drops a request that it does not upgrade, and its frame decoder's limit cannot
/// change after the handshake.
struct WebSocketUpgrade {
  private static let answering = NIOTypedWebSocketServerUpgrader<Void>(
    shouldUpgrade: { channel, _ in channel.eventLoop.makeSucceededFuture(HTTPHeaders()) },
    upgradePipelineHandler: { channel, _ in channel.eventLoop.makeSucceededVoidFuture() })

  /// The handlers of HTTP, the one that reads requests last: it passes on what it has not parsed.
  var httpHandlers: [any RemovableChannelHandler]
  /// Makes the handler of the WebSocket.
  var makeHandler: (any Channel, HTTPRequestHead) -> WebSocketHandler

  /// Headers of the answer that accepts `request`, which was found to be in order.
  func answer(to request: HTTPRequestHead, on channel: any Channel) -> EventLoopFuture<HTTPHeaders>
  {
    Self.answering.buildUpgradeResponse(
      channel: channel, upgradeRequest: request, initialResponseHeaders: HTTPHeaders())
  }

  /// Replaces HTTP in the pipeline, after the answer was sent.
  ///
  /// - Parameter current: the handler that calls, removed with the others.
  func switchOver(
    _ request: HTTPRequestHead, from current: any RemovableChannelHandler, on channel: any Channel
  ) throws {
    let pipeline = channel.pipeline.syncOperations
    try pipeline.addHandler(makeHandler(channel, request))
    for handler in [current] + httpHandlers {
      // It can fail only if the handler is gone already, as on a connection that was closed.
      pipeline.removeHandler(handler, promise: nil)
    }
  }
}
