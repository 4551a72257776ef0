/// A database that was opened by URL: where an application begins.
///
/// ```swift
/// let db = try await Database.open(CommandLine.arguments[1])
/// try await db.exec("INSERT INTO users (name) VALUES (?)", "Ada")
/// for try await (id, name) in try await db.query("SELECT id, name FROM users", as: (Int64, String).self) { … }
/// ```
///
/// Safe to use from any number of tasks. Each call borrows a connection for as long as it needs one;
/// ``withConnection(_:file:line:_:)`` and ``transaction(_:file:line:_:)`` keep one for a scope.
public final class Database: StatementExecutor {
  /// What the server is and can do, as the first connection found it.
  public let server: ServerFacts
  /// The URL, without its password.
  public let url: DatabaseURL
  let writers: ConnectionPool
  let readers: ConnectionPool?
  /// Where a statement that only reads goes first.
  let nearest: ConnectionPool
  let pipelines: PipelineGroup?
  /// Opens a session outside of the pools.
  let connect: ConnectAttempt<any DriverConnection>.Connect
  let configuration: DatabaseConfiguration
  let instruments: Instruments
  let texts: StatementTexts
  /// The shortest query.
  private let probe: String
  private let upkeep: Task<Void, Never>
  /// Where tasks run with the fewest changes of thread that mostly talk to this database; nil if that
  /// is anywhere.
  ///
  /// ```swift
  /// try await withThrowingTaskGroup(of: Void.self) { group in
  ///   group.addTask(executorPreference: db.taskExecutor) { _ = try await db.exec("…") }
  /// }
  /// ```
  ///
  /// It is one thread, the one that waits for the sockets of all databases of its kind: a task that
  /// computes for long, or blocks, holds up every statement of the process. Many short statements at
  /// once cost half as much there, because no answer has to wake another thread.
  public let taskExecutor: (any TaskExecutor)?

  init(
    server: ServerFacts, url: DatabaseURL, writers: ConnectionPool, readers: ConnectionPool?,
    pipelines: PipelineGroup?, connect: @escaping ConnectAttempt<any DriverConnection>.Connect,
    configuration: DatabaseConfiguration, instruments: Instruments,
    taskExecutor: (any TaskExecutor)?
  ) {
    self.taskExecutor = taskExecutor
    self.server = server
    self.url = url
    self.writers = writers
    self.readers = readers
    nearest = readers ?? writers
    self.pipelines = pipelines
    self.connect = connect
    self.configuration = configuration
    self.instruments = instruments
    texts = StatementTexts(dialect: server.dialect)
    probe = server.dialect.selectSQL("1")
    upkeep = Self.keepUp(writers, readers, pipelines, every: Self.upkeepInterval(configuration))
  }

  deinit {
    upkeep.cancel()
    writers.close()
    readers?.close()
    pipelines?.close()
  }

  /// Ends all sessions.
  ///
  /// New calls fail at once. Connections that are in use are waited for up to
  /// ``DatabaseConfiguration/shutdownGrace``; then their statements are interrupted. [POOL-5]
  /// Closing twice is harmless.
  public func close() async {
    upkeep.cancel()
    let pools = [writers, readers].compactMap { $0 }
    var idle = pools.flatMap { pool in pool.startClosing().map { (pool, $0) } }
    pipelines?.close()
    // Those that wait for no server end here, where no thread has to be changed for it. (A driver that heeds
    // cancellation must not notice that of the caller.)
    let waitsForServer = idle.partition { !$0.1.driver.noticesCancellation }
    let here = Task.isCancelled ? 0 : waitsForServer
    for (pool, session) in idle.dropFirst(here) { pool.discard(session) }
    for (pool, session) in idle.prefix(here) { await pool.end(session) }
    if await drained(pools, within: configuration.shutdownGrace) { return }
    instruments.reportWarning("connections still in use at shutdown, interrupting their statements")
    for pool in pools { pool.interruptAll() }
    pipelines?.interruptAll()
    if await drained(pools, within: .seconds(5)) { return }
    instruments.reportError("connections still in use after they were interrupted; giving them up")
  }

  /// Asks the server whether it is there.
  ///
  /// - Throws: why it is not.
  public func ping(
    file: StaticString = #fileID, line: UInt = #line
  ) async throws(DatabaseError) {
    let session = try await writers.lease(at: CallSite(file: file, line: line))
    let lease = Lease(session, pool: writers)
    defer { lease.end() }
    let text = try texts.text(for: probe)
    _ = try await session.bounded(by: configuration.controlTimeout) {
      () async throws(DatabaseError) in try await session.ping(by: text)
    }
  }

  func pool(for text: StatementText) -> ConnectionPool {
    text.isReadOnly ? nearest : writers
  }

  private func drained(_ pools: [ConnectionPool], within limit: Duration) async -> Bool {
    let deadline = ContinuousClock.now + limit
    var pause = Duration.milliseconds(1)
    while true {
      let busy = pools.filter { $0.busyCount > 0 }
      if busy.isEmpty, (pipelines?.busyCount ?? 0) == 0 { break }
      if ContinuousClock.now > deadline { return false }
      // Shutting down goes on even if the caller's task is cancelled, so its error is not ours.
      let now = pause
      let wait = Task { _ = try? await Task.sleep(for: now) }
      for pool in busy { pool.whenDrained { wait.cancel() } }
      await wait.value
      pause = min(pause * 2, .milliseconds(50))
    }
    // Those that were under way when the closing began are idle now.
    pipelines?.close()
    return true
  }

  // Twice in the idle time, but never in a loop without a pause, and often enough for the lifetime.
  static func upkeepInterval(_ configuration: DatabaseConfiguration) -> Duration {
    var shortest = min(configuration.idleTimeout, configuration.maxLifetime) / 2
    // Soon again what a server ended that restarts.
    if configuration.minConnections > 0 { shortest = min(shortest, .seconds(10)) }
    return max(.milliseconds(50), min(shortest, .seconds(3600)))
  }

  private static func keepUp(
    _ writers: ConnectionPool, _ readers: ConnectionPool?, _ pipelines: PipelineGroup?,
    every interval: Duration
  ) -> Task<Void, Never> {
    // Not weak: counting references would be slow on an object that has a weak one.
    Task {
      await writers.openAhead()
      // Sleeping only fails by cancellation, which is how this ends.
      while (try? await Task.sleep(for: interval)) != nil {
        writers.closeExpired()
        readers?.closeExpired()
        pipelines?.closeExpired()
        await writers.openAhead()
      }
    }
  }
}
