import DriverSQLite
import Foundation
import Synchronization
import Testing

@testable import DriverAPI

@Suite("Sessions that are leased without the pool's lock")
struct FastPathTests {
  private let directory = FileManager.default.temporaryDirectory
    .appendingPathComponent("idle-\(UUID())")

  /// A database in a file, with one row in one table.
  private func database(
    _ configure: (inout DatabaseConfiguration) -> Void = { _ in }
  ) async throws -> Database {
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    var configuration = DatabaseConfiguration()
    configure(&configuration)
    let database = try await Database.open(
      "sqlite:\(directory.path)/idle.db", configuration: configuration,
      registry: DriverRegistry(SQLiteDriver()))
    try await database.exec("CREATE TABLE t(id INTEGER PRIMARY KEY, name TEXT)")
    try await database.exec("INSERT INTO t VALUES (1, 'one')")
    return database
  }

  private func name(_ database: Database, _ id: Int64) async throws -> String? {
    try await database.queryRow("SELECT name FROM t WHERE id = ?", id, as: String.self)
  }

  private func nameNow(_ database: Database, _ id: Int64) throws -> String? {
    var name: String?
    let found = try database.firstRowNow(
      of: "SELECT name FROM t WHERE id = ?", adding: { $0.append(.int(id)) },
      at: CallSite(file: #fileID, line: #line)
    ) { row throws(DatabaseError) in name = try row.decode(0) }
    guard let found else { throw NotDone() }
    return found ? name : nil
  }

  @Test("a statement that ran before needs no waiting, and one that did not is left alone")
  func secondTimeNeedsNoWaiting() async throws {
    let database = try await database()
    defer { try? FileManager.default.removeItem(at: directory) }
    #expect(throws: NotDone.self) { try nameNow(database, 1) }
    #expect(try await name(database, 1) == "one")
    #expect(try nameNow(database, 1) == "one")
    #expect(try nameNow(database, 2) == nil)
    await database.close()
  }

  @Test("a session in the idle slot is idle in the eyes of the pool")
  func whatIsInTheSlotIsIdle() async throws {
    let database = try await database()
    defer { try? FileManager.default.removeItem(at: directory) }
    _ = try await name(database, 1)
    _ = try nameNow(database, 1)
    #expect(database.nearest.busyCount == 0)
    #expect(database.writers.busyCount == 0)
    // Asking for the count made it an ordinary idle one.
    #expect(throws: NotDone.self) { try nameNow(database, 1) }
    #expect(try await name(database, 1) == "one")
    #expect(try nameNow(database, 1) == "one")
    await database.close()
  }

  @Test("nobody takes a session while somebody waits for one")
  func nobodyOvertakes() async throws {
    let database = try await database()
    defer { try? FileManager.default.removeItem(at: directory) }
    let pool = database.writers
    let site = CallSite(file: #fileID, line: #line)
    let session = try await pool.lease(at: site)
    async let second = pool.lease(at: site)
    while pool.state.withLock({ $0.machine.waiterCount }) == 0 { await Task.yield() }
    pool.release(session)
    let holder = PoolStateMachine.Holder(since: .now, site: HolderSite(site), task: nil)
    #expect(pool.takeFromIdleSlot(for: holder) == nil)
    let granted = try await second
    #expect(granted === session)
    pool.release(granted)
    #expect(pool.takeFromIdleSlot(for: holder) != nil)
    pool.release(session)
    await database.close()
  }

  @Test("a session that is put in order is not put there: its pool counts it as nobody's")
  func putInOrder() async throws {
    let database = try await database()
    defer { try? FileManager.default.removeItem(at: directory) }
    let pool = database.writers
    // What may have changed the session is reset when its rows are let go.
    try await database.query("EXPLAIN SELECT 1").close()
    let holder = PoolStateMachine.Holder(
      since: .now, site: HolderSite(CallSite(file: #fileID, line: #line)), task: nil)
    while !pool.state.withLock({ $0.machine.hasIdle }) {
      try #require(pool.takeFromIdleSlot(for: holder) == nil)
      await Task.yield()
    }
    await database.close()
  }

  @Test("a report names a holder that took no lock")
  func reportNamesTheHolder() async throws {
    let database = try await database { $0.leaseTimeout = .seconds(4) }
    defer { try? FileManager.default.removeItem(at: directory) }
    let site = CallSite(file: "Report/Holder.swift", line: 4711)
    let holder = PoolStateMachine.Holder(since: .now, site: HolderSite(site), task: nil)
    let session = try #require(database.writers.takeFromIdleSlot(for: holder)).takeUnretainedValue()
    let error = await #expect(throws: DatabaseError.self) {
      try await database.exec("DELETE FROM t")
    }
    #expect(error?.kind == .poolTimeout)
    #expect(error?.message.contains("Report/Holder.swift:4711") == true, "\(error as Any)")
    database.writers.release(session)
    await database.close()
  }

  @Test("a session that was idle for long is asked before it is leased")
  func longIdleIsAsked() async throws {
    let database = try await database { $0.healthCheckAfter = .zero }
    defer { try? FileManager.default.removeItem(at: directory) }
    #expect(try await name(database, 1) == "one")
    #expect(throws: NotDone.self) { try nameNow(database, 1) }
    #expect(try await name(database, 1) == "one")
    await database.close()
  }

  @Test("closing finds the session in the idle slot, and nothing is leased afterwards")
  func closes() async throws {
    let database = try await database()
    defer { try? FileManager.default.removeItem(at: directory) }
    _ = try await name(database, 1)
    await database.close()
    #expect(database.nearest.busyCount == 0)
    #expect(throws: NotDone.self) { try nameNow(database, 1) }
    let error = await #expect(throws: DatabaseError.self) { try await name(database, 1) }
    #expect(error?.kind == .misuse)
  }

  @Test("mistakes are reported on the short way as on the long one")
  func mistakes() async throws {
    let database = try await database()
    defer { try? FileManager.default.removeItem(at: directory) }
    _ = try await name(database, 1)
    let both = SQL(raw: "SELECT name FROM t WHERE id = ?", [.int(1)])
    for _ in 1...2 {
      let error1 = await #expect(throws: DatabaseError.self) {
        try await database.queryRow(both, 2, as: String.self)
      }
      #expect(error1?.kind == .misuse)
      let error2 = await #expect(throws: DatabaseError.self) {
        try await database.queryRow("SELECT name FROM t WHERE id = ?", as: String.self)
      }
      #expect(error2?.kind == .misuse)
      let error3 = await #expect(throws: DatabaseError.self) {
        try await database.queryRow("SELECT name FROM t WHERE id = ?", 1, as: Int64.self)
      }
      #expect(error3?.kind == .decoding)
    }
    #expect(try await name(database, 1) == "one")
    #expect(database.nearest.busyCount == 0)
    await database.close()
  }

  @Test("no session is leased to two at the same time, however they ask")
  func lentToOne() async throws {
    let database = try await database { $0.leaseTimeout = .seconds(60) }
    defer { try? FileManager.default.removeItem(at: directory) }
    let pool = database.nearest
    let holders = (0..<64).map { _ in AtomicFlag() }
    let site = CallSite(file: #fileID, line: #line)
    let clashCount = try await withThrowingTaskGroup(of: Int.self) { group in
      for number in 0..<24 {
        group.addTask {
          var clashCount = 0
          for round in 0..<400 {
            let session: Session
            let holder = PoolStateMachine.Holder(since: .now, site: HolderSite(site), task: nil)
            if number % 2 == 0, let idle = pool.takeFromIdleSlot(for: holder) {
              session = idle.takeUnretainedValue()
            } else {
              session = try await pool.lease(at: site)
            }
            if !holders[session.slot].raise() { clashCount += 1 }
            if round % 16 == 0 { await Task.yield() }
            holders[session.slot].lower()
            pool.release(session)
          }
          return clashCount
        }
      }
      return try await group.reduce(0, +)
    }
    #expect(clashCount == 0)
    #expect(pool.busyCount == 0)
    await database.close()
  }

  @Test(
    "a limit stops the plain statement that is meant, and none behind it", .timeLimit(.minutes(1)))
  func limitsOfPlainStatements() async throws {
    let limit = Duration.milliseconds(8)
    let database = try await database { $0.statementTimeout = limit }
    defer { try? FileManager.default.removeItem(at: directory) }
    let count: SQL = """
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) SELECT count(*) FROM n
      """
    var (stopped, finished) = (0, 0)
    // So many that it takes about the limit; found by trying, because machines differ.
    var rows = 10_000
    for _ in 0..<300 {
      do {
        let found = try await database.queryRow(count, rows, as: Int.self)
        #expect(found == rows)
        finished += 1
        rows += rows / 8
      } catch {
        #expect(error.kind == .statementTimeout)
        stopped += 1
        rows -= rows / 4
      }
      // Whatever became of it, the next is left alone.
      #expect(try await name(database, 1) == "one")
    }
    #expect(stopped > 10)
    #expect(finished > 10)
    await database.close()
  }

  @Test("what looks at statements does not take the plain way from them")
  func watchedStatementsArePlain() async throws {
    let database = try await database {
      $0.statementTimeout = .seconds(5)
      $0.slowStatementThreshold = .seconds(5)
    }
    defer { try? FileManager.default.removeItem(at: directory) }
    _ = try await name(database, 1)
    #expect(try nameNow(database, 1) == "one")
    await database.close()
  }
}

/// What was asked for cannot be done without waiting.
private struct NotDone: Error {}

/// A flag that says whether it was raised already.
private final class AtomicFlag: Sendable {
  private let isRaised = Atomic<Bool>(false)

  func raise() -> Bool { !isRaised.exchange(true, ordering: .acquiringAndReleasing) }

  func lower() { isRaised.store(false, ordering: .releasing) }
}
