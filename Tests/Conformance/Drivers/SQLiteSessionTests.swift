import DriverAPI
import DriverSQLite
import Testing

@Suite("Sessions of SQLite")
struct SQLiteSessionTests {
  private let scratch: ScratchDirectory

  init() throws { scratch = try ScratchDirectory() }

  private func open(_ options: String = "") async throws -> Database {
    try await Database.open(
      DatabaseURL("sqlite:\(scratch.path)/a.db\(options)"), with: SQLiteDriver())
  }

  @Test("a full disk is resourceExhausted; what was there stays, and it goes on with room")
  func diskFull() async throws {
    defer { scratch.remove() }
    let database = try await open()
    try await database.exec("CREATE TABLE t (x BLOB)")
    try await database.withConnection { connection in
      let pages = try await connection.single("PRAGMA page_count", as: Int.self) ?? 0
      _ = try await connection.single(
        "PRAGMA max_page_count = \(raw: "\(pages + 4)")", as: Int.self)
      do {
        for _ in 1...100 {
          try await connection.exec(
            "INSERT INTO t (x) VALUES (?)", [UInt8](repeating: 7, count: 3000))
        }
        Issue.record("100 rows fitted into 4 pages")
      } catch let error as DatabaseError {
        #expect(error.kind == .resourceExhausted)
        #expect(error.connection == .usable)
        #expect(error.execution == .rejected)
      }
      #expect(connection.transactionStatus == .none)
      let kept = try await connection.single("SELECT COUNT(*) FROM t", as: Int.self) ?? 0
      #expect(kept > 0)
      _ = try await connection.single("PRAGMA max_page_count = 1000000", as: Int.self)
      try await connection.exec("INSERT INTO t (x) VALUES (?)", [UInt8](repeating: 7, count: 3000))
    }
    await database.close()
  }

  @Test("a full disk inside a transaction rolls it back and says so")
  func diskFullInTransaction() async throws {
    defer { scratch.remove() }
    let database = try await open()
    try await database.exec("CREATE TABLE t (x BLOB)")
    try await database.withConnection { connection in
      let pages = try await connection.single("PRAGMA page_count", as: Int.self) ?? 0
      _ = try await connection.single(
        "PRAGMA max_page_count = \(raw: "\(pages + 4)")", as: Int.self)
      do {
        try await connection.transaction { transaction in
          for _ in 1...100 {
            try await transaction.exec(
              "INSERT INTO t (x) VALUES (?)", [UInt8](repeating: 7, count: 3000))
          }
        }
        Issue.record("100 rows fitted into 4 pages")
      } catch let error as DatabaseError {
        #expect(error.kind == .resourceExhausted)
      }
      #expect(connection.transactionStatus == .none)
      #expect(try await connection.single("SELECT COUNT(*) FROM t", as: Int.self) == 0)
    }
    await database.close()
  }

  @Test("settings, attached files and temporary objects end with the lease")
  func stateEndsWithTheLease() async throws {
    defer { scratch.remove() }
    let database = try await open()
    let path = scratch.path + "/other.db"
    try await database.exec("CREATE TABLE t (x INTEGER)")
    try await database.withConnection { connection in
      try await connection.exec("PRAGMA foreign_keys = off")
      try await connection.exec("PRAGMA query_only = on")
      try await connection.exec("PRAGMA recursive_triggers = on")
      try await connection.exec("ATTACH '\(raw: path)' AS other")
      try await connection.exec("PRAGMA query_only = off")
      try await connection.exec("CREATE TEMP TABLE passing (x INTEGER)")
      try await connection.exec("CREATE TEMP VIEW glimpse AS SELECT 1")
      try await connection.exec("PRAGMA query_only = on")
    }
    try await database.withConnection { connection in
      #expect(try await connection.single("PRAGMA foreign_keys", as: Int.self) == 1)
      #expect(try await connection.single("PRAGMA query_only", as: Int.self) == 0)
      #expect(try await connection.single("PRAGMA recursive_triggers", as: Int.self) == 0)
      let attached = try await connection.query(
        "SELECT name FROM pragma_database_list", as: String.self
      ).collect()
      #expect(!attached.contains("other"))
      let temporary = try await connection.single(
        "SELECT COUNT(*) FROM temp.sqlite_schema", as: Int.self)
      #expect(temporary == 0)
      try await connection.exec("INSERT INTO t (x) VALUES (1)")
    }
    await database.close()
  }

  @Test("a reading connection cannot write, even where SQL says so")
  func readersCannotWrite() async throws {
    defer { scratch.remove() }
    let database = try await open()
    try await database.exec("CREATE TABLE t (x INTEGER)")
    do {
      _ = try await database.withConnection(.reader) { connection in
        try await connection.exec("INSERT INTO t (x) VALUES (1)")
      }
      Issue.record("a reader wrote")
    } catch let error as DatabaseError {
      #expect(error.kind == .readOnly)
    }
    await database.close()
  }

  @Test("numbered and named parameters of SQLite's own pass through")
  func nativeParameters() async throws {
    defer { scratch.remove() }
    let database = try await open()
    let twice = try await database.single(
      SQL(raw: "SELECT ?2 || ?1 || ?2", ["a", "b"]), as: String.self)
    #expect(twice == "bab")
    let named = try await database.single(
      SQL(raw: "SELECT :x || @y || :x", ["a", "b"]), as: String.self)
    #expect(named == "aba")
    await database.close()
  }

  @Test("what was acknowledged is in the files: a copy of them has it")
  func acknowledgedIsWritten() async throws {
    defer { scratch.remove() }
    let database = try await open()
    try await database.exec("CREATE TABLE t (x INTEGER PRIMARY KEY)")
    for round in 1...20 {
      try await database.exec("INSERT INTO t (x) VALUES (?)", round)
      // As after a kill: the files as they are, with no chance to say goodbye.
      let copy = try ScratchDirectory()
      try scratch.copyFiles(to: copy)
      let revived = try await Database.open(
        DatabaseURL("sqlite:\(copy.path)/a.db"), with: SQLiteDriver())
      #expect(try await revived.single("SELECT COUNT(*) FROM t", as: Int.self) == round)
      #expect(try await revived.single("PRAGMA integrity_check", as: String.self) == "ok")
      await revived.close()
      copy.remove()
    }
    await database.close()
  }
}
