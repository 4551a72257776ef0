import DriverAPI
import Logging

/// Looks at the other servers: who is alive, who is logged in where, who is banned, and what they ask of
/// this one.
///
/// One small query tells whether there is anything new. Being woken only makes it come sooner.
final class ClusterRoster: Sendable {
  private struct State {
    var view: ClusterView
    /// What was read, by server and number of its changes.
    var people: [String: Int64]?
    var bans: [String: Int64]?
    var orders: Int64 = 0
    /// The servers whose names were freed.
    var freed: Set<String> = []
    /// The orders that take their time.
    var asking: Set<String> = []
  }

  private let database: Database
  private let registry: ServerRegistry
  private let table: NameTable
  private let names: NameRegistry
  private let pulse: ClusterPulse
  private let orders: ClusterOrders
  private let identity: ServerIdentity
  private let alarm: ClusterAlarm
  private let logger: Logger
  private let state: Mutex<State>

  init(
    _ database: Database, _ registry: ServerRegistry, _ table: NameTable, _ names: NameRegistry,
    _ pulse: ClusterPulse, _ orders: ClusterOrders, identity: ServerIdentity,
    alarm: ClusterAlarm, logger: Logger
  ) {
    self.database = database
    self.registry = registry
    self.table = table
    self.names = names
    self.pulse = pulse
    self.orders = orders
    self.identity = identity
    self.alarm = alarm
    self.logger = logger
    state = Mutex(State(view: ClusterView(name: identity.name)))
  }

  /// What is known of the others.
  var view: ClusterView {
    var view = state.withLock { $0.view }
    view.isHeld = pulse.lease.isHeld
    view.clockDifference = pulse.clockDifference
    view.feedLag = pulse.feedLag?()
    return view
  }

  /// There may be news.
  func wake() { alarm.ring() }

  /// Looks until the task is cancelled.
  func run(for room: ChatRoom) async {
    var hasFailed = false
    while !Task.isCancelled {
      await alarm.wait(atMost: pause)
      guard !Task.isCancelled else { return }
      do {
        try await look(for: room)
        hasFailed = false
      } catch {
        if !hasFailed, !Task.isCancelled {
          logger.error("the other servers were not seen", metadata: ["error": "\(error)"])
        }
        hasFailed = true
      }
      // However often somebody rings: what changes at once is read at once.
      try? await Task.sleep(for: Self.minPause)
    }
  }

  private static let minPause = Duration.milliseconds(50)

  private var pause: Duration {
    let timing = identity.timing
    let isTold = pulse.announce != nil && names.questions.isEmpty
    return isTold ? timing.restingLook : timing.look
  }

  /// Looks once.
  func look(for room: ChatRoom) async throws {
    let (members, difference) = try await registry.members()
    guard let own = members.first(where: { $0.token == table.token }), !own.isLost else {
      return pulse.lose("the row of this server is gone")
    }
    if let difference { pulse.clockDifference = difference }
    let others = try await withoutDead(members.filter { $0.token != table.token })
    state.withLock { state in
      state.view.others = others.living.sorted { $0.name < $1.name }
      state.view.readAt = .now
    }
    try await readPeople(others.living, for: room)
    try await readBans(others.living + others.lost, for: room)
    try await readOrders(own.orderChanges, for: room)
    let questions = names.questions
    guard !questions.isEmpty else { return }
    names.resume(open: try await orders.open(questions.map(\.id)), gone: others.free)
  }
}

// MARK: - The dead

extension ClusterRoster {
  private struct Others {
    /// Those that have their names.
    var living: [ClusterMember] = []
    /// Those that were buried.
    var lost: [ClusterMember] = []
    /// Those whose names are free.
    var free: Set<String> = []
  }

  private func withoutDead(_ members: [ClusterMember]) async throws -> Others {
    var others = Others()
    for member in members {
      if try await isLost(member) {
        others.lost.append(member)
      } else {
        others.living.append(member)
      }
    }
    let tokens = Set(members.map(\.token))
    state.withLock { $0.freed.formIntersection(tokens) }
    for member in others.lost {
      if await free(member) { others.free.insert(member.token) }
      if member.age > identity.timing.memory { try await registry.remove(member.token) }
    }
    // Names that came in when their server had been removed already.
    for token in Set(names.questions.map(\.server)).subtracting(tokens) {
      try await registry.dispossess(token)
      others.free.insert(token)
    }
    return others
  }

