/// The messages that a client has from its replay.
struct ShownMessages: Sendable {
  /// The newest of them; 0 if there is none.
  let newest: Int64
  private let ids: Set<Int64>
  // A message that is older than a full replay is history that did not fit into it.
  private let oldest: Int64

  /// None.
  init() {
    self.init(Replay())
  }

  /// Those of a replay.
  init(_ replay: Replay) {
    ids = Set(replay.messages.map(\.id))
    newest = replay.messages.last?.id ?? 0
    oldest = replay.oldestOfAll
  }

  /// Whether the message with that id must not be sent any more; never for 0, which is no message.
  ///
  /// Asks for each id instead of comparing with the newest, because on some engines a message can
  /// become visible after one with a higher id.
  func covers(_ id: Int64) -> Bool {
    id != 0 && (id < oldest || ids.contains(id))
  }
}
