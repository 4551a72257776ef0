import DriverAPI
import Logging

/// One run of this server among those that share its database: its lease, its names, and what it sees of
/// the others.
///
/// A run whose lease is lost is over, with everything that was begun in it; the server begins another.
final class ChatCluster: Sendable {
  let identity: ServerIdentity
  /// What tells this run from all others.
  let token: String
  let pulse: ClusterPulse
  let names: NameRegistry
  private let orders: ClusterOrders
  private let registry: ServerRegistry
  private let roster: ClusterRoster
  private let logger: Logger
  private let tasks = Mutex<[Task<Void, Never>]>([])

  /// Joins the others. The schema is up to date.
  ///
  /// - Parameter token: names this run, also in the journal.
  init(
    _ database: Database, as identity: ServerIdentity, token: String, logger: Logger
  ) async throws {
    self.identity = identity
    self.token = token
    self.logger = logger
    let registry = ServerRegistry(database: database)
    let sentAt = ContinuousClock.now
    try await registry.enter(
      token, identity, schemaVersion: Migrator(ChatSchema.migrations).targetVersion)
    let table = NameTable(database: database, token: token)
    let pulse = ClusterPulse(
      registry, token: token,
      lease: ClusterLease(lifetime: identity.timing.ownLifetime, sentAt: sentAt), logger: logger)
    let alarm = ClusterAlarm()
    let orders = ClusterOrders(database, token: token)
    let names = NameRegistry(
      table, pulse, orders, watch: alarm, timing: identity.timing, logger: logger)
    self.registry = registry
    self.pulse = pulse
    self.names = names
    self.orders = orders
    roster = ClusterRoster(
      database, registry, table, names, pulse, orders, identity: identity, alarm: alarm,
      logger: logger)
  }

  /// Whether this server has the names that it gave out.
  var isHeld: Bool { pulse.lease.isHeld }

  /// What is known of the others.
  var view: ClusterView { roster.view }

  /// Begins to give signs of life and to look at the others, once before it returns.
  ///
  /// - Parameter whenLost: called once when the lease is lost.
  func start(_ room: ChatRoom, whenLost: @escaping @Sendable () -> Void) async throws {
    pulse.whenLost(whenLost)
    try await roster.look(for: room)
    let (names, roster) = (names, roster)
    tasks.withLock {
      $0 = [
        Task { await names.run() },
        Task { await roster.run(for: room) },
        Task { await keep() },
        Task { await watchOver(room) },
      ]
    }
  }

  /// Somebody carries word between the servers: `announce` has all others call ``wake()`` soon. Then this one
  /// looks at the others less often by itself. What is lost on the way comes later.
  func rely(on announce: @escaping @Sendable () -> Void) { pulse.announce = announce }

  /// Another server has announced that there is news.
  func wake() { roster.wake() }

  /// Asks whichever other server a user is logged in on to end his session.
  ///
  /// - Returns: whether he is logged in on one.
  func endSession(of user: UserName, code: UInt16, reason: String) async throws -> Bool {
    guard let server = try await orders.holder(of: user) else { return false }
    try await orders.give(
      [orders.order(.end(code: code, reason: reason), user.key, to: server)])
    pulse.announce?()
    return true
  }

  /// Has each sign of life say how far this server is behind with what the others store.
  func measureFeedLag(_ lag: @escaping @Sendable () -> Duration) { pulse.feedLag = lag }

  /// Has the other servers read anew who is banned.
  func announceBans() async throws {
    try await pulse.beat(clientCount: names.count, hasNewBans: true)
  }

  /// Frees the names and leaves the others. Nothing is granted any more.
  func leave() async {
    names.close()
    // From here on this server's clients can say nothing, so that whoever gets a name next is the only one.
    pulse.lease.finish()
    pulse.whenLost {}
    let running = tasks.withLock { tasks in
      defer { tasks = [] }
      return tasks
    }
    for task in running { task.cancel() }
    for task in running { await task.value }
    do {
      try await TimeLimit.run(identity.timing.lifetime) { [registry, token] in
        try await registry.remove(token)
      }
    } catch {
      logger.error(
        "this server's names were not freed; the others will do that",
        metadata: ["error": "\(error)"])
    }
  }

  /// Gives signs of life until the task is cancelled.
  private func keep() async {
    let timing = identity.timing
    var hasFailed = false
    while !Task.isCancelled {
      do {
        try await TimeLimit.run(timing.beatPatience) { [pulse, names] in
          try await pulse.beat(clientCount: names.count)
        }
        hasFailed = false
      } catch is ClusterPulse.IsOver {
        return
      } catch {
        if !hasFailed, !Task.isCancelled {
          logger.error("the lease was not renewed", metadata: ["error": "\(error)"])
        }
        hasFailed = true
      }
      // Cancelling ends the sleep, and with it the loop.
      try? await Task.sleep(for: hasFailed ? timing.beat / 4 : timing.beat)
    }
  }

  /// Tells the clients while they are not heard, and ends the run when that lasts.
  private func watchOver(_ room: ChatRoom) async {
    let timing = identity.timing
    var isSilent = false
    while !Task.isCancelled {
      if pulse.lease.age > timing.ownLifetime + timing.silence {
        pulse.lose("the database has not answered for \(pulse.lease.age.components.seconds) s")
        return
      }
      if isHeld == isSilent {
        isSilent.toggle()
        logger.log(
          level: isSilent ? .error : .notice,
          isSilent ? "clients are not heard until the lease is renewed" : "clients are heard again")
      }
      // Cancelling ends the sleep, and with it the loop.
      try? await Task.sleep(for: timing.beat / 4)
    }
  }
}
