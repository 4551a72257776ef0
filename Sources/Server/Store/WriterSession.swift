import DriverAPI

/// Where the journal's transactions run: on any connection, or, where other servers wait for their turn, on one
/// that is kept between batches.
///
/// The database ends a transaction on it that has stood still for some seconds, whatever has become of this
/// process: others wait for the lock that every batch holds.
final class WriterSession: Sendable {
  private struct Held: Sendable {
    var connection: Connection
    var usedAt: ContinuousClock.Instant
    var end: Doorbell
  }

  /// How long a transaction may stand still.
  static let idleSeconds = 3
  /// After so long the pool looks whether the connection still answers.
  private static let maxIdle = Duration.seconds(20)

  private let database: Database
  private let isHeld: Bool
  private let held = Mutex<Held?>(nil)
  private let holding = Mutex<Task<Void, Never>?>(nil)

  /// - Parameter isHeld: whether one connection is kept.
  init(_ database: Database, isHeld: Bool) {
    self.database = database
    self.isHeld = isHeld
  }

  /// Runs `body` in a transaction. For one task at a time.
  func transaction<R: Sendable>(
    _ body: (Transaction) async throws -> R
  ) async throws -> R {
    guard isHeld else { return try await database.transaction { try await body($0) } }
    let connection = try await connection()
    do {
      let result = try await connection.transaction { try await body($0) }
      held.withLock { $0?.usedAt = .now }
      return result
    } catch {
      // Whatever was wrong with it, the next one gets another.
      await end()
      throw error
    }
  }

  /// Gives the connection back.
  func end() async {
    held.withLock { $0 }?.end.ring()
    await holding.withLock { $0 }?.value
  }

  private func connection() async throws -> Connection {
    if let held = held.withLock({ $0 }) {
      if ContinuousClock.now - held.usedAt < Self.maxIdle { return held.connection }
      await end()
    }
    let opened = AsyncThrowingStream.makeStream(of: Connection.self)
    let task = Task { [self] in
      do {
        try await database.withConnection { connection in
          try await limitIdleness(of: connection)
          let end = Doorbell()
          held.withLock { $0 = Held(connection: connection, usedAt: .now, end: end) }
          defer { held.withLock { $0 = nil } }
          opened.continuation.yield(connection)
          while await !end.wait(atMost: .seconds(3600)) {}
        }
        opened.continuation.finish()
      } catch {
        opened.continuation.finish(throwing: error)
      }
    }
    holding.withLock { $0 = task }
    return try await withTaskCancellationHandler {
      for try await connection in opened.stream { return connection }
      throw CancellationError()
    } onCancel: {
      task.cancel()
    }
  }

  private func limitIdleness(of connection: Connection) async throws {
    guard let words = database.dialect.idleTransactionLimit else { return }
    try await connection.exec(
      SQL(raw: words.replacing("{seconds}", with: "\(Self.idleSeconds)")))
  }
}
