/// What the chat remembers: the port to whatever stores it.
protocol ChatArchive: Sendable {
  /// Takes a change to be stored, without waiting.
  ///
  /// What became of it is told later, in the order of storage.
  ///
  /// - Returns: false if too many changes are waiting already; this one was not taken.
  func append(_ write: ChatWrite, from author: SessionID) -> Bool

  /// The channel a user was in last; nil if none is known.
  func lastChannel(of user: UserName) async throws -> String?

  /// What a user is shown at log-in who is then in `channel`.
  func replay(for user: UserName, in channel: String) async throws -> Replay

  /// The newest messages that contain `query` and that the user may see, newest first.
  func search(_ query: String, for user: UserName) async throws -> [StoredMessage]

  /// The newest pinned messages that the user may see, newest first.
  func pinnedMessages(for user: UserName, atMost count: Int) async throws -> [StoredMessage]
}
