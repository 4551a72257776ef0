import DriverAPI
import DriverMySQL
import Foundation
import Synchronization
import Testing

@Suite(
  "MariaDB under attack", .serialized,
  .enabled(
    if: MySQLServer.Way.tcp.url != nil
      && ProcessInfo.processInfo.environment["DOVETAIL_STRESS"] != nil,
    "long: set DOVETAIL_STRESS, with a server"))
struct MySQLStressTests {
  private static let serverIsAway: Set<DatabaseError.Kind> = [.connectionLost, .cannotConnect]

  private func open(_ url: String, connections: Int = 10) async throws -> Database {
    var configuration = DatabaseConfiguration()
    configuration.maxConnections = connections
    return try await Database.open(
      DatabaseURL(url), with: MySQLDriver(), configuration: configuration)
  }

  @Test func `ten thousand statements cancelled at random points leave nothing behind`()
    async throws
  {
    let harness = MySQLServer(way: .tcp)
    let url = try await harness.makeDatabase()
    let db = try await open(url)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for worker in 0..<16 {
        group.addTask {
          for round in 0..<625 {
            let number = worker * 1000 + round
            let task = Task {
              try await db.queryRow(
                "SELECT ?, SLEEP(?)", number, Double(round % 3) * 0.002, as: (Int, Int).self)
            }
            try await Task.sleep(for: .microseconds(Int.random(in: 0...4000)))
            task.cancel()
            do {
              let row = try await task.value
              // A sleep that was cut short answers 1, if it answers.
              #expect(row?.0 == number, "a foreign result")
            } catch let error as DatabaseError {
              #expect(error.kind == .cancelled, "\(error)")
            }
          }
        }
      }
      try await group.waitForAll()
    }
    try await expectWhole(db)
    await db.close()
    await harness.removeDatabase(url)
  }

  @Test func `sessions that are killed lose no acknowledged write`() async throws {
    let harness = MySQLServer(way: .tcp)
    let url = try await harness.makeDatabase()
    let db = try await open(url)
    let admin = try await open(url, connections: 1)
    try await db.exec("CREATE TABLE w (id INT PRIMARY KEY, worker INT NOT NULL)")
    let isOver = Flag(false)
    let killer = Task {
      while !isOver.isSet {
        try await killOne(admin)
        try await Task.sleep(for: .milliseconds(5))
      }
    }
    let acknowledged = try await work(db)
    isOver.set()
    try await killer.value
    try await expectStored(acknowledged, admin)
    await admin.close()
    try await expectWhole(db)
    await db.close()
    await harness.removeDatabase(url)
  }

  @Test(
    .enabled(
      if: ProcessInfo.processInfo.environment["DOVETAIL_MYSQL_RESTART"] != nil,
      "restarts the server under all tests: set DOVETAIL_MYSQL_RESTART to the command, alone"))
  func `a server that restarts loses no acknowledged write`() async throws {
    let command = try #require(ProcessInfo.processInfo.environment["DOVETAIL_MYSQL_RESTART"])
    let harness = MySQLServer(way: .tcp)
    let url = try await harness.makeDatabase()
    let db = try await open(url)
    try await db.exec("CREATE TABLE w (id INT PRIMARY KEY, worker INT NOT NULL)")
    let restart = Task.detached {
      try await Task.sleep(for: .milliseconds(300))
      return await Shell.status(of: command)
    }
    let acknowledged = try await work(db, until: restart)
    #expect(try await restart.value == 0)
    try await expectStored(acknowledged, db)
    try await expectWhole(db)
    await db.close()
    await harness.removeDatabase(url)
  }

  /// Sixty-four busy tasks; answers with the ids whose insert was acknowledged.
  private func work(
    _ db: Database, until event: Task<Int32, any Error>? = nil
  ) async throws -> Set<Int> {
    let isOver = Flag(event == nil)
    let watcher = Task {
      _ = try await event?.value
      isOver.set()
    }
    defer { watcher.cancel() }
    return try await withThrowingTaskGroup(of: Set<Int>.self) { group in
      for worker in 0..<64 {
        group.addTask {
          var acknowledged: Set<Int> = []
          var round = 0
          while round < 40 || !isOver.isSet {
            let id = worker * 1_000_000 + round
            round += 1
            do {
              try await db.exec("INSERT INTO w VALUES (?, ?)", id, worker)
              acknowledged.insert(id)
              let read = try await db.queryRow(
                "SELECT worker, id FROM w WHERE id = ?", id, as: (Int, Int).self)
              #expect(read?.0 == worker && read?.1 == id, "a foreign result")
            } catch let error as DatabaseError {
              #expect(Self.serverIsAway.contains(error.kind), "\(error)")
              try await Task.sleep(for: .milliseconds(1))
            }
          }
          return acknowledged
        }
      }
      return try await group.reduce(into: []) { $0.formUnion($1) }
    }
  }

  private func killOne(_ admin: Database) async throws {
    let sessions = try await admin.query(
      """
      SELECT id FROM information_schema.processlist
      WHERE db = DATABASE() AND id <> CONNECTION_ID() ORDER BY RAND() LIMIT 1
      """, as: Int.self
    ).collect()
    guard let session = sessions.first else { return }
    do throws(DatabaseError) {
      try await admin.exec(SQL(raw: "KILL \(session)"))
    } catch {
      // It may have ended by itself.
      #expect(error.details.nativeCode == 1094, "\(error)")
    }
  }

  private func expectStored(_ acknowledged: Set<Int>, _ db: Database) async throws {
    let stored = Set(try await db.query("SELECT id FROM w", as: Int.self).collect())
    #expect(acknowledged.subtracting(stored).isEmpty, "an acknowledged write is not there")
    #expect(acknowledged.count > 64)
  }

  /// Every connection answers, none is in a transaction, and nothing runs on the server.
  private func expectWhole(_ db: Database) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<20 {
        group.addTask {
          try await db.withConnection { connection in
            #expect(connection.transactionStatus == .none)
            let read = try await connection.queryRow("SELECT ?", number, as: Int.self)
            #expect(read == number)
          }
        }
      }
      try await group.waitForAll()
    }
    let busy = try await db.queryRow(
      """
      SELECT COUNT(*), SUM(command <> 'Sleep') FROM information_schema.processlist
      WHERE db = DATABASE() AND id <> CONNECTION_ID()
      """, as: (Int, Int?).self)
    #expect((busy?.0 ?? 0) <= 9, "sessions that nobody knows of")
    #expect((busy?.1 ?? 0) == 0, "statements that still run")
  }
}

/// Something that has happened, seen from several tasks.
private final class Flag: Sendable {
  private let value: Atomic<Bool>

  init(_ value: Bool) { self.value = Atomic(value) }

  var isSet: Bool { value.load(ordering: .relaxed) }

  func set() { value.store(true, ordering: .relaxed) }
}
