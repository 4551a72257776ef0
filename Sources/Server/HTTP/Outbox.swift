import DequeModule
import NIOCore

/// What waits to be sent to one client, and whether it is to be closed.
struct Outbox {
  /// The code and the reason of a close frame.
  struct Farewell: Equatable {
    var code: UInt16
    var reason: String
  }

  private var messages: Deque<OutgoingMessage> = []
  /// How many bytes wait.
  private(set) var byteCount = 0
  /// Whether a task that will send is on its way to the event loop.
  var isFlushScheduled = false
  /// Set once the server wants to close; nothing is taken after that.
  private(set) var farewell: Farewell?
  /// Whether the connection is gone.
  private(set) var isGone = false

  /// Takes a message, or answers false because too much is waiting already.
  ///
  /// Once the connection is closing or gone a message is taken and dropped: nobody can read it.
  mutating func append(_ message: OutgoingMessage, _ limits: TransportLimits) -> Bool {
    guard farewell == nil, !isGone else { return true }
    let count = byteCount + message.bytes.readableBytes
    guard messages.count < limits.maxQueuedFrames, count <= limits.maxQueuedBytes else {
      return false
    }
    byteCount = count
    messages.append(message)
    return true
  }

  /// The next message to send.
  mutating func popFirst() -> OutgoingMessage? {
    guard let message = messages.popFirst() else { return nil }
    byteCount -= message.bytes.readableBytes
    return message
  }

  /// Notes that the server wants to close; the first reason stays.
  mutating func close(_ farewell: Farewell) {
    if self.farewell == nil { self.farewell = farewell }
  }

  /// Drops what waits, for the client does not read, and notes that the server wants to close.
  mutating func cut(_ farewell: Farewell) {
    close(farewell)
    messages = []
    byteCount = 0
  }

  /// Drops everything, for the connection is gone.
  mutating func abandon() {
    isGone = true
    messages = []
    byteCount = 0
  }
}
