import DriverAPI
import DriverFaults

// The session of one that listens, which is no session of the pool.
let listenerClauses = [
  Clause(
    "NOTIFY-1",
    "Listening outlasts every limit of the pool and of calls, and ends with who listens.",
    needs: \.notifications, weight: .waiting, otherwise: cannotListen
  ) { context in
    guard ServerAddress(try DatabaseURL(context.url)) != nil else {
      throw NotSaid("a listener that nobody has is seen by a proxy only")
    }
    let proxy = try context.proxy()
    let far = try await context.open(through: proxy, with: context.harness.driver) {
      $0.controlTimeout = .seconds(1)
      $0.statementTimeout = .seconds(1)
      $0.idleTimeout = .milliseconds(200)
      $0.maxLifetime = .milliseconds(400)
    }
    let near = try await context.open()
    let channel = "late \(UInt64.random(in: 0 ... .max))"
    try await hear(channel, far, from: near, after: .milliseconds(1300))
    for _ in 1...100 where proxy.connectionCount > 0 {
      try await Task.sleep(for: .milliseconds(100))
    }
    try expectEqual(proxy.connectionCount, 0, "sessions when nobody listens any more")
  },

  Clause(
    "NOTIFY-1", "A listener asks a server that is away less and less often.",
    needs: \.notifications, weight: .waiting, otherwise: cannotListen
  ) { context in
    guard ServerAddress(try DatabaseURL(context.url)) != nil else {
      throw NotSaid("there is no server that could be away")
    }
    let proxy = try context.proxy()
    let watched = WatchedDriver(context.harness.driver)
    let far = try await context.open(through: proxy, with: watched)
    let channel = "away \(UInt64.random(in: 0 ... .max))"
    var events = try await far.notifications(on: channel).makeAsyncIterator()
    let before = watched.counts.attempted
    proxy.acceptsConnections = false
    proxy.cutAll()
    Deadline.after(.seconds(1)) { proxy.acceptsConnections = true }
    guard case .reconnected = try await events.next() else {
      throw ClauseFailure("it was not told that it had been away")
    }
    let attempts = watched.counts.attempted - before
    try expect(attempts <= 10, "\(attempts) attempts in a second")
    // Whoever is told so has missed nothing since.
    try await context.open().notify(channel, "back")
    guard case .received(let heard) = try await events.next() else {
      throw ClauseFailure("it was away once more")
    }
    try expectEqual(heard.payload, "back", "what was heard")
  },
]

private let cannotListen: Clause.Check = { context in
  let db = try await context.open()
  try await expectRefusal(.unsupported, "listening") { try await db.notifications(on: "news") }
}

/// Listens for so long before something is sent, and then to nobody any more.
private func hear(
  _ channel: String, _ db: Database, from other: Database, after time: Duration
) async throws {
  var events = try await db.notifications(on: channel).makeAsyncIterator()
  try await Task.sleep(for: time)
  try await other.notify(channel, "late")
  guard case .received(let heard) = try await events.next() else {
    throw ClauseFailure("the session was lost while nothing was sent")
  }
  try expectEqual(heard.payload, "late", "what was heard")
}
