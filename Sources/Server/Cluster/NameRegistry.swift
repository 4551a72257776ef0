import DriverAPI
import Logging

/// Gives names to sessions, each once among all servers, and tells the others who is where.
///
/// One task takes everything that has come up and tells it to the database in as few statements as
/// there are kinds: a lone log-in takes two, and a thousand at once some dozens.
final class NameRegistry: Sendable {
  /// What became of a wish for a name.
  enum Verdict: Sendable {
    case granted
    /// A living server has it.
    case taken
    /// The database did not answer in time, or this server has no names any more.
    case unknown
    /// The session ended meanwhile.
    case over
  }

  fileprivate struct Claim {
    var session: SessionID
    var deadline: ContinuousClock.Instant
    var answer: CheckedContinuation<Verdict, Never>
    /// What the server that has the name was asked for; nil if nobody has it, or the answer has come.
    var question: ClusterOrders.Order?
    /// Whether it was asked and has answered.
    var wasAnswered = false
  }

  fileprivate struct State {
    var ledger = NameLedger()
    var claims: [String: Claim] = [:]
    /// Whether there is something that the others do not know of.
    var hasNews = false
    var isClosed = false
  }

  private let state = Mutex(State())
  private let table: NameTable
  private let timing: ClusterTiming
  private let logger: Logger
  private let alarm = ClusterAlarm()
  private let pulse: ClusterPulse
  private let orders: ClusterOrders
  /// Has this server look at the others, because one of them has a name that is asked for.
  private let watch: ClusterAlarm

  init(
    _ table: NameTable, _ pulse: ClusterPulse, _ orders: ClusterOrders, watch: ClusterAlarm,
    timing: ClusterTiming, logger: Logger
  ) {
    self.orders = orders
    self.table = table
    self.pulse = pulse
    self.watch = watch
    self.timing = timing
    self.logger = logger
  }

  /// How many of this server's users have a name, or wait for one.
  var count: Int { state.withLock { $0.ledger.count } }

  /// Whether the database has, or is about to lose, the row of a name of this server.
  func has(_ key: String) -> Bool { state.withLock { $0.ledger.isKnown(key) } }

  /// Takes a name for a session; returns when that is decided.
  func claim(_ name: UserName, for session: SessionID, in channel: String) async -> Verdict {
    await withCheckedContinuation { continuation in
      let claim = Claim(
        session: session, deadline: .now + timing.claimPatience, answer: continuation)
      let old = state.withLock { state -> Claim? in
        guard !state.isClosed else { return claim }
        let old = state.claims.updateValue(claim, forKey: name.key)
        state.ledger.claim(NameLedger.Seat(session: session, name: name, channel: channel))
        return old
      }
      old?.answer.resume(returning: old?.session == session ? .unknown : .over)
      alarm.ring()
    }
  }

  /// A session went to another channel.
  func move(_ session: SessionID, _ name: UserName, to channel: String) {
    state.withLock { $0.ledger.move(session, name.key, to: channel) }
    alarm.ring()
  }

  /// A session is over.
  func release(_ session: SessionID, _ name: UserName) {
    let claim = state.withLock { state -> Claim? in
      state.ledger.release(session, name.key)
      return state.takeClaim(name.key, of: session)
    }
    claim?.answer.resume(returning: .over)
    alarm.ring()
  }

  /// What other servers were asked for that have names which are asked for here.
  var questions: [ClusterOrders.Order] {
    state.withLock { $0.claims.values.compactMap(\.question) }
  }

  /// Goes on with the wishes for names that others have.
  ///
  /// - Parameters:
  ///   - open: the questions that were not answered yet.
  ///   - gone: the servers whose names are free.
  func resume(open: Set<String>, gone: Set<String>) {
    state.withLock { state in
      for (key, claim) in state.claims {
        guard let question = claim.question else { continue }
        let isGone = gone.contains(question.server)
        guard isGone || !open.contains(question.id) else { continue }
        state.claims[key]?.question = nil
        state.claims[key]?.wasAnswered = !isGone
        state.ledger.enqueue(key)
      }
    }
    alarm.ring()
  }

  /// Works until the task is cancelled.
  func run() async {
    while !Task.isCancelled {
      let work = state.withLock { state in
        let claims = state.claims
        return state.ledger.takeWork { claims[$0]?.question != nil }
      }
      do {
        try await carryOut(work)
        grant()
        try await tellOthers()
      } catch {
        guard !Task.isCancelled else { return }
        logger.error("names were not settled with the others", metadata: ["error": "\(error)"])
        state.withLock { $0.ledger.putBack(work) }
        await alarm.wait(atMost: .milliseconds(200))
      }
      giveUpLate()
      if work.isEmpty { await alarm.wait(atMost: .seconds(1)) }
    }
  }

