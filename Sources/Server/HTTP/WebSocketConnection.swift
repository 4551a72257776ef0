import NIOConcurrencyHelpers
import NIOCore
import Synchronization

/// One WebSocket as seen from any thread: the chat's end of it.
///
/// What it is told is put into a locked outbox; the handler on the event loop empties that.
final class WebSocketConnection: ClientSocket {
  let clientAddress: String
  /// The loop that all input and output of this connection happens on.
  let eventLoop: any EventLoop

  private let limits: TransportLimits
  private let outbox = NIOLockedValueBox(Outbox())
  private let channelByteCount = Atomic<Int>(0)
  /// Empty before the handler is in place and after the connection is gone.
  private let handler: NIOLoopBoundBox<WebSocketHandler?>

  init(clientAddress: String, eventLoop: any EventLoop, limits: TransportLimits) {
    self.clientAddress = clientAddress
    self.eventLoop = eventLoop
    self.limits = limits
    handler = .makeEmptyBox(valueType: WebSocketHandler.self, eventLoop: eventLoop)
  }

  func enqueue(_ message: OutgoingMessage) -> Bool {
    outbox.withLockedValue { $0.append(message, limits) }
  }

  func flush() {
    guard claimFlush() else { return }
    eventLoop.execute { self.drain() }
  }

  func close(code: UInt16, reason: String) {
    let farewell = Outbox.Farewell(code: code, reason: CloseReason.cut(reason))
    outbox.withLockedValue { $0.close(farewell) }
    flush()
  }

  func cut(code: UInt16, reason: String) {
    let farewell = Outbox.Farewell(code: code, reason: CloseReason.cut(reason))
    outbox.withLockedValue { $0.cut(farewell) }
    flush()
  }

  var heldByteCount: Int {
    outbox.withLockedValue { $0.byteCount } + channelByteCount.load(ordering: .relaxed)
  }

  func acceptMessages(upTo maxBytes: Int) {
    if eventLoop.inEventLoop {
      handler.value?.acceptMessages(upTo: maxBytes)
    } else {
      eventLoop.execute { self.handler.value?.acceptMessages(upTo: maxBytes) }
    }
  }

  func answers(within time: Duration) async -> Bool {
    await withCheckedContinuation { continuation in
      eventLoop.execute {
        guard let handler = self.handler.value else { return continuation.resume(returning: false) }
        handler.probe(within: TimeAmount(time)) { continuation.resume(returning: $0) }
      }
    }
  }

  /// Whether the caller has to bring a task that drains to the event loop; false if one is on its
  /// way already.
  func claimFlush() -> Bool {
    outbox.withLockedValue { outbox in
      guard !outbox.isFlushScheduled, !outbox.isGone else { return false }
      outbox.isFlushScheduled = true
      return true
    }
  }

  /// Sends what is queued. On the event loop only, after `claimFlush`.
  func drain() {
    outbox.withLockedValue { $0.isFlushScheduled = false }
    handler.value?.drain()
  }
}

// MARK: - For the handler, on the event loop

extension WebSocketConnection {
  /// Ties the connection to the handler that serves it.
  func attach(_ handler: WebSocketHandler) {
    self.handler.value = handler
  }

  /// Lets go of the handler and of everything that was queued.
  func detach() {
    handler.value = nil
    outbox.withLockedValue { $0.abandon() }
    channelHolds(0)
  }

  /// Notes how many bytes of messages the channel holds that the network has not taken.
  func channelHolds(_ byteCount: Int) {
    channelByteCount.store(byteCount, ordering: .relaxed)
  }

  /// The next message to send.
  func nextMessage() -> OutgoingMessage? {
    outbox.withLockedValue { $0.popFirst() }
  }

  /// The close frame that the server wants to send after the last message.
  var farewell: Outbox.Farewell? {
    outbox.withLockedValue { $0.farewell }
  }
}
