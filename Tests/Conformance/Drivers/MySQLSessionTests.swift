import DriverAPI
import DriverMySQL
import FoundationEssentials
import Testing

@Suite(
  "Sessions of MariaDB",
  .enabled(if: MySQLServer.Way.tcp.url != nil, "no server: start one with make databases"))
struct MySQLSessionTests {
  @Test func `an id is told only of a row that the statement inserted`() async throws {
    try await withMySQL({ $0.maxConnections = 1 }) { db in
      try await db.exec("CREATE TABLE a (id INT PRIMARY KEY AUTO_INCREMENT, k INT UNIQUE, n INT)")
      try await db.exec("CREATE TABLE b (k INT PRIMARY KEY, n INT)")
      let upsert = "ON DUPLICATE KEY UPDATE n = VALUES(n)"
      let cases: [(String, Int64?)] = [
        ("INSERT INTO a (k, n) VALUES (1, 1)", 1),
        ("INSERT INTO a (k, n) VALUES (2, 1), (3, 1)", 2),
        ("INSERT INTO a (k, n) VALUES (1, 9) " + upsert, nil),
        ("INSERT INTO a (k, n) VALUES (1, 9) " + upsert, nil),
        ("INSERT INTO a (k, n) VALUES (2, 9) ON DUPLICATE KEY UPDATE id = LAST_INSERT_ID(id)", nil),
        ("INSERT INTO a (k, n) VALUES (1, 7), (2, 7) " + upsert, nil),
        ("INSERT IGNORE INTO a (k, n) VALUES (1, 9)", nil),
        ("INSERT IGNORE INTO a (id, k, n) VALUES (1, 1, LAST_INSERT_ID(99))", nil),
        ("INSERT INTO a (k, n) SELECT 50, 1 FROM a WHERE 1 = 0", nil),
        ("INSERT INTO b VALUES (1, 1)", nil),
        ("INSERT INTO b VALUES (2, LAST_INSERT_ID(777))", nil),
        ("UPDATE b SET n = LAST_INSERT_ID(5)", nil),
        ("INSERT INTO a (id, k, n) VALUES (500, 61, 1)", 500),
        ("REPLACE INTO a (id, k, n) VALUES (501, 61, 1)", 501),
        ("INSERT INTO a (k, n) VALUES (70, LAST_INSERT_ID())", 502),
        ("INSERT INTO a (k, n) VALUES (71, 1) " + upsert, 503),
        ("INSERT INTO a (k, n) VALUES (71, 2), (72, 2) " + upsert, 505),
      ]
      for (sql, expected) in cases {
        let told = try await db.exec(SQL(raw: sql)).lastInsertID
        // Which numbers upserts use up is the server's affair.
        let stored = try await db.queryRow("SELECT MAX(id) FROM a", as: Int64.self)
        #expect(told == expected || expected.map { $0 > 503 && told == stored } == true, "\(sql)")
      }
    }
  }

  @Test func `an explicit zero is stored by every path`() async throws {
    try await withMySQL { db in
      try await db.exec("CREATE TABLE a (id INT PRIMARY KEY AUTO_INCREMENT, n INT)")
      try await db.exec("INSERT INTO a (id, n) VALUES (?, 1)", 0)
      #expect(try await db.queryRow("SELECT id FROM a", as: Int.self) == 0)
      try await db.exec("DELETE FROM a")
      try await db.bulkInsert(into: "a", columns: ["id", "n"], [[0, 1], [7, 1]])
      #expect(try await db.query("SELECT id FROM a", as: Int.self).collect() == [0, 7])
    }
  }

  @Test func `a procedure that fails in a transaction of its own leaves none behind`() async throws
  {
    try await withMySQL({ $0.maxConnections = 1 }) { db in
      try await db.exec("CREATE TABLE t (i INT PRIMARY KEY)")
      try await db.exec(
        """
        CREATE PROCEDURE p() BEGIN
          START TRANSACTION; INSERT INTO t VALUES (1); SIGNAL SQLSTATE '45000';
        END
        """)
      try await db.exec(
        """
        CREATE PROCEDURE q() BEGIN
          START TRANSACTION; INSERT INTO t VALUES (2); INSERT INTO t VALUES (2);
        END
        """)
      for sql: SQL in ["CALL p()", "CALL q()", "CALL q()"] {
        await #expect(throws: DatabaseError.self) { try await db.exec(sql) }
        try await db.exec("INSERT INTO t VALUES (9)")
        await #expect(throws: DatabaseError.self) { try await db.exec(sql) }
        #expect(try await db.query("SELECT i FROM t", as: Int.self).collect() == [9])
        try await db.exec("DELETE FROM t")
      }
    }
  }

