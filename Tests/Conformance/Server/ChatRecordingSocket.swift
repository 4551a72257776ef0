import NIOCore
import DriverAPI

@testable import Server

/// The chat's end of a connection without a network: keeps what the chat sends.
///
/// Frames count as sent only when they were flushed, so a missing flush shows up as a time-out.
final class RecordingSocket: ClientSocket {
  struct Close: Equatable {
    var code: UInt16
    var reason: String
  }

  private struct State {
    var queued: [ByteBuffer] = []
    var sent: [String] = []
    var close: Close?
    var capacity = Int.max
    var isStalled = false
    var isAlive = true
    var maxMessageBytes: Int?
  }

  let clientAddress = "192.0.2.1"
  private let state = Mutex(State())

  var sent: [String] { state.withLock { $0.sent } }
  var close: Close? { state.withLock { $0.close } }
  var maxMessageBytes: Int? { state.withLock { $0.maxMessageBytes } }

  /// From now on nothing leaves the queue, which has room for so many frames.
  func stall(capacity: Int) {
    state.withLock {
      $0.isStalled = true
      $0.capacity = capacity
    }
  }

  func enqueue(_ message: OutgoingMessage) -> Bool {
    state.withLock { state in
      guard state.queued.count < state.capacity else { return false }
      state.queued.append(message.bytes)
      return true
    }
  }

  func flush() {
    state.withLock { state in
      guard !state.isStalled else { return }
      state.sent += state.queued.map { String(buffer: $0) }
      state.queued = []
    }
  }

  func close(code: UInt16, reason: String) {
    flush()
    state.withLock { if $0.close == nil { $0.close = Close(code: code, reason: reason) } }
  }

  func cut(code: UInt16, reason: String) {
    state.withLock { state in
      state.queued = []
      if state.close == nil { state.close = Close(code: code, reason: reason) }
    }
  }

  var heldByteCount: Int { state.withLock { $0.queued.reduce(0) { $0 + $1.readableBytes } } }

  /// Whether the client gives signs of life.
  func setAlive(_ isAlive: Bool) { state.withLock { $0.isAlive = isAlive } }

  func answers(within time: Duration) async -> Bool { state.withLock { $0.isAlive } }

  func acceptMessages(upTo maxBytes: Int) {
    state.withLock { $0.maxMessageBytes = maxBytes }
  }
}

extension ClientSocket {
  /// Queues bytes that count nowhere.
  func enqueue(_ bytes: ByteBuffer) -> Bool {
    enqueue(OutgoingMessage(bytes, in: OutflowBudget(limit: .max)))
  }
}

extension Frame {
  /// A frame that counts nowhere.
  init(bytes: ByteBuffer, introduces: Int64 = 0) {
    self.init(
      message: OutgoingMessage(bytes, in: OutflowBudget(limit: .max)), introduces: introduces)
  }
}
