import NIOCore

/// The way to the other servers of the same chat: the chat's port to whatever carries it.
protocol ClusterLine: Sendable {
  /// The name of this server's run.
  var server: String { get }

  /// Tells the other servers something small, which each of them hears in ``ChatRoom/heard(_:_:from:)``:
  /// at most once, and not at all if the database is away.
  func announce(_ topic: String, _ text: String)

  /// Has the other servers show their clients something that is not stored, at most once.
  func pass(_ event: FeedEvent)
}
