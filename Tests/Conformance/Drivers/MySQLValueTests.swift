import DriverAPI
import FoundationEssentials
import Testing

@Suite(
  "Values of MariaDB that other engines do not have",
  .enabled(if: MySQLServer.Way.tcp.url != nil, "no server: start one with make databases"))
struct MySQLValueTests {
  @Test func `numbers of every size keep their value and sign`() async throws {
    try await withMySQL { db in
      try await db.exec(
        """
        CREATE TABLE n (a TINYINT, b TINYINT UNSIGNED, c SMALLINT, d SMALLINT UNSIGNED, e MEDIUMINT,
          f MEDIUMINT UNSIGNED, g INT, h INT UNSIGNED, i BIGINT, j BIGINT UNSIGNED, k FLOAT, l YEAR,
          m BIT(10), n BIT(64), o TINYINT(1))
        """)
      try await db.exec(
        """
        INSERT INTO n VALUES (-128, 255, -32768, 65535, -8388608, 16777215, -2147483648, 4294967295,
          -9223372036854775808, 18446744073709551615, -1.5, 2155, b'1000000001', ~0, TRUE)
        """)
      let rows = try await db.query("SELECT * FROM n")
      var found: [Value] = []
      try await rows.forEach { row in found = try row.values() }
      #expect(
        found == [
          -128, 255, -32768, 65535, -8_388_608, 16_777_215, -2_147_483_648, 4_294_967_295,
          .int(.min), .uint(.max), -1.5, 2155, 513, .uint(.max), 1,
        ])
      #expect(try await db.queryRow("SELECT o FROM n", as: Bool.self) == true)
      #expect(try await db.queryRow("SELECT j FROM n", as: UInt64.self) == .max)
    }
  }

  @Test func `times, zero dates and moments outside the calendar are text or an error`()
    async throws
  {
    try await withMySQL { db in
      try await db.exec("CREATE TABLE t (a TIME(3), b TIME, c DATE, d DATETIME(6))")
      try await db.withConnection { connection in
        try await connection.exec("SET SESSION sql_mode = ''")
        try await connection.exec(
          """
          INSERT INTO t VALUES ('-838:59:58.5', '12:00:01', '0000-00-00', '2024-00-10 01:02:03'),
            ('00:00:00', NULL, '2024-02-29', '2024-02-29 23:59:59.000001')
          """)
      }
      let texts = try await db.query("SELECT a, b FROM t", as: (String, String?).self).collect()
      #expect(texts.map(\.0) == ["-838:59:58.500", "00:00:00.000"])
      #expect(texts.map(\.1) == ["12:00:01", nil])
      #expect(try await db.queryRow("SELECT c FROM t", as: String.self) == "0000-00-00")
      for query: SQL in ["SELECT c FROM t", "SELECT d FROM t"] {
        let error = try await #require(throws: DatabaseError.self) {
          _ = try await db.queryRow(query, as: Timestamp.self)
        }
        #expect(error.kind == .decoding)
      }
      let error = try await #require(throws: DatabaseError.self) {
        try await db.exec("INSERT INTO t (c) VALUES ('0000-00-00')")
      }
      #expect(error.kind == .invalidValue)
    }
  }

  @Test func `UUID, JSON, ENUM and bytes are told apart`() async throws {
    try await withMySQL { db in
      try await db.exec(
        "CREATE TABLE x (u UUID, j JSON, e ENUM('a', 'b'), v VARBINARY(4), g CHAR(3), i INET6)")
      let uuid = UUID()
      try await db.exec(
        "INSERT INTO x VALUES (?, ?, 'b', ?, 'abc', '::1')", uuid, Value.json("[1]"),
        [1, 2] as [UInt8])
      let rows = try await db.query("SELECT * FROM x")
      var found: [Value] = []
      try await rows.forEach { row in found = try row.values() }
      #expect(found == [.uuid(uuid), .json("[1]"), "b", .bytes([1, 2]), "abc", "::1"])
    }
  }

  @Test func `counts of inserts are rows, whatever became of them`() async throws {
    try await withMySQL { db in
      try await db.exec("CREATE TABLE c (id INT PRIMARY KEY, n INT)")
      let insert: SQL = "INSERT INTO c VALUES (1, 1) ON DUPLICATE KEY UPDATE n = n + 1"
      for _ in 1...3 { #expect(try await db.exec(insert).rowCount == 1) }
      let several: SQL = "INSERT INTO c VALUES (1, 1), (2, 2) ON DUPLICATE KEY UPDATE n = n + 1"
      #expect(try await db.exec(several).rowCount == 2)
      #expect(try await db.exec("REPLACE INTO c VALUES (1, 9)").rowCount == 1)
      #expect(try await db.exec("INSERT IGNORE INTO c VALUES (1, 9), (3, 9)").rowCount == 1)
      #expect(try await db.exec("INSERT INTO c VALUES (4, 1), (5, 1) RETURNING id").rowCount == 2)
      #expect(try await db.exec("DELETE FROM c WHERE n > 0").rowCount == 5)
    }
  }

  @Test func `a procedure's rows come out, and the connection goes on`() async throws {
    try await withMySQL { db in
      try await db.execScript(
        "CREATE PROCEDURE p(a INT) BEGIN SELECT a; SELECT a + 1; DO SLEEP(0); END")
      try await db.withConnection { connection in
        for number in 1...3 {
          let rows = try await connection.query("CALL p(?)", number, as: Int.self).collect()
          #expect(rows == [number])
          #expect(try await connection.exec("CALL p(?)", number).rowCount == 0)
        }
      }
    }
  }
}
