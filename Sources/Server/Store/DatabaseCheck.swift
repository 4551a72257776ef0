import DriverAPI

/// Asks the database now and then whether it is there and how many messages it holds.
final class DatabaseCheck: Sendable {
  /// How old an answer may be before the database is asked again.
  static let maxAge = Duration.seconds(2)

  private struct Answer {
    var status: ChatStatus
    var at: ContinuousClock.Instant
  }

  private let database: Database
  private let last = Mutex<Answer?>(nil)

  /// A check of a database.
  init(_ database: Database) {
    self.database = database
  }

  /// The last answer if it is fresh, else a new one.
  func status(activeSessionCount: Int) async -> ChatStatus {
    let now = ContinuousClock.now
    if let last = last.withLock({ $0 }), now - last.at < Self.maxAge {
      var status = last.status
      status.activeSessionCount = activeSessionCount
      return status
    }
    let status = await ask(since: now, activeSessionCount: activeSessionCount)
    last.withLock { $0 = Answer(status: status, at: .now) }
    return status
  }

  private func ask(
    since start: ContinuousClock.Instant, activeSessionCount: Int
  ) async -> ChatStatus {
    var status = ChatStatus(
      activeSessionCount: activeSessionCount,
      messageCount: last.withLock { $0?.status.messageCount } ?? 0, checkedAt: .now,
      responseTime: .zero)
    do {
      status.messageCount =
        try await database.queryRow("SELECT COUNT(*) FROM messages", as: (Int).self) ?? 0
    } catch {
      status.databaseError = "\(error)"
    }
    status.responseTime = .now - start
    return status
  }
}
