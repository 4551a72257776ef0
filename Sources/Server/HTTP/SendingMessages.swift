import DequeModule
import NIOCore

/// The messages that one channel has and that the network has not taken yet.
struct SendingMessages {
  private var messages: Deque<(message: OutgoingMessage, end: Int)> = []
  /// How many bytes they have.
  private(set) var byteCount = 0
  // So many places are kept for the next messages.
  private static let keptCount = 32

  /// Whether the network has taken all.
  var isEmpty: Bool { messages.isEmpty }

  /// Adds a message behind those before it.
  ///
  /// - Parameter end: how many bytes the channel has got with it.
  mutating func append(_ message: OutgoingMessage, end: Int) {
    messages.append((message, end))
    byteCount += message.bytes.readableBytes
  }

  /// Lets go of what is among the first `count` bytes that the channel got.
  mutating func drop(upTo count: Int) {
    let wasLong = messages.count > Self.keptCount
    while let first = messages.first, first.end <= count {
      messages.removeFirst()
      byteCount -= first.message.bytes.readableBytes
    }
    if wasLong, messages.isEmpty { messages = [] }
  }
}
