import DriverAPI
import DriverFaults
import DriverPostgres
import Foundation
import Testing

@Suite("A session of PostgreSQL", .enabled(if: PostgresServer.plain != nil))
struct PostgresSessionTests {
  private let server: PostgresServer

  init() throws {
    server = try #require(PostgresServer.plain)
  }

  @Test(
    "CONN-7: sessions speak UTF-8 and UTC, also after a reset",
    arguments: ["on", "off"])
  func settings(cache: String) async throws {
    let db = try await server.open(["statement_cache": cache]) { $0.maxConnections = 1 }
    func setting(_ name: String) async throws -> String? {
      try await db.queryRow(SQL(raw: "SELECT current_setting('\(name)')"), as: String.self)
    }
    for _ in 1...2 {
      #expect(try await setting("client_encoding") == "UTF8")
      #expect(try await setting("TimeZone") == "UTC")
      #expect(try await setting("DateStyle")?.hasPrefix("ISO") == true)
      #expect(try await setting("standard_conforming_strings") == "on")
      try await db.exec("SET TimeZone = 'Asia/Tokyo'")
    }
    await db.close()
  }

  @Test("CONN-5: a session that broke takes no other with it when it is closed")
  func brokenBeside() async throws {
    let db = try await server.open { $0.statementTimeout = .seconds(5) }
    try await db.withConnection { connection in
      _ = try await connection.exec("SELECT pg_sleep(0.1)")
    }
    let proxy = try FaultProxy(for: DatabaseURL(server.url([:])))
    let broken = try await server.driver.connect(to: proxy.url, as: .writer)
    let statement = try await broken.prepare(Dialect.postgres.rebind("SELECT 1"), isKept: false)
    proxy.cutAll()
    await #expect(throws: DatabaseError.self) { _ = try await statement.exec([]) }
    // The socket of one of them gets the number that was the broken one's.
    let start = ContinuousClock.now
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 1...4 {
        group.addTask { () async throws -> Void in
          try await db.withConnection { connection in
            _ = try await connection.exec("SELECT pg_sleep(1)")
          }
        }
      }
      try await Task.sleep(for: .milliseconds(500))
      await broken.close()
      try await group.waitForAll()
    }
    #expect(ContinuousClock.now - start < .seconds(4), "only the timeout woke who waited")
    await db.close()
  }

  @Test("application_name and options reach the server")
  func keywords() async throws {
    let db = try await server.open([
      "application_name": "a%20test", "options": "-c%20work_mem%3D8MB",
    ])
    let name = try await db.queryRow("SHOW application_name", as: String.self)
    #expect(name == "a test")
    #expect(try await db.queryRow("SHOW work_mem", as: String.self) == "8MB")
    await db.close()
  }

  @Test("STMT-2: without the cache no statement has a name, and values are the same")
  func withoutCache() async throws {
    let db = try await server.open(["statement_cache": "off"]) { $0.maxConnections = 1 }
    try await db.withConnection { connection in
      try await connection.exec("CREATE TEMPORARY TABLE t (i int8, d float8, b bytea, s text)")
      for i in 1...3 {
        try await connection.exec(
          "INSERT INTO t VALUES (?, ?, ?, ?)", i, Double(i) / 3, [UInt8(i), 0, 255], "row \(i)")
      }
      let rows = try await connection.query(
        "SELECT i, d, b, s FROM t WHERE i >= ? ORDER BY i", 2,
        as: (Int, Double, [UInt8], String).self
      ).collect()
      #expect(rows.map(\.0) == [2, 3] && rows.map(\.1) == [2.0 / 3, 1])
      #expect(
        rows.map(\.2) == [[2, 0, 255], [3, 0, 255]] && rows.map(\.3) == ["row 2", "row 3"])
      let names = try await connection.queryRow(
        "SELECT count(*) FROM pg_prepared_statements WHERE name <> ''", as: Int.self)
      #expect(names == 0)
    }
    await db.close()
  }

  @Test("TYPE-4: what has no kind of its own comes as PostgreSQL's text")
  func otherTypes() async throws {
    let db = try await server.open()
    let texts: [(String, String)] = [
      ("ARRAY[1,2,3]", "{1,2,3}"), ("ARRAY['a b',NULL]", "{\"a b\",NULL}"),
      ("'10.0.0.1/8'::inet", "10.0.0.1/8"), ("'1 day 2 hours'::interval", "1 day 02:00:00"),
      ("'[1,5)'::int4range", "[1,5)"), ("'12:34:56.5'::time", "12:34:56.5"),
    ]
    for (expression, text) in texts {
      #expect(
        try await db.queryRow(SQL(raw: "SELECT \(expression)"), as: String.self) == text,
        "\(expression)")
    }
    // Beside such a column everything is read from text, to the same values.
    let row = try await db.queryRow(
      """
      SELECT 1::int8, true, 0.1::float8, '\\x00ff'::bytea, 1.50::numeric, '{}'::text[],
        '00112233-4455-6677-8899-aabbccddeeff'::uuid, '2024-02-29 12:00:00.000001+02'::timestamptz
      """, as: (Int, Bool, Double, [UInt8], ExactDecimal, String, UUID, Timestamp).self)
    #expect(row?.0 == 1 && row?.1 == true && row?.2 == 0.1 && row?.3 == [0, 255])
    #expect(row?.4.description == "1.50" && row?.5 == "{}")
    #expect(row?.6.uuidString == "00112233-4455-6677-8899-AABBCCDDEEFF")
    #expect(row?.7 == Timestamp("2024-02-29 10:00:00.000001"))
    await db.close()
  }

  @Test("TYPE-4: what no Swift type holds is a decoding error, and the rows go on")
  func unreadable() async throws {
    let db = try await server.open()
    for expression in ["'infinity'::timestamptz", "'-infinity'::timestamptz"] {
      let error = await #expect(throws: DatabaseError.self, "\(expression)") {
        _ = try await db.queryRow(SQL(raw: "SELECT \(expression)"), as: Timestamp.self)
      }
      #expect(error?.kind == .decoding)
    }
    for expression in ["'NaN'::numeric", "'Infinity'::numeric", "10::numeric ^ 40"] {
      let error = await #expect(throws: DatabaseError.self, "\(expression)") {
        _ = try await db.queryRow(SQL(raw: "SELECT \(expression)"), as: ExactDecimal.self)
      }
      #expect(error?.kind == .decoding)
    }
    await db.close()
  }

  @Test("bytes are not bent into text")
  func bytesForText() async throws {
    let db = try await server.open()
    let error = await #expect(throws: DatabaseError.self) {
      _ = try await db.queryRow("SELECT ?::text", [UInt8(1)], as: String.self)
    }
    #expect(error?.kind == .unsupported && error?.execution == .notSent)
    await db.close()
  }

  @Test("BATCH-1: COPY in a batch is refused before anything is sent")
  func copyInBatch() async throws {
    let db = try await server.open { $0.maxConnections = 1 }
    try await db.exec("DROP TABLE IF EXISTS copied")
    try await db.exec("CREATE TABLE copied (n INTEGER)")
    for copy: SQL in [
      "COPY copied TO STDOUT", "copy copied from stdin", "COPY (SELECT 1) TO StdOut",
    ] {
      for rest: [SQL] in [[], ["INSERT INTO copied VALUES (2)"]] {
        let error = await #expect(throws: DatabaseError.self) {
          try await db.batch(["INSERT INTO copied VALUES (1)", copy] + rest)
        }
        #expect(error?.kind == .unsupported)
        #expect(error?.execution == .notSent)
        #expect(error?.details.row == 1)
      }
    }
    #expect(try await db.queryRow("SELECT COUNT(*) FROM copied", as: Int.self) == 0)
    try await db.exec("DROP TABLE copied")
    await db.close()
  }

  @Test("EXEC-5: COPY by hand is refused and leaves a usable connection")
  func copyByHand() async throws {
    let db = try await server.open { $0.maxConnections = 1 }
    await #expect(throws: DatabaseError.self) { try await db.exec("COPY pg_class TO STDOUT") }
    try await db.ping()
    try await db.withConnection { connection in
      try await connection.exec("CREATE TEMPORARY TABLE c (i int)")
      await #expect(throws: DatabaseError.self) { try await connection.exec("COPY c FROM STDIN") }
      #expect(try await connection.queryRow("SELECT count(*) FROM c", as: Int.self) == 0)
    }
    await db.close()
  }

  // The server stops a statement by itself after 20 s, which would hide a driver that does not.
  @Test(
    "QUERY-3: leaving a large result early stops the server and keeps the session",
    .timeLimit(.minutes(2)))
  func leavingEarly() async throws {
    let db = try await server.open { $0.maxConnections = 1 }
    let session = try await db.queryRow("SELECT pg_backend_pid()", as: Int.self)
    for _ in 1...20 {
      // Read to its end this would take hours.
      var rows = try await db.query("SELECT generate_series(1, 2000000000000)")
      _ = try await rows.next()
      rows.close()
      #expect(try await db.queryRow("SELECT pg_backend_pid()", as: Int.self) == session)
    }
    await db.close()
  }

  @Test("NOTIFY-1: listening survives the loss of its connection")
  func listeningAgain() async throws {
    let db = try await server.open()
    let channel = "c" + UUID().uuidString.prefix(8).lowercased()
    let listener = try await db.notifications(on: [channel])
    let reading = Task {
      var events: [String] = []
      for try await event in listener {
        switch event {
        case .received(let notification): events.append(notification.payload)
        case .reconnected: events.append("again")
        }
        if events.count == 3 { break }
      }
      return events
    }
    try await db.exec(SQL(raw: "SELECT pg_notify('\(channel)', 'one')"))
    try await Task.sleep(for: .milliseconds(200))
    try await db.exec(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query ILIKE ? AND pid <> pg_backend_pid()",
      "LISTEN%\(channel)%")
    try await Task.sleep(for: .seconds(1))
    try await db.exec(SQL(raw: "SELECT pg_notify('\(channel)', 'two')"))
    #expect(try await reading.value == ["one", "again", "two"])
    await db.close()
  }
}
