import DriverAPI

/// Looks from time to time whether the database can be read and written, so that whoever asks how it
/// is never waits for it.
final class DatabaseCheck: Sendable {
  /// How often it is asked.
  static let interval = Duration.seconds(2)
  /// How often it is asked where signs of life tell of it anyway.
  static let restingInterval = Duration.seconds(8)
  /// How long an answer may take before it counts as none.
  static let patience = Duration.milliseconds(1500)
  /// How long nothing may have been stored before a row of the check's own is.
  static let maxQuiet = Duration.seconds(30)

  private struct State {
    var status: ChatStatus
    var askedAt: ContinuousClock.Instant?
  }

  private let database: Database
  private let writes: WriteHealth
  private let interval: Duration
  private let state: Mutex<State>

  /// A check of a database that has just been used.
  init(_ database: Database, writes: WriteHealth, every interval: Duration = DatabaseCheck.interval)
  {
    self.interval = interval
    self.database = database
    self.writes = writes
    state = Mutex(
      State(
        status: ChatStatus(
          activeSessionCount: 0, messageCount: 0, checkedAt: .now, responseTime: .zero)))
  }

  /// What is known now.
  func status(activeSessionCount: Int) -> ChatStatus {
    var (status, askedAt) = state.withLock { ($0.status, $0.askedAt) }
    status.activeSessionCount = activeSessionCount
    if let askedAt, ContinuousClock.now - askedAt > Self.patience {
      status.responseTime = .now - askedAt
      status.databaseError = status.databaseError ?? "no answer for \(status.responseTime)"
    }
    status.writeError = writes.failure
    return status
  }

  /// Asks until the task is cancelled.
  func run() async {
    while !Task.isCancelled {
      await read()
      let isQuiet = ContinuousClock.now - writes.lastSuccess > Self.maxQuiet
      if isQuiet || writes.failure != nil { await write() }
      // Cancelling ends the sleep, and with it the loop.
      try? await Task.sleep(for: interval)
    }
  }

  /// Asks how many messages there are.
  func read() async {
    let start = ContinuousClock.now
    state.withLock { $0.askedAt = start }
    var count: Int?
    var failure: String?
    do {
      count = try await database.queryRow("SELECT COUNT(*) FROM messages", as: (Int).self)
    } catch {
      failure = "\(error)"
    }
    state.withLock { state in
      state.askedAt = nil
      state.status.messageCount = count ?? state.status.messageCount
      state.status.databaseError = failure
      state.status.checkedAt = .now
      state.status.responseTime = .now - start
    }
  }

  // A full or read-only disk is found out before somebody's message is lost to it, and that there is
  // room again without one.
  private func write() async {
    do {
      try await database.upsert(
        Upsert(into: "journal_writers", columns: ["writer", "batch", "seen_at"], key: ["writer"]),
        [[.text("health"), .int(0), WireTime.now.databaseValue]])
      writes.noteSuccess()
    } catch {
      writes.note(failure: error)
    }
  }
}
