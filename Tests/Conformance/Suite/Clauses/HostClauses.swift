import DriverAPI
import DriverFaults

// Several servers, and sessions that come too late.
let hostClauses = [
  Clause(
    "CONN-6", "Of several hosts the first that answers is used, and the next when it goes away.",
    needs: \.networkSession, weight: .heavy, otherwise: namesNoServer
  ) { context in
    let proxies = [try context.proxy(), try context.proxy(), try context.proxy()]
    let hosts = proxies.flatMap(\.url.hosts)
    if hosts.isEmpty {
      throw NotSaid("the URLs carry words of another library, in which hosts are not known")
    }
    let url = proxies[0].url.replacingHosts(hosts)
    do throws(DatabaseError) { _ = try context.harness.driver.plan(for: url) } catch {
      // A driver whose URLs name one server refuses more, instead of passing them over.
      return try expectEqual(error.kind, .misuse, "how several hosts are refused")
    }
    proxies[0].close()
    let db = try await context.open(url, with: WatchedDriver(context.harness.driver)) {
      $0.maxConnections = 1
    }
    try await db.createItems(rowCount: 1)
    try expectEqual(proxies.map(\.connectionCount), [0, 1, 0], "sessions with each host")
    proxies[1].close()
    for _ in 1...100 where proxies[2].connectionCount == 0 {
      // The call that notices may fail.
      _ = try? await db.exec("UPDATE items SET amount = 1")
      try await Task.sleep(for: .milliseconds(20))
    }
    try expectEqual(proxies[2].connectionCount, 1, "sessions with the third host")
    try expectEqual(try await db.rowCount(of: "items"), 1, "rows")
  },

  Clause(
    "CONN-9", "A host that dies without a word is noticed: TCP watches over each session.",
    needs: \.watchesServer, otherwise: endsByItsLimit
  ) { context in
    let proxy = try context.proxy()
    let db = try await context.open(through: proxy)
    try await db.ping()
    let sockets = proxy.watchfulness
    try expect(!sockets.isEmpty, "no socket of this process leads to the proxy")
    for socket in sockets {
      let idle = try expectSome(socket.keepAliveIdle, "seconds until TCP asks")
      try expect(idle <= 60, "TCP asks only after \(idle) s")
      let patience = socket.keepAliveInterval * socket.keepAliveCount
      try expect(patience <= 30, "TCP goes on asking for \(patience) s")
      try expect(
        (1...120_000).contains(socket.userTimeout),
        "sent bytes may stay unacknowledged for \(socket.userTimeout) ms")
    }
  },

  Clause(
    "CONN-8", "A session that arrives after the connect timeout is closed.", weight: .heavy
  ) { context in
    let late = WatchedDriver(context.harness.driver)
    late.hangsOnConnect = true
    try await expectError(.cannotConnect, connection: .spent, "connecting to a slow server") {
      try await context.open(with: late) { $0.connectTimeout = .milliseconds(100) }
    }
    try expectEqual(late.counts.connected, 0, "sessions when the time was over")
    for _ in 1...100 where late.counts.closed == 0 {
      try await Task.sleep(for: .milliseconds(100))
    }
    try expectEqual(late.counts.connected, 1, "sessions that came late")
    try expectEqual(late.counts.closed, 1, "sessions closed")
  },
]

/// Where TCP does not watch, the limits of statements do.
private func endsByItsLimit(_ context: ConformanceContext) async throws {
  if try await !context.open().capabilities.networkSession {
    return try await namesNoServer(context)
  }
  let proxy = try context.proxy()
  let db = try await context.open(through: proxy) {
    $0.maxConnections = 1
    $0.statementTimeout = .milliseconds(500)
    $0.controlTimeout = .milliseconds(500)
  }
  try await db.createItems(rowCount: 1)
  proxy.fallSilent()
  let watch = TaskStopwatch()
  _ = try await thrownError("a statement on a dead host") {
    try await db.exec("UPDATE items SET amount = 1")
  }
  let waited = watch.ownTime
  try expect(waited < .seconds(15), "a statement on a dead host ended only after \(waited)")
}
