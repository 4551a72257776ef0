import NIOConcurrencyHelpers
import Synchronization

/// Sees to it that many changes to the list of users make one announcement.
final class UserListSchedule: Sendable {
  /// How long an announcement waits for further changes.
  static let delay = Duration.milliseconds(75)

  private let isScheduled = Atomic<Bool>(false)

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
      try? await Task.sleep(for: UserListSchedule.delay)
      userList.begins()
      sendUserList()
    }
  }

  private func sendUserList() {
    let (names, everyone) = hub.withLockedValue { ($0.userNames, $0.everyone) }
    let frame = Frame(bytes: WireEncoder.userList(names))
    var postbag = Postbag()
    for session in everyone { postbag.put(frame, for: session) }
    postbag.send(through: self)
  }
}
