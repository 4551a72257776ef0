import Logging
import NIOConcurrencyHelpers

/// Those who were cut because too much waited for all together, as long as their sockets still hold
/// something.
struct Relief {
  fileprivate var leaving: [any ClientSocket] = []
}

extension ChatRoom {
  /// How much is left waiting once those who hold most were cut: enough room that the next message
  /// does not cut the next one.
  private static let share = 0.75

  /// Cuts those who hold most, if the messages on their way to all clients hold too much.
  ///
  /// A message that waits for many is gone only when it waits for nobody, so who has least of it to
  /// take goes last, and those who read as fast as they are sent never hold anything for long.
  func relieve() {
    guard outflow.isOver else { return }
    relief.withLockedValue { relief in
      relief.leaving.removeAll { $0.heldByteCount == 0 }
      var leaving = relief.leaving.reduce(0) { $0 + $1.heldByteCount }
      guard outflow.isTooMuch(besides: leaving) else { return }
      let readers = hub.withLockedValue { $0.everyone }
        .map { (session: $0, count: $0.heldByteCount) }
        .filter { $0.count > 0 }.sorted { $0.count > $1.count }
      for (session, count) in readers {
        guard outflow.isTooMuch(besides: leaving, downTo: Self.share) else { return }
        cut(session, holding: count)
        // What its channel has taken already stays until that is closed.
        leaving += session.socket.heldByteCount
        relief.leaving.append(session.socket)
      }
    }
  }

  private func cut(_ session: ChatSession, holding count: Int) {
    log.cut.note(
      session.name.display, session.socket.clientAddress,
      ["held": "\(count)", "held_by_all": "\(outflow.heldCount)"])
    expelSlow(
      session, "slow consumer: too much waits for clients that do not read, and most of it for you")
  }
}
