import NIOConcurrencyHelpers
import NIOCore
import Synchronization

/// A frame on its way to one client.
struct Frame: Sendable {
  /// The encoded message.
  var message: OutgoingMessage
  /// The id of the message it introduces; 0 for everything that is not a new message.
  var introduces: Int64 = 0
}

/// The way from the chat to one client: closed while its replay is being read, then open.
///
/// A session hears of everything from the moment it is registered. Until its replay is queued, live
/// frames wait here, so that none is lost or shown before the history. What the replay has shown is
/// dropped whenever it comes: a message is stored, and can be read, some time before it is sent.
final class Outlet: Sendable {
  /// What became of a frame.
  enum Fate: Sendable, Equatable {
    /// It is queued, here or in the socket.
    case queued
    /// There is no room: the client does not read fast enough.
    case full
  }

  private struct Held {
    var frames: [Frame] = []
    var byteCount = 0
    var isAbandoned = false
    var shown = ShownMessages()
  }

  private static let maxHeldFrameCount = 16_384
  private static let maxHeldByteCount = 32 << 20

  private let socket: any ClientSocket
  // Read without the lock on the way of every frame; written under the lock.
  private let isOpen = Atomic<Bool>(false)
  private let newestShown = Atomic<Int64>(0)
  private let held = NIOLockedValueBox(Held())

  /// A closed outlet to `socket`.
  init(to socket: any ClientSocket) {
    self.socket = socket
  }

  /// Queues a frame behind those before it.
  func put(_ frame: Frame) -> Fate {
    if isOpen.load(ordering: .acquiring) {
      let mayBeShown =
        frame.introduces != 0 && frame.introduces <= newestShown.load(ordering: .relaxed)
      if mayBeShown, held.withLockedValue({ $0.shown.covers(frame.introduces) }) { return .queued }
      return send(frame)
    }
    return held.withLockedValue { held in
      // It may have been opened while we waited for the lock.
      if isOpen.load(ordering: .relaxed) {
        return held.shown.covers(frame.introduces) ? .queued : send(frame)
      }
      guard !held.isAbandoned else { return .queued }
      let byteCount = held.byteCount + frame.message.bytes.readableBytes
      guard held.frames.count < Self.maxHeldFrameCount, byteCount <= Self.maxHeldByteCount else {
        return .full
      }
      held.byteCount = byteCount
      held.frames.append(frame)
      return .queued
    }
  }

  /// Notes what the replay has shown, or left out because it was older still.
  func note(_ shown: ShownMessages) {
    held.withLockedValue { $0.shown = shown }
    newestShown.store(shown.newest, ordering: .relaxed)
  }

  /// Takes out what is waiting and was not shown; opens the outlet and answers nil when nothing is
  /// waiting.
  func takeHeldOrOpen() -> [Frame]? {
    held.withLockedValue { held in
      if held.frames.isEmpty {
        isOpen.store(true, ordering: .releasing)
        return nil
      }
      let frames = held.frames.filter { !held.shown.covers($0.introduces) }
      held.frames = []
      held.byteCount = 0
      return frames
    }
  }

  /// How many bytes wait here.
  var heldByteCount: Int { held.withLockedValue { $0.byteCount } }

  /// Drops what waits, and what still comes: the session is over.
  func abandon() {
    held.withLockedValue { held in
      held.isAbandoned = true
      held.frames = []
      held.byteCount = 0
    }
  }

  private func send(_ frame: Frame) -> Fate {
    socket.enqueue(frame.message) ? .queued : .full
  }
}
