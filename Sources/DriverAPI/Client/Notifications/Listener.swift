/// The connection behind ``Notifications``.
final class Listener: Sendable {
  private let statements: [StatementText]
  private let connect: ConnectAttempt<any DriverConnection>.Connect
  private let configuration: DatabaseConfiguration
  private let instruments: Instruments
  private let session = Mutex<(any DriverConnection)?>(nil)

  private static let firstPause = Duration.milliseconds(50)
  private static let maxPause = Duration.seconds(5)

  init(
    _ statements: [StatementText], connect: @escaping ConnectAttempt<any DriverConnection>.Connect,
    configuration: DatabaseConfiguration, instruments: Instruments
  ) {
    self.statements = statements
    self.connect = connect
    self.configuration = configuration
    self.instruments = instruments
  }

  deinit {
    guard let last = session.withLock({ $0 }) else { return }
    Task { await last.close() }
  }

  /// Connects and begins to listen.
  func start() async throws(DatabaseError) {
    let opened = try await ConnectAttempt.run(
      connect, within: configuration.connectTimeout, close: { await $0.close() })
    // Listening waits for nothing but the server's answer. [CANCEL-8]
    let limit = BreakOff(opened, after: configuration.controlTimeout)
    let failure = await failure(of: opened)
    if failure != nil { await opened.close() }
    limit.end()
    if let failure { throw failure }
    session.withLock { $0 = opened }
  }

  /// What listening on a fresh session failed with.
  private func failure(of opened: any DriverConnection) async -> DatabaseError? {
    do throws(DatabaseError) {
      for text in statements {
        let statement = try await opened.prepare(text, isKept: false)
        defer { statement.finalize() }
        _ = try await statement.exec([])
      }
      return nil
    } catch {
      return error
    }
  }

  func next() async throws(DatabaseError) -> NotificationEvent? {
    if Task.isCancelled { return nil }
    guard let current = session.withLock({ $0 }) else { return try await reconnect() }
    let outcome: Result<DatabaseNotification, DatabaseError> = await withTaskCancellationHandler {
      do throws(DatabaseError) { return .success(try await current.nextNotification()) } catch {
        return .failure(error)
      }
    } onCancel: {
      current.interrupt()
    }
    switch outcome {
    case .success(let notification): return .received(notification)
    case .failure(let error) where error.kind == .cancelled && error.connection == .usable:
      return nil
    case .failure(let error):
      instruments.reportWarning("the connection that listens was lost, making a new one", error)
      session.withLock { $0 = nil }
      await current.close()
      return try await reconnect()
    }
  }

  private func reconnect() async throws(DatabaseError) -> NotificationEvent? {
    var pause = Self.firstPause
    while !Task.isCancelled {
      do throws(DatabaseError) {
        try await start()
        return .reconnected
      } catch {
        switch error.kind {
        // A server that is starting, stopping or out of reach comes back.
        case .cannotConnect, .connectionLost, .resourceExhausted:
          instruments.reportDetail("connecting again to listen failed", error)
        case .cancelled: return nil
        default: throw error
        }
      }
      let now = pause
      // Sleeping only fails by cancellation, which the loop looks at.
      _ = try? await Task.sleep(for: now * Double.random(in: 0.5...1))
      pause = min(pause * 2, Self.maxPause)
    }
    return nil
  }
}
