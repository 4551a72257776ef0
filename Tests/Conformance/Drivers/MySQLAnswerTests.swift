import DriverAPI
import DriverMySQL
import FoundationEssentials
import Testing

@Suite(
  "Answers of MariaDB are read to their end",
  .enabled(if: MySQLServer.Way.tcp.url != nil, "no server: start one with make databases"))
struct MySQLAnswerTests {
  @Test func `a write whose rows are left early is carried out`() async throws {
    try await withMySQL { db in
      try await db.exec("CREATE TABLE a (i INT)")
      try await db.exec("CREATE TABLE b (i INT)")
      try await db.bulkInsert(into: "a", columns: ["i"], (0..<20_000).map { [.int(Int64($0))] })
      let copied = try await db.queryRow(
        "INSERT INTO b SELECT i FROM a RETURNING i", as: Int.self)
      #expect(copied != nil)
      #expect(try await db.queryRow("SELECT COUNT(*) FROM b", as: Int.self) == 20_000)
      try await db.transaction { tx in
        _ = try await tx.queryRow("DELETE FROM a RETURNING i", as: Int.self)
        #expect(try await tx.queryRow("SELECT COUNT(*) FROM a", as: Int.self) == 0)
      }
      #expect(try await db.queryRow("SELECT COUNT(*) FROM a", as: Int.self) == 0)
      try await db.withConnection { connection in
        let rows = try await connection.query("DELETE FROM b RETURNING i")
        rows.close()
        #expect(try await connection.queryRow("SELECT COUNT(*) FROM b", as: Int.self) == 0)
      }
    }
  }

  @Test func `an error behind the rows of a procedure is told`() async throws {
    try await withMySQL { db in
      try await db.exec("CREATE TABLE t (i INT)")
      try await db.exec(
        """
        CREATE PROCEDURE p() BEGIN
          INSERT INTO t VALUES (1); SELECT 7; SELECT 8, 9; INSERT INTO t VALUES (2);
          SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'no';
        END
        """)
      for _ in 1...2 {
        let error = try await #require(throws: DatabaseError.self) {
          _ = try await db.query("CALL p()", as: Int.self).collect()
        }
        #expect(error.details.nativeCode == 1644)
        await #expect(throws: DatabaseError.self) { try await db.exec("CALL p()") }
        #expect(try await db.queryRow("SELECT 1", as: Int.self) == 1)
      }
    }
  }

  @Test func `a cancelled write that waits for a row says what became of it`() async throws {
    try await withMySQL { db in
      try await db.exec("CREATE TABLE t (i INT, s VARCHAR(20))")
      try await db.exec("CREATE FUNCTION slow() RETURNS INT BEGIN DO SLEEP(0.05); RETURN 1; END")
      try await db.bulkInsert(into: "t", columns: ["i"], (0..<400).map { [.int(Int64($0))] })
      let start = ContinuousClock.now
      let task = Task {
        _ = try await db.query("DELETE FROM t RETURNING slow(), REPEAT('x', 4000)").forEach { _ in }
      }
      try await Task.sleep(for: .milliseconds(600))
      task.cancel()
      let error = try await #require(throws: DatabaseError.self) { try await task.value }
      #expect(error.kind == .cancelled)
      #expect(ContinuousClock.now - start < .seconds(10))
      let count = try await db.queryRow("SELECT COUNT(*) FROM t", as: Int.self)
      #expect(error.execution != .rejected || count == 400)
    }
  }

  @Test func `columns that came or went are read as they are now`() async throws {
    try await withMySQL({ $0.maxConnections = 1 }) { db in
      try await db.exec("CREATE TABLE t (i INT PRIMARY KEY AUTO_INCREMENT, n INT DEFAULT 3)")
      func insert() async throws -> [[Value]] {
        var found: [[Value]] = []
        try await db.query("INSERT INTO t (n) VALUES (?) RETURNING *", 4).forEach { row in
          found.append(try row.values())
        }
        return found
      }
      func read() async throws -> Int {
        var width = 0
        try await db.query("SELECT * FROM t WHERE n = ? LIMIT 1 FOR UPDATE", 4).forEach { row in
          width = row.count
        }
        return width
      }
      #expect(try await insert() == [[1, 4]])
      #expect(try await read() == 2)
      try await db.exec("ALTER TABLE t ADD COLUMN s VARCHAR(9) DEFAULT 'new', ADD COLUMN d DATE")
      #expect(try await insert() == [[2, 4, "new", .null]])
      #expect(try await insert() == [[3, 4, "new", .null]])
      #expect(try await read() == 4)
      try await db.exec("ALTER TABLE t DROP COLUMN s, DROP COLUMN d, MODIFY COLUMN n VARCHAR(9)")
      #expect(try await insert() == [[4, "4"]])
      #expect(try await insert() == [[5, "4"]])
      #expect(try await db.exec("INSERT INTO t (n) VALUES (?) RETURNING *", 4).rowCount == 1)
      #expect(try await db.queryRow("SELECT COUNT(*) FROM t", as: Int.self) == 6)
    }
  }

  @Test func `statements that no server prepares run by their text`() async throws {
    try await withMySQL { db in
      try await db.withConnection { connection in
        try await connection.exec("PREPARE s FROM 'SELECT 5, 1.5, ''text'', NULL, 2.50'")
        let found = try await connection.query("EXECUTE s")
        var values: [Value] = []
        try await found.forEach { row in values = try row.values() }
        #expect(values.prefix(1) == [5] && values[2] == "text" && values[3] == .null)
        let number = try await connection.queryRow(
          "EXECUTE IMMEDIATE 'SELECT 18446744073709551615'", as: UInt64.self)
        #expect(number == .max)
        try await connection.exec("DEALLOCATE PREPARE s")
        await #expect(throws: DatabaseError.self) {
          try await connection.queryRow("EXECUTE s", as: Int.self)
        }
        #expect(try await connection.queryRow("SELECT 1", as: Int.self) == 1)
      }
    }
  }

  @Test func `the server gets no file of this machine`() async throws {
    try await withMySQL { db in
      try await db.exec("CREATE TABLE t (s TEXT)")
      for _ in 1...2 {
        let error = try await #require(throws: DatabaseError.self) {
          try await db.exec("LOAD DATA LOCAL INFILE '/etc/hostname' INTO TABLE t")
        }
        #expect(error.kind == .unsupported)
        #expect(error.message.contains("bulkInsert"))
      }
      #expect(try await db.queryRow("SELECT COUNT(*) FROM t", as: Int.self) == 0)
    }
  }

  @Test func `nothing runs if the server counts other parameters`() async throws {
    try await withMySQL { db in
      for _ in 1...2 {
        for sql in [
          SQL(raw: "SELECT 1 /*!99999 + ? */", [.int(1)]), SQL(raw: "SELECT 1 /*! + ? */"),
        ] {
          await #expect(throws: DatabaseError.self) {
            try await db.queryRow(sql, as: Int.self)
          }
          await #expect(throws: DatabaseError.self) { try await db.exec(sql) }
        }
      }
    }
  }
}
