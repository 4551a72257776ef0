import Logging
import NIOConcurrencyHelpers
import NIOCore

extension ChatRoom {
  /// Shows the clients of this server what has happened on another one.
  ///
  /// What is stored comes from one task at a time, together with what ``settle(_:)`` is told, in the order of
  /// storage.
  func show(_ events: [FeedEvent], from server: String) {
    var postbag = Postbag()
    for event in events {
      switch event.address {
      case .audience(let audience):
        let recipients = hub.withLockedValue { $0.recipients(of: audience, author: nil) }
        guard !recipients.isEmpty else { continue }
        let frame = frame(WireEncoder.passed(event.body), introduces: event.introduces)
        recipients.forEach { postbag.put(frame, for: $0) }
      case .everybody: broadcast(String(buffer: event.body), into: &postbag)
      case .servers(let topic): heard(topic, String(buffer: event.body), from: server)
      }
    }
    postbag.send(through: self)
  }

  /// What servers announce when others have to look anew who is here and who is banned.
  static let peopleTopic = "people"

  /// Another server has announced something.
  func heard(_ topic: String, _ text: String, from server: String) {
    switch topic {
    case Self.peopleTopic: company?.wake()
    default:
      // A newer server may have topics that this one does not know.
      logger.debug(
        "heard of another server", metadata: ["topic": "\(topic)", "server": "\(server)"])
    }
  }
}
