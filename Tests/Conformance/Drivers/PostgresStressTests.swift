import DriverAPI
import DriverPostgres
import Foundation
import Testing

@Suite(
  "PostgreSQL under attack", .serialized,
  .enabled(
    if: PostgresServer.plain != nil
      && ProcessInfo.processInfo.environment["DOVETAIL_STRESS"] != nil,
    "long: set DOVETAIL_STRESS, with a server"))
struct PostgresStressTests {
  @Test("sessions killed and a restart amid 64 busy tasks: no wrong result, no lost write, no hang")
  func killedSessions() async throws {
    let cluster = try await PostgresCluster()
    defer { cluster.remove() }
    var configuration = DatabaseConfiguration()
    configuration.maxConnections = 10
    configuration.leaseTimeout = .seconds(30)
    let db = try await Database.open(
      DatabaseURL(cluster.url), with: PostgresDriver(), configuration: configuration)
    let admin = try await Database.open(DatabaseURL(cluster.url), with: PostgresDriver())
    try await db.exec("CREATE TABLE writes (id int8 PRIMARY KEY)")
    let ledger = PostgresLedger()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<64 {
        group.addTask {
          while !ledger.isOver { try await ledger.act(on: db, as: number) }
        }
      }
      for round in 0..<12 {
        try await Task.sleep(for: .milliseconds(150))
        if round == 6 {
          try await cluster.stop()
          try await Task.sleep(for: .milliseconds(300))
          try await cluster.start()
        } else {
          await killSome(admin)
        }
      }
      ledger.end()
      try await group.waitForAll()
    }
    try await expectWhole(db, sessions: 10)
    let stored = try await db.query("SELECT id FROM writes", as: Int64.self).collect()
    let lost = ledger.acknowledged.subtracting(stored)
    #expect(lost.isEmpty, "\(lost.count) acknowledged writes are lost")
    let ghosts = Set(stored).subtracting(ledger.acknowledged).subtracting(ledger.unknown)
    #expect(ghosts.isEmpty, "\(ghosts.count) writes are there that were told to have failed")
    #expect(ledger.acknowledged.count > 100)
    #expect(ledger.failureCount > 0, "nothing was ever killed")
    print("acknowledged \(ledger.acknowledged.count), unknown \(ledger.unknown.count)")
    await admin.close()
    await db.close()
  }

  @Test(
    "ten thousand statements cancelled at random points: nothing leaks, nothing goes on running")
  func cancelledStatements() async throws {
    let server = try #require(PostgresServer.plain)
    let name = "cancelled-" + UUID().uuidString.prefix(8)
    let db = try await server.open(["application_name": name]) { $0.maxConnections = 8 }
    let tally = PostgresTally()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for worker in 0..<16 {
        group.addTask {
          for round in 0..<625 {
            tally.count(cancelled: try await cancelledOnce(db, worker * 1000 + round))
          }
        }
      }
      try await group.waitForAll()
    }
    let (cancelled, finished) = tally.counts
    #expect(cancelled + finished == 10_000)
    #expect(cancelled > 1000, "only \(cancelled) were cancelled")
    try await expectWhole(db, sessions: 8)
    let running = try await db.queryRow(
      """
      SELECT count(*) FROM pg_stat_activity
      WHERE application_name = ? AND state <> 'idle' AND pid <> pg_backend_pid()
      """, name, as: Int.self)
    #expect(running == 0, "statements still run on the server")
    let sessions = try await db.queryRow(
      "SELECT count(*) FROM pg_stat_activity WHERE application_name = ?", name, as: Int.self)
    #expect((1...10).contains(sessions ?? 0), "\(sessions ?? 0) sessions for 8 and two pipelines")
    print("cancelled \(cancelled), finished \(finished)")
    await db.close()
  }
}

/// Kills up to three sessions other than the administrator's.
private func killSome(_ admin: Database) async {
  do {
    _ = try await admin.query(
      """
      SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() ORDER BY random() LIMIT 3
      """, as: Bool.self
    ).collect()
  } catch {
    // The administrator's own connection was among the victims of the restart.
  }
}

