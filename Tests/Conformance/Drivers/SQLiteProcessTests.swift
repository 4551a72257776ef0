import DriverAPI
import DriverSQLite
import Foundation
import Testing

@Suite("Another process on a SQLite file, in each journal mode")
struct SQLiteProcessTests {
  private static let journals = ["wal", "delete", "truncate", "persist", "memory", "off"]

  /// What the other process holds for a while.
  enum Hold: String, CaseIterable, Sendable {
    case write = "BEGIN IMMEDIATE; INSERT INTO t (x) VALUES (0)"
    case read = "BEGIN; SELECT * FROM t"
  }

  private func open(_ path: String, _ journal: String) async throws -> Database {
    try await Database.open(
      DatabaseURL("sqlite:\(path)?journal_mode=\(journal)"), with: SQLiteDriver())
  }

  /// Runs `body` once another process holds its lock, which it gives up after 0.3 s.
  private func beside(
    _ hold: Hold, _ path: String, _ body: () async throws -> Void
  ) async throws {
    let sign = path + ".held"
    try? FileManager.default.removeItem(atPath: sign)
    let script = """
      import sqlite3, time
      c = sqlite3.connect('\(path)', isolation_level=None)
      for s in '\(hold.rawValue)'.split(';'): c.execute(s).fetchone()
      open('\(sign)', 'w').close()
      time.sleep(0.3)
      c.execute('COMMIT')
      """
    async let status = Shell.status(of: "python3 -c \"\(script)\"")
    let patience = ContinuousClock.now + .seconds(30)
    while !FileManager.default.fileExists(atPath: sign), .now < patience {
      try await Task.sleep(for: .milliseconds(5))
    }
    try await body()
    #expect(await status == 0, "the other process failed")
  }

  @Test(
    "a statement, fresh or cached, waits for the lock, and what it tells of is stored",
    arguments: journals, Hold.allCases)
  func waits(journal: String, hold: Hold) async throws {
    let scratch = try ScratchDirectory()
    defer { scratch.remove() }
    let path = "\(scratch.path)/a.db"
    let db = try await open(path, journal)
    try await db.exec("CREATE TABLE t (id INTEGER PRIMARY KEY, x INTEGER)")
    var told = 0
    // The first round of each finds a fresh text, the second a cached one.
    for _ in 1...2 {
      try await beside(hold, path) { try await db.exec("INSERT INTO t (x) VALUES (?)", 1) }
      try await beside(hold, path) {
        _ = try await db.queryRow(
          "INSERT INTO t (x) VALUES (?) RETURNING id", 1, as: Int.self)
      }
      try await beside(hold, path) { _ = try await db.insert(into: "t", ["x": .int(1)]) }
      told += 3
    }
    let stored = try await db.single("SELECT COUNT(*) FROM t WHERE x = 1", as: Int.self)
    #expect(stored == told)
    await db.close()
  }

  @Test("an insert that the end of the statement undoes is no success", arguments: [false, true])
  func failsAtTheEnd(cached: Bool) async throws {
    let scratch = try ScratchDirectory()
    defer { scratch.remove() }
    let db = try await open("\(scratch.path)/a.db", "wal")
    try await db.exec("CREATE TABLE p (id INTEGER PRIMARY KEY)")
    try await db.exec(
      """
      CREATE TABLE c (id INTEGER PRIMARY KEY,
        p INTEGER REFERENCES p (id) DEFERRABLE INITIALLY DEFERRED)
      """)
    try await db.exec("INSERT INTO p VALUES (1)")
    let sql: SQL = "INSERT INTO c (p) VALUES (\(cached ? 1 : 2)) RETURNING id"
    if cached { _ = try await db.queryRow(sql, as: Int.self) }
    let before = try await db.single("SELECT COUNT(*) FROM c", as: Int.self)
    await #expect(throws: DatabaseError.self) {
      _ = try await db.queryRow("INSERT INTO c (p) VALUES (\(2)) RETURNING id", as: Int.self)
    }
    #expect(try await db.single("SELECT COUNT(*) FROM c", as: Int.self) == before)
    await db.close()
  }
}