  /// Grants nothing any more; whoever waits is told.
  func close() {
    let claims = state.withLock { state in
      state.isClosed = true
      defer { state.claims = [:] }
      return state.claims
    }
    for claim in claims.values { claim.answer.resume(returning: .unknown) }
  }

  private func carryOut(_ work: NameLedger.Work) async throws {
    if !work.releases.isEmpty {
      try await table.release(work.releases)
      state.withLock {
        $0.ledger.noteReleased(work.releases)
        $0.hasNews = true
      }
    }
    if !work.changes.isEmpty {
      try await table.change(work.changes)
      state.withLock {
        $0.ledger.noteStored(work.changes)
        $0.hasNews = true
      }
    }
    if !work.claims.isEmpty { try await claim(work.claims) }
  }

  private func claim(_ seats: [NameLedger.Seat]) async throws {
    let newCount = try await withRetries { try await self.table.claim(seats) }
    if newCount == seats.count {
      return state.withLock {
        $0.ledger.noteStored(seats)
        $0.hasNews = true
      }
    }
    let keys = seats.map(\.name.key)
    let holders = try await table.holders(of: keys)
    let own = holders.filter { $0.server == table.token }.map(\.key)
    let (taken, questions) = state.withLock { state in
      state.ledger.noteOwn(own)
      if newCount > 0 { state.hasNews = true }
      // Those that nobody has were somebody's a moment ago.
      let known = Set(holders.map(\.key))
      for key in keys where !known.contains(key) { state.ledger.enqueue(key) }
      return state.lose(to: holders.filter { $0.server != table.token }, orders)
    }
    for claim in taken { claim.answer.resume(returning: .taken) }
    try await orders.give(questions)
    guard !questions.isEmpty else { return }
    state.withLock { $0.note(questions) }
    pulse.announce?()
    watch.ring()
  }

  /// Has the others look, if there is something to see.
  private func tellOthers() async throws {
    guard state.withLock({ $0.hasNews }) else { return }
    state.withLock { $0.hasNews = false }
    do {
      try await pulse.beat(clientCount: count, hasNewPeople: true)
    } catch {
      state.withLock { $0.hasNews = true }
      throw error
    }
  }

  /// Two servers that want the same names may lock them in each other's way.
  private func withRetries<R>(_ body: () async throws -> R) async throws -> R {
    for _ in 0..<5 {
      do {
        return try await body()
      } catch let error as DatabaseError
        where error.kind == .deadlock || error.kind == .serializationFailure
      {
        continue
      }
    }
    return try await body()
  }

  /// Lets in those whose names are stored.
  private func grant() {
    let granted = state.withLock { state in
      state.claims.filter { state.ledger.isStored($0.key) }
        // In the order in which they came.
        .sorted { $0.value.deadline < $1.value.deadline }
        .compactMap { state.takeClaim($0.key, of: $0.value.session) }
    }
    for claim in granted { claim.answer.resume(returning: .granted) }
  }

  /// Those for whom it takes too long are told.
  private func giveUpLate() {
    let late = state.withLock { state -> [Claim] in
      let now = ContinuousClock.now
      return state.claims.filter { $0.value.deadline < now }.map { state.lose($0, $1) }
    }
    for claim in late { claim.answer.resume(returning: .unknown) }
  }
}

extension NameRegistry.State {
  /// Takes the wish of a session out.
  fileprivate mutating func takeClaim(_ key: String, of session: SessionID) -> NameRegistry.Claim? {
    guard claims[key]?.session == session else { return nil }
    return claims.removeValue(forKey: key)
  }

  /// Those that others have: whoever was asked already and is alive keeps it, all others are asked whether
  /// the client is still there.
  fileprivate mutating func lose(
    to rivals: [NameTable.Holder], _ orders: ClusterOrders
  ) -> (taken: [NameRegistry.Claim], questions: [ClusterOrders.Order]) {
    var taken: [NameRegistry.Claim] = []
    var questions: [ClusterOrders.Order] = []
    for rival in rivals {
      ledger.noteTaken(rival.key)
      guard let claim = claims[rival.key] else { continue }
      if claim.wasAnswered {
        taken.append(lose(rival.key, claim))
      } else {
        questions.append(orders.order(.ask, rival.key, to: rival.server))
      }
    }
    return (taken, questions)
  }

  /// Questions were asked.
  fileprivate mutating func note(_ questions: [ClusterOrders.Order]) {
    for question in questions { claims[question.user]?.question = question }
  }

  /// Gives a wish up.
  fileprivate mutating func lose(_ key: String, _ claim: NameRegistry.Claim) -> NameRegistry.Claim {
    claims[key] = nil
    ledger.release(claim.session, key)
    return claim
  }
}