/// One statement that is cancelled at a random moment; whether it was.
private func cancelledOnce(_ db: Database, _ number: Int) async throws -> Bool {
  let task = Task { () async throws -> Int in
    switch number % 4 {
    case 0: return try await db.queryRow("SELECT ?::int8", number, as: Int.self) ?? -1
    case 1:
      return try await db.queryRow(
        "SELECT max(n) * 0 + ?::int8 FROM generate_series(1, 3000) n", number, as: Int.self) ?? -1
    case 2:
      let rows = try await db.query(
        "SELECT ?::int8 FROM generate_series(1, 500)", number, as: Int.self
      ).collect()
      guard rows.count == 500, Set(rows) == [number] else { return -1 }
      return number
    default:
      return try await db.transaction { transaction in
        try await transaction.queryRow("SELECT ?::int8", number, as: Int.self) ?? -1
      }
    }
  }
  let delay = Int.random(in: 0...3000)
  let alarm = Task {
    try await Task.sleep(for: .microseconds(delay))
    task.cancel()
  }
  defer { alarm.cancel() }
  do {
    let found = try await task.value
    #expect(found == number, "another statement's result")
    return false
  } catch let error as DatabaseError {
    #expect(error.kind == .cancelled, "\(error)")
    return true
  } catch is CancellationError {
    return true
  }
}

/// All connections can be had at once, each in order.
private func expectWhole(_ db: Database, sessions: Int) async throws {
  try await withThrowingTaskGroup(of: Void.self) { group in
    for number in 0..<sessions {
      group.addTask {
        for attempt in 1...5 {
          do {
            try await db.withConnection { connection in
              #expect(connection.transactionStatus == .none)
              let found = try await connection.queryRow("SELECT ?::int4", number, as: Int.self)
              #expect(found == number)
              try await Task.sleep(for: .milliseconds(50))
            }
            return
          } catch let error as DatabaseError where error.kind == .connectionLost && attempt < 5 {
            // A session that died unnoticed; the pool makes another one.
          }
        }
      }
    }
    try await group.waitForAll()
  }
}

/// What 64 tasks were told about their writes.
private final class PostgresLedger: Sendable {
  private struct State {
    var next: Int64 = 0
    var acknowledged: Set<Int64> = []
    var unknown: Set<Int64> = []
    var failureCount = 0
    var isOver = false
  }

  private let state = Mutex(State())

  var acknowledged: Set<Int64> { state.withLock { $0.acknowledged } }
  var unknown: Set<Int64> { state.withLock { $0.unknown } }
  var isOver: Bool { state.withLock { $0.isOver } }
  var failureCount: Int { state.withLock { $0.failureCount } }

  func end() { state.withLock { $0.isOver = true } }

  /// A read that must be right, or a write that is noted down.
  func act(on db: Database, as number: Int) async throws {
    let id = state.withLock { state in
      state.next += 1
      return state.next
    }
    do {
      if id % 2 == 0 {
        let found = try await db.queryRow("SELECT ?::int8 + 1", id, as: Int64.self)
        #expect(found == id + 1, "a wrong result")
      } else if id % 3 == 0 {
        try await db.transaction { transaction in
          try await transaction.exec("INSERT INTO writes (id) VALUES (?)", id)
        }
        note(id)
      } else {
        try await db.exec("INSERT INTO writes (id) VALUES (?)", id)
        note(id)
      }
    } catch let error as DatabaseError {
      let isExpected =
        [.connectionLost, .cannotConnect, .poolTimeout].contains(error.kind)
        || error.details.sqlState?.hasPrefix("57P") == true
      #expect(isExpected, "\(error)")
      state.withLock { state in
        state.failureCount += 1
        if error.execution == .unknown { state.unknown.insert(id) }
      }
      try await Task.sleep(for: .milliseconds(20))
    }
  }

  private func note(_ id: Int64) { state.withLock { _ = $0.acknowledged.insert(id) } }
}

/// How statements ended that were to be cancelled.
private final class PostgresTally: Sendable {
  private let state = Mutex((cancelled: 0, finished: 0))

  var counts: (cancelled: Int, finished: Int) { state.withLock { $0 } }

  func count(cancelled: Bool) {
    state.withLock {
      if cancelled { $0.cancelled += 1 } else { $0.finished += 1 }
    }
  }
}