  private func isLost(_ member: ClusterMember) async throws -> Bool {
    guard !member.isLost else { return true }
    let hasEnded = member.host == identity.host && identity.isGone(member.process)
    // Whoever could not reach the database himself may not judge others by their silence: they may be
    // about to renew their leases, as he was a moment ago.
    let lifetime = identity.timing.lifetime
    let isSilent = member.age > lifetime && pulse.lease.heldFor ?? .zero > lifetime
    guard hasEnded || isSilent, try await registry.bury(member) else { return false }
    logger.warning(
      "a server is gone; its names are free",
      metadata: [
        "server": "\(LogText.line(member.name))",
        "reason": hasEnded ? "its process has ended" : "no sign of life for \(member.age)",
      ])
    return true
  }

  /// Frees the names of a server that was buried, unless this one has seen to that already.
  private func free(_ member: ClusterMember) async -> Bool {
    if state.withLock({ $0.freed.contains(member.token) }) { return true }
    do {
      // A batch that it is in the middle of may hold it up; the next look tries again.
      try await TimeLimit.run(.seconds(1)) { [registry] in
        try await registry.dispossess(member.token)
      }
    } catch {
      logger.warning(
        "the names of a server that is gone are not free yet",
        metadata: ["server": "\(LogText.line(member.name))", "error": "\(error)"])
      return false
    }
    state.withLock { _ = $0.freed.insert(member.token) }
    return true
  }
}

// MARK: - News

extension ClusterRoster {
  private func readPeople(_ living: [ClusterMember], for room: ChatRoom) async throws {
    let versions = Dictionary(living.map { ($0.token, $0.peopleChanges) }) { $1 }
    guard state.withLock({ $0.people }) != versions else { return }
    let people = versions.isEmpty ? [] : try await table.others()
    room.showOthers(people.filter { versions[$0.server] != nil }.map(\.user))
    state.withLock { $0.people = versions }
  }

  private func readBans(_ others: [ClusterMember], for room: ChatRoom) async throws {
    let versions = Dictionary(others.map { ($0.token, $0.banChanges) }) { $1 }
    guard state.withLock({ $0.bans }) != versions else { return }
    room.keepOut(try await BanHistory.openBans(in: database, logger))
    state.withLock { $0.bans = versions }
  }

  private func readOrders(_ number: Int64, for room: ChatRoom) async throws {
    guard state.withLock({ $0.orders }) != number else { return }
    let waiting = try await orders.waiting()
    var done: [ClusterOrders.Order] = []
    var questions: [ClusterOrders.Order] = []
    for order in waiting {
      switch order.action {
      case .end(let code, let reason):
        room.endSession(of: UserName(order.user), code: code, reason: reason)
        done.append(order)
      case .ask:
        if state.withLock({ $0.asking.insert(order.id).inserted }) { questions.append(order) }
      }
    }
    try await orders.remove(done)
    state.withLock { $0.orders = number }
    if !questions.isEmpty { ask(questions, for: room) }
  }

  /// Asks clients whether they are still there, and ends the sessions of those who are not. Nobody waits for
  /// it but whoever asked.
  private func ask(_ questions: [ClusterOrders.Order], for room: ChatRoom) {
    Task {
      await withTaskGroup(of: Void.self) { group in
        for question in questions {
          group.addTask { await self.ask(question, for: room) }
        }
      }
      do {
        try await orders.remove(questions)
      } catch {
        // They are read again when something else is asked, or end with this server.
        logger.warning("an answer was not given", metadata: ["error": "\(error)"])
      }
      state.withLock { $0.asking.subtract(questions.map(\.id)) }
    }
  }

  private func ask(_ question: ClusterOrders.Order, for room: ChatRoom) async {
    guard await room.freeName(question.user) else { return }
    // The answer must not come before the name is free.
    for _ in 0..<100 where names.has(question.user) {
      // Nobody cancels this task; if a sleep ended early, the name would be asked for in vain.
      try? await Task.sleep(for: .milliseconds(20))
    }
  }
}
