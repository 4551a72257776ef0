import NIOConcurrencyHelpers
import NIOCore
import Synchronization

/// Sees to it that many changes to the list of users make one announcement.
final class UserListSchedule: Sendable {
  /// How long an announcement waits for further changes.
  static let delay = Duration.milliseconds(75)
  /// How many bytes of lists are sent in a second, to all together: everybody's list names everybody,
  /// and whoever comes and goes all the time must not fill the line of all others.
  static let bytesPerSecond = 4 << 20

  private let isScheduled = Atomic<Bool>(false)
  private let nextAt = NIOLockedValueBox(ContinuousClock.now)

  /// How long the announcement that is scheduled now waits.
  var wait: Duration { max(Self.delay, nextAt.withLockedValue { $0 } - .now) }

  /// Notes that a list of `byteCount` bytes was sent to `count` users.
  func noteSent(_ byteCount: Int, to count: Int) {
    let pause = Duration.milliseconds(byteCount * count * 1000 / Self.bytesPerSecond)
    nextAt.withLockedValue { $0 = .now + pause }
  }

  /// Whether the caller has to schedule an announcement; false if one is due already.
  func claim() -> Bool {
    !isScheduled.exchange(true, ordering: .sequentiallyConsistent)
  }

  /// The announcement is about to read the list: changes from now on need another.
  func begins() {
    isScheduled.store(false, ordering: .sequentiallyConsistent)
  }
}

extension ChatRoom {
  /// Tells everybody who is in, a moment from now.
  func announceUsers() {
    guard userList.claim() else { return }
    Task {
      // Nobody cancels this task; if the sleep ended early the list would only be told sooner.
      try? await Task.sleep(for: userList.wait)
      userList.begins()
      sendUserList()
    }
  }

  private func sendUserList() {
    let (names, everyone) = hub.withLockedValue { ($0.userNames, $0.everyone) }
    let frame = frame(WireEncoder.userList(names))
    var postbag = Postbag()
    for session in everyone { postbag.put(frame, for: session) }
    postbag.send(through: self)
    userList.noteSent(frame.message.bytes.readableBytes, to: everyone.count)
  }
}
