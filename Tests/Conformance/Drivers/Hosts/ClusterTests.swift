import DriverAPI
import DriverMySQL
import DriverPostgres
import Foundation
import Testing
import Synchronization

/// Replicated databases of `Scripts/cluster`, whose nodes are killed; `make test-failover` runs these.
@Suite("Replicated databases fail over", .serialized)
struct ClusterTests {
  private static let environment = ProcessInfo.processInfo.environment
  static let patroni = environment["DOVETAIL_PATRONI_URL"]
  static let galera = environment["DOVETAIL_GALERA_URL"]

  private static func configuration() -> DatabaseConfiguration {
    var configuration = DatabaseConfiguration()
    configuration.maxConnections = 6
    configuration.controlTimeout = .seconds(10)
    return configuration
  }

  @Test("the primary of PostgreSQL is killed under writers", .enabled(if: patroni != nil))
  func patroniPrimary() async throws {
    let url = try DatabaseURL(try #require(Self.patroni))
    let db = try await Database.open(
      url, with: PostgresDriver(), configuration: Self.configuration())
    let writers = WriterLoop(db)
    try await writers.prepare()
    async let writing: Void = writers.run(taskCount: 4)
    try await Task.sleep(for: .seconds(2))
    let old = try await db.queryRow("SELECT inet_server_port()", as: Int.self)
    try #require(await Shell.status(of: "Scripts/cluster kill patroni primary") == 0)
    let killed = ContinuousClock.now
    try await Self.awaitPrimary(url, besides: old)
    let there = ContinuousClock.now
    try await Self.awaitStoring(writers, since: there, within: .seconds(5))
    try await Task.sleep(for: .seconds(2))
    writers.stop()
    await writing
    let account = try await writers.account()
    print("cluster: PostgreSQL: a new primary after \(there - killed); \(account)")
    #expect(account.lost.isEmpty && account.unexpected.isEmpty, "\(account)")
    #expect(try await db.queryRow("SELECT inet_server_port()", as: Int.self) != old)
    await db.close()
    let node = url.hosts.firstIndex { $0.port == old }.map { $0 + 1 } ?? 1
    _ = await Shell.status(of: "Scripts/cluster start patroni \(node)")
  }

  @Test("a node of Galera is killed under writers", .enabled(if: galera != nil))
  func galeraNode() async throws {
    let url = try DatabaseURL(try #require(Self.galera))
    let db = try await Database.open(url, with: MySQLDriver(), configuration: Self.configuration())
    let writers = WriterLoop(db)
    try await writers.prepare()
    async let writing: Void = writers.run(taskCount: 4)
    try await Task.sleep(for: .seconds(2))
    #expect(try await db.queryRow("SELECT @@wsrep_node_name", as: String.self) == "n1")
    try #require(await Shell.status(of: "Scripts/cluster kill galera 1") == 0)
    let killed = ContinuousClock.now
    try await Task.sleep(for: .milliseconds(200))
    try await Self.awaitStoring(writers, since: .now, within: .seconds(15))
    let there = writers.storing.last
    try await Task.sleep(for: .seconds(2))
    writers.stop()
    await writing
    let account = try await writers.account()
    print("cluster: Galera: stored again after \(there - killed); \(account)")
    #expect(account.lost.isEmpty && account.unexpected.isEmpty, "\(account)")
    #expect(try await db.queryRow("SELECT @@wsrep_node_name", as: String.self) != "n1")
    await db.close()
    #expect(await Shell.status(of: "Scripts/cluster start galera 1") == 0)
  }

  @Test(
    "a node that lost its cluster is left, and nothing is stored there", .enabled(if: galera != nil)
  )
  func galeraAlone() async throws {
    let url = try DatabaseURL(try #require(Self.galera))
    let db = try await Database.open(url, with: MySQLDriver(), configuration: Self.configuration())
    try await db.exec("CREATE OR REPLACE TABLE alone (id int PRIMARY KEY)")
    let admin = try await Database.open(
      url.replacingHosts([url.hosts[0]]), with: MySQLDriver(), configuration: Self.configuration())
    // It stays up and lets everybody in, and belongs to no primary component.
    try await admin.exec("SET GLOBAL wsrep_provider_options = 'gmcast.isolate=1'")
    for _ in 1...300 {
      guard (try? await admin.queryRow("SELECT COUNT(*) FROM alone", as: Int.self)) != nil else {
        break
      }
      try await Task.sleep(for: .milliseconds(200))
    }
    let attempts = Atomic<Int>(0)
    try await db.transaction(retrying: RetryPolicy(maxAttempts: 40)) { transaction in
      attempts.add(1, ordering: .relaxed)
      try await transaction.exec("INSERT INTO alone (id) VALUES (1)")
    }
    #expect(try await db.queryRow("SELECT COUNT(*) FROM alone", as: Int.self) == 1)
    #expect(try await db.queryRow("SELECT @@wsrep_node_name", as: String.self) != "n1")
    let error = await #expect(throws: DatabaseError.self) {
      try await Database.open(
        url.replacingHosts([url.hosts[0]]), with: MySQLDriver(),
        configuration: Self.configuration())
    }
    #expect(error?.kind == .cannotConnect, "\(String(describing: error))")
    print(
      "cluster: Galera, isolated: \(attempts.load(ordering: .relaxed)) attempts; \(String(describing: error))"
    )
    _ = await Shell.status(
      of:
        "Scripts/cluster query galera 1 \"SET GLOBAL wsrep_provider_options = 'gmcast.isolate=0'\"")
    await admin.close()
    await db.close()
  }

  @Test(
    "two writers of one row on two nodes: one commit is a deadlock", .enabled(if: galera != nil))
  func galeraConflict() async throws {
    let url = try DatabaseURL(try #require(Self.galera))
    var databases: [Database] = []
    for host in url.hosts.suffix(2) {
      let waiting = try DatabaseURL("\(try #require(Self.galera))&wsrep_sync_wait=1")
      databases.append(
        try await Database.open(
          waiting.replacingHosts([host]), with: MySQLDriver(), configuration: Self.configuration()))
    }
    let (one, other) = (databases[0], databases[1])
    #expect(try await one.queryRow("SELECT @@session.wsrep_sync_wait", as: Int.self) == 1)
    try await one.exec("CREATE OR REPLACE TABLE counters (id int PRIMARY KEY, amount int)")
    try await one.exec("INSERT INTO counters VALUES (1, 0)")
    // Waits for the row, which the other node may not have yet.
    #expect(try await other.queryRow("SELECT amount FROM counters", as: Int.self) == 0)
    let error = await #expect(throws: DatabaseError.self) {
      try await one.transaction { transaction in
        try await transaction.exec("UPDATE counters SET amount = amount + 1")
        try await other.exec("UPDATE counters SET amount = amount + 10")
        // Time for it to arrive and to win.
        try await Task.sleep(for: .milliseconds(500))
      }
    }
    #expect(
      error?.kind == .deadlock && error?.execution == .rejected, "\(String(describing: error))")
    #expect(try await one.queryRow("SELECT amount FROM counters", as: Int.self) == 10)
    await withThrowingTaskGroup { group in
      for db in databases {
        group.addTask {
          for _ in 1...20 {
            try await db.transaction(retrying: RetryPolicy(maxAttempts: 100)) { transaction in
              try await transaction.exec("UPDATE counters SET amount = amount + 1")
            }
          }
        }
      }
    }
    #expect(try await other.queryRow("SELECT amount FROM counters", as: Int.self) == 50)
    for db in databases { await db.close() }
  }

  /// Waits for a server, other than the one at that port, that takes writes.
  private static func awaitPrimary(_ url: DatabaseURL, besides old: Int?) async throws {
    let others = url.hosts.filter { $0.port != old }
    for _ in 1...600 {
      do {
        let db = try await Database.open(url.replacingHosts(others), with: PostgresDriver())
        await db.close()
        return
      } catch {
        try await Task.sleep(for: .milliseconds(100))
      }
    }
    Issue.record("no new primary within a minute")
  }

  private static func awaitStoring(
    _ writers: WriterLoop, since start: ContinuousClock.Instant, within limit: Duration
  ) async throws {
    while writers.storing.last <= start, .now - start < limit {
      try await Task.sleep(for: .milliseconds(20))
    }
    #expect(writers.storing.last > start, "nothing was stored within \(limit)")
  }
}
