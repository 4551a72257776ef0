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
    try await appearance(of: sign)
    try await body()
    #expect(await status == 0, "the other process failed")
  }

  private func appearance(of file: String) async throws {
    let patience = ContinuousClock.now + .seconds(30)
    while !FileManager.default.fileExists(atPath: file), .now < patience {
      try await Task.sleep(for: .milliseconds(5))
    }
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

  @Test(
    "beside a process that writes again and again nothing fails, and what is told is stored",
    arguments: journals)
  func besideAWriter(journal: String) async throws {
    let scratch = try ScratchDirectory()
    defer { scratch.remove() }
    let path = "\(scratch.path)/a.db"
    let db = try await open(path, journal)
    try await db.exec("CREATE TABLE t (id INTEGER PRIMARY KEY, x INTEGER)")
    let (sign, stop) = (path + ".runs", path + ".stop")
    let script = """
      import sqlite3, time, os
      c = sqlite3.connect('\(path)', isolation_level=None, timeout=20)
      n = 0
      # A test that was killed takes nobody with it.
      end = time.time() + 60
      while time.time() < end and not os.path.exists('\(stop)'):
        c.execute('BEGIN IMMEDIATE')
        c.execute('INSERT INTO t (x) VALUES (0)')
        time.sleep(0.004)
        c.execute('COMMIT')
        n += 1
        open('\(sign)', 'w').close()
        time.sleep(0.0005)
      stored = c.execute('SELECT COUNT(*) FROM t WHERE x = 0').fetchone()[0]
      exit(0 if stored == n else 1)
      """
    async let status = Shell.status(of: "python3 -c \"\(script)\"")
    try await appearance(of: sign)
    var told = 0
    for round in 1...10 {
      // The same text again and again, and one that nobody has run.
      try await db.exec("INSERT INTO t (x) VALUES (?)", 1)
      try await db.exec(SQL(raw: "INSERT INTO t (x) VALUES (1) -- \(round)"))
      let id = try await db.queryRow(
        "INSERT INTO t (x) VALUES (?) RETURNING id", 1, as: Int.self)
      #expect(id != nil)
      _ = try await db.insert(into: "t", ["x": 1])
      told += try await db.bulkInsert(into: "t", columns: ["x"], [[1], [1]])
      _ = try await db.batch(["INSERT INTO t (x) VALUES (\(1))", "INSERT INTO t (x) VALUES (\(1))"])
      try await db.transaction { transaction in
        _ = try await transaction.queryRow("SELECT COUNT(*) FROM t", as: Int.self)
        try await transaction.exec("INSERT INTO t (x) VALUES (?)", 1)
      }
      told += 7
    }
    _ = FileManager.default.createFile(atPath: stop, contents: nil)
    #expect(await status == 0, "the other process lost rows")
    #expect(try await db.single("SELECT COUNT(*) FROM t WHERE x = 1", as: Int.self) == told)
    await db.close()
  }

  @Test("a statement timeout ends the waiting for a lock", arguments: ["wal", "delete"])
  func timeoutEndsTheWaiting(journal: String) async throws {
    let scratch = try ScratchDirectory()
    defer { scratch.remove() }
    let path = "\(scratch.path)/a.db"
    let holder = try await open(path, journal)
    try await holder.exec("CREATE TABLE t (id INTEGER PRIMARY KEY, x INTEGER)")
    var configuration = DatabaseConfiguration()
    configuration.statementTimeout = .milliseconds(200)
    let other = try await Database.open(
      "sqlite:\(path)?journal_mode=\(journal)&busy_timeout=20s", configuration: configuration,
      registry: DriverRegistry(SQLiteDriver()))
    try await holder.transaction { transaction in
      try await transaction.exec("INSERT INTO t (x) VALUES (1)")
      for sql in ["INSERT INTO t (x) VALUES (2)", "INSERT INTO t (x) VALUES (2) RETURNING id"] {
        let start = ContinuousClock.now
        let error = await #expect(throws: DatabaseError.self) {
          _ = try await other.query(SQL(raw: sql), as: Int.self).collect()
        }
        #expect(error?.kind == .statementTimeout)
        #expect(ContinuousClock.now - start < .seconds(5))
      }
    }
    #expect(try await other.single("SELECT COUNT(*) FROM t WHERE x = 2", as: Int.self) == 0)
    await other.close()
    await holder.close()
  }

  @Test("rows of a write beyond what is read ahead come too, and a lock at their end is told")
  func longAnswers() async throws {
    let scratch = try ScratchDirectory()
    defer { scratch.remove() }
    let db = try await open("\(scratch.path)/a.db", "delete&busy_timeout=300ms")
    try await db.exec("CREATE TABLE t (id INTEGER PRIMARY KEY, x TEXT)")
    let sql: SQL = """
      WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30000)
      INSERT INTO t (x) SELECT 'the text of a row that is not short, number ' || i FROM n
      RETURNING id, x
      """
    for round in 0..<2 {
      var (seen, wrong) = (0, 0)
      for try await (id, x) in try await db.query(sql, as: (Int, String).self) {
        seen += 1
        if id != round * 30_000 + seen || !x.hasSuffix(" \(seen)") { wrong += 1 }
      }
      #expect(seen == 30_000 && wrong == 0)
    }
    #expect(try await db.single("SELECT COUNT(*) FROM t", as: Int.self) == 60_000)
    // Another connection reads, so that the commit finds no way.
    let reader = try await open("\(scratch.path)/a.db", "delete")
    try await reader.transaction(.readOnly) { transaction in
      _ = try await transaction.queryRow("SELECT x FROM t", as: String.self)
      let error = await #expect(throws: DatabaseError.self) {
        for try await _ in try await db.query(sql, as: (Int, String).self) {}
      }
      #expect(error?.kind == .lockTimeout && error?.execution == .rejected)
    }
    #expect(try await db.single("SELECT COUNT(*) FROM t", as: Int.self) == 60_000)
    await reader.close()
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