  @Test func `instants do not follow a time zone that a statement sets`() async throws {
    try await withMySQL({ $0.maxConnections = 1 }) { db in
      try await db.exec("CREATE TABLE t (at TIMESTAMP(6) NOT NULL)")
      try await db.exec("CREATE PROCEDURE z() SET time_zone = '+05:00'")
      let moment = try #require(Timestamp(microseconds: 1_700_000_000_123_456))
      try await db.withConnection { connection in
        for sql: SQL in ["SET time_zone = '+05:00'", "SET NAMES latin1"] {
          let error = try await #require(throws: DatabaseError.self) {
            try await connection.exec(sql)
          }
          #expect(error.kind == .unsupported)
        }
        try await connection.exec("CALL z()")
        try await connection.exec("INSERT INTO t VALUES (?)", moment)
        #expect(try await connection.queryRow("SELECT at FROM t", as: Timestamp.self) == moment)
        #expect(try await connection.queryRow("SELECT 'é€'", as: String.self) == "é€")
      }
      #expect(try await db.queryRow("SELECT at FROM t", as: Timestamp.self) == moment)
      #expect(try await db.queryRow("SELECT @@time_zone", as: String.self) == "+00:00")
    }
  }

  @Test func `another database ends with the lease`() async throws {
    try await withMySQL({ $0.maxConnections = 1 }) { db in
      let own = try await db.queryRow("SELECT DATABASE()", as: String.self)
      try await db.withConnection { connection in
        try await connection.exec("USE information_schema")
        let now = try await connection.queryRow("SELECT DATABASE()", as: String.self)
        #expect(now == "information_schema")
        let tables = try await connection.queryRow("SELECT COUNT(*) FROM TABLES", as: Int.self)
        #expect(tables != nil)
      }
      #expect(try await db.queryRow("SELECT DATABASE()", as: String.self) == own)
    }
  }

  @Test func `who stops a statement is told`() async throws {
    try await withMySQL { db in
      func failure(_ kill: String) async throws -> DatabaseError {
        try await db.withConnection { connection in
          let id = try await connection.queryRow("SELECT CONNECTION_ID()", as: Int.self) ?? 0
          async let killed: Void = {
            try await Task.sleep(for: .milliseconds(200))
            try await db.exec(SQL(raw: "\(kill) \(id)"))
          }()
          let error = try await #require(throws: DatabaseError.self) {
            try await connection.exec(
              "SELECT SUM(a.seq * b.seq) FROM seq_1_to_100000 a, seq_1_to_100000 b")
          }
          try await killed
          return error
        }
      }
      let stopped = try await failure("KILL QUERY")
      #expect(stopped.kind == .other && stopped.connection == .usable)
      #expect(stopped.message.contains("KILL QUERY"))
      let ended = try await failure("KILL CONNECTION")
      #expect(ended.kind == .connectionLost && ended.execution == .unknown)
      let limited = try await #require(throws: DatabaseError.self) {
        try await db.exec(
          """
          SET STATEMENT max_statement_time = 0.1 FOR SELECT SUM(a.seq * b.seq)
          FROM seq_1_to_100000 a, seq_1_to_100000 b
          """)
      }
      #expect(limited.kind == .statementTimeout)
    }
  }

  @Test func `a primary key groups, and a mode can be added`() async throws {
    try await withMySQL { db in
      try await db.exec("CREATE TABLE t (id INT PRIMARY KEY, n INT)")
      try await db.exec("INSERT INTO t VALUES (1, 2)")
      let sql: SQL = "SELECT n, COUNT(*) FROM t GROUP BY id"
      #expect(try await db.queryRow(sql, as: Int.self) == 2)
      let url = try #require(MySQLServer.Way.tcp.url)
      let strict = try await Database.open(
        DatabaseURL(url + "&sql_mode=%27ONLY_FULL_GROUP_BY%27"), with: MySQLDriver())
      let modes = try await strict.queryRow("SELECT @@sql_mode", as: String.self)
      #expect(modes?.contains("ONLY_FULL_GROUP_BY") == true)
      #expect(modes?.contains("STRICT_ALL_TABLES") == true)
      await strict.close()
    }
  }

  @Test func `the victim of a deadlock is out of its transaction, a savepoint or not`()
    async throws
  {
    try await withMySQL { db in
      try await db.exec("CREATE TABLE t (i INT PRIMARY KEY, n INT)")
      try await db.exec("INSERT INTO t VALUES (1, 0), (2, 0)")
      try await db.withConnection { first in
        try await db.withConnection { second in
          for connection in [first, second] {
            try await connection.exec("BEGIN")
            try await connection.exec("SAVEPOINT s")
          }
          try await first.exec("UPDATE t SET n = 1 WHERE i = 1")
          try await second.exec("UPDATE t SET n = 1 WHERE i = 2")
          async let one = failure { try await first.exec("UPDATE t SET n = 1 WHERE i = 2") }
          async let two = failure { try await second.exec("UPDATE t SET n = 1 WHERE i = 1") }
          let errors = [await one, await two]
          #expect(errors.count { $0?.kind == .deadlock } == 1)
          let victim = errors[0] == nil ? second : first
          #expect(victim.transactionStatus == .none)
          let other = errors[0] == nil ? first : second
          #expect(other.transactionStatus == .active)
          try await other.exec("CREATE TABLE u (i INT)")
          #expect(other.transactionStatus == .none)
          try await other.exec("BEGIN")
          await #expect(throws: DatabaseError.self) {
            try await other.exec("CREATE TABLE u (i INT)")
          }
          #expect(other.transactionStatus == .none)
        }
      }
    }
  }

  private func failure(
    _ body: @Sendable () async throws -> ExecResult
  ) async -> DatabaseError? {
    do { _ = try await body() } catch { return error as? DatabaseError }
    return nil
  }
}
