/// What happened while somebody listened to channels. [NOTIFY-1]
public enum NotificationEvent: Sendable, Hashable {
  /// A session sent a message.
  case received(DatabaseNotification)
  /// The connection was lost and made anew. Messages sent in between are lost: whoever follows a
  /// table by notifications must look at the table now.
  case reconnected
}

/// The messages of some channels, for as long as it is iterated.
///
/// Holds a connection of its own, outside of the pool, and makes a new one when it is lost.
///
/// ```swift
/// for try await event in try await db.notifications(on: "orders") { … }
/// ```
public struct Notifications: AsyncSequence {
  private let listener: Listener

  init(_ listener: Listener) {
    self.listener = listener
  }

  /// Goes on where the last iterator stopped: all iterators share one connection.
  public func makeAsyncIterator() -> Iterator { Iterator(listener) }

  /// Waits for events.
  public struct Iterator: AsyncIteratorProtocol {
    private let listener: Listener

    init(_ listener: Listener) {
      self.listener = listener
    }

    /// The next event; nil once the task is cancelled.
    ///
    /// - Throws: what connecting again threw, if it can not succeed later: a refused password or a
    ///   channel that may not be listened to.
    public mutating func next() async throws(DatabaseError) -> NotificationEvent? {
      try await listener.next()
    }

    /// The next event, on the caller's executor.
    public mutating func next(
      isolation actor: isolated (any Actor)?
    ) async throws(DatabaseError) -> NotificationEvent? {
      try await listener.next()
    }
  }
}

extension Database {
  /// Listens to channels, from the moment this returns. [NOTIFY-1]
  ///
  /// - Throws: `unsupported` if the engine has no notifications; what connecting throws.
  public func notifications(on channels: String...) async throws(DatabaseError) -> Notifications {
    try await notifications(on: channels)
  }

  /// Listens to channels, from the moment this returns. [NOTIFY-1]
  ///
  /// - Throws: `unsupported` if the engine has no notifications; what connecting throws.
  public func notifications(on channels: [String]) async throws(DatabaseError) -> Notifications {
    guard capabilities.notifications, let words = dialect.notifications else {
      throw .unsupported("\(server.product) has no notifications")
    }
    var statements: [StatementText] = []
    for channel in channels {
      statements.append(try dialect.rebind(words.listen + dialect.quoted(channel)))
    }
    let listener = Listener(
      statements, connect: connect, configuration: configuration, instruments: instruments)
    try await listener.start()
    return Notifications(listener)
  }
}

extension StatementExecutor {
  /// Sends a message to all that listen to a channel; inside a transaction, when it commits.
  ///
  /// - Throws: `unsupported` if the engine has no notifications.
  public func notify(
    _ channel: String, _ payload: String = "", file: StaticString = #fileID, line: UInt = #line
  ) async throws(DatabaseError) {
    guard capabilities.notifications, let words = dialect.notifications else {
      throw .unsupported("\(server.product) has no notifications")
    }
    let sql = SQL(raw: words.notify, [.text(channel), .text(payload)])
    _ = try await withFirstRow(of: sql, at: CallSite(file: file, line: line)) { _ in }
  }
}
