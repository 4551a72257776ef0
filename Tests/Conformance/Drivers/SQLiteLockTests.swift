import DriverAPI
import DriverSQLite
import Testing

@Suite("Locks that other processes hold on a SQLite file")
struct SQLiteLockTests {
  private let scratch: ScratchDirectory

  init() throws { scratch = try ScratchDirectory() }

  // A second database shares nothing with the first but the file, as another process would.
  private func open(_ options: String) async throws -> Database {
    try await Database.open(
      DatabaseURL("sqlite:\(scratch.path)/a.db\(options)"), with: SQLiteDriver())
  }

  /// Holds the write lock of one database until `body` on another returns.
  private func locked(
    _ options: String, _ body: (Database, Transaction) async throws -> Void
  ) async throws {
    let holder = try await open("")
    try await holder.exec("CREATE TABLE t (x INTEGER)")
    let other = try await open(options)
    try await holder.transaction { transaction in
      try await transaction.exec("INSERT INTO t (x) VALUES (1)")
      try await body(other, transaction)
    }
    await other.close()
    await holder.close()
  }

  @Test("a lock that is not given up in time is lockTimeout, and the connection stays usable")
  func lockTimeout() async throws {
    defer { scratch.remove() }
    try await locked("?busy_timeout=150ms") { other, _ in
      let start = ContinuousClock.now
      do {
        try await other.exec("INSERT INTO t (x) VALUES (2)")
        Issue.record("a write succeeded while another held the lock")
      } catch let error as DatabaseError {
        #expect(error.kind == .lockTimeout)
        #expect(error.connection == .usable)
        #expect(error.execution == .rejected)
      }
      let waited = ContinuousClock.now - start
      #expect(waited > .milliseconds(140) && waited < .seconds(3), "waited \(waited)")
      #expect(try await other.single("SELECT COUNT(*) FROM t", as: Int.self) == 0)
    }
  }

  @Test("a lock that is given up in time is waited for")
  func waitsForTheLock() async throws {
    defer { scratch.remove() }
    let holder = try await open("")
    try await holder.exec("CREATE TABLE t (x INTEGER)")
    let other = try await open("?busy_timeout=10s")
    let waiting = try await holder.transaction { transaction in
      try await transaction.exec("INSERT INTO t (x) VALUES (1)")
      let waiting = Task { try await other.exec("INSERT INTO t (x) VALUES (2)") }
      try await Task.sleep(for: .milliseconds(100))
      return waiting
    }
    _ = try await waiting.value
    #expect(try await holder.single("SELECT COUNT(*) FROM t", as: Int.self) == 2)
    await other.close()
    await holder.close()
  }

  @Test("waiting for a lock holds up no thread")
  func waitingBlocksNobody() async throws {
    defer { scratch.remove() }
    try await locked("?busy_timeout=3s") { other, transaction in
      // More who wait than there are threads: were they blocked, nobody else could go on.
      let waiting = (1...16).map { _ in Task { try await other.exec("DELETE FROM t") } }
      let start = ContinuousClock.now
      for _ in 1...5 {
        try await Task.sleep(for: .milliseconds(5))
        try await transaction.exec("INSERT INTO t (x) VALUES (1)")
      }
      let waited = ContinuousClock.now - start
      #expect(waited < .seconds(2), "five statements took \(waited) while others waited")
      for task in waiting { task.cancel() }
      for task in waiting { _ = await task.result }
    }
  }

  @Test("cancelling ends the waiting at once")
  func cancellingEndsTheWaiting() async throws {
    defer { scratch.remove() }
    try await locked("?busy_timeout=30s") { other, _ in
      let waiting = Task { try await other.exec("DELETE FROM t") }
      try await Task.sleep(for: .milliseconds(50))
      let start = ContinuousClock.now
      waiting.cancel()
      do {
        _ = try await waiting.value
        Issue.record("a write succeeded while another held the lock")
      } catch let error as DatabaseError {
        #expect(error.kind == .cancelled)
      }
      #expect(ContinuousClock.now - start < .seconds(2))
    }
  }

  @Test("readers read while another process writes")
  func readersRead() async throws {
    defer { scratch.remove() }
    try await locked("?busy_timeout=0ms") { other, _ in
      let seen = try await other.single("SELECT COUNT(*) FROM t", as: Int.self)
      #expect(seen == 0)
    }
  }

  @Test("many writers in two processes lose nothing and never fail as busy")
  func twoProcesses() async throws {
    defer { scratch.remove() }
    let databases = [try await open("?busy_timeout=30s"), try await open("?busy_timeout=30s")]
    try await databases[0].exec("CREATE TABLE t (x INTEGER)")
    try await databases[0].exec("INSERT INTO t (x) VALUES (0)")
    try await withThrowingTaskGroup(of: Void.self) { group in
      for worker in 0..<8 {
        group.addTask {
          for _ in 1...10 {
            try await databases[worker % 2].transaction { transaction in
              let x = try await transaction.single("SELECT x FROM t", as: Int.self) ?? 0
              try await transaction.exec("UPDATE t SET x = ?", x + 1)
            }
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(try await databases[1].single("SELECT x FROM t", as: Int.self) == 80)
    for database in databases { await database.close() }
  }
}
