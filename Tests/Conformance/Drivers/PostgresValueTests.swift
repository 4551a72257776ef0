import DriverAPI
import DriverPostgres
import FoundationEssentials
import Testing

@Suite("Values of PostgreSQL in sessions of every kind", .enabled(if: PostgresServer.plain != nil))
struct PostgresValueTests {
  private let server: PostgresServer
  private let instant = Timestamp(microseconds: 1_719_873_000_000_001).databaseValue

  init() throws {
    server = try #require(PostgresServer.plain)
  }

  @Test(
    "TYPE-6: what the URL says of the session does not bend a value",
    arguments: [
      "-c%20TimeZone%3DAmerica/New_York", "-c%20DateStyle%3DSQL,DMY", "-c%20bytea_output%3Descape",
      "-c%20extra_float_digits%3D-10", "-c%20standard_conforming_strings%3Doff",
    ], ["on", "off"])
  func options(option: String, cache: String) async throws {
    let db = try await server.open(["options": option, "statement_cache": cache]) {
      $0.maxConnections = 1
    }
    try await expectSound(db)
    await db.close()
  }

  @Test("TYPE-6: settings of the role and the database do not bend a value")
  func defaults() async throws {
    let admin = try await server.open()
    let name = "zone_\(UUID().uuidString.prefix(8).lowercased())"
    try await admin.exec(SQL(raw: "CREATE DATABASE \(name)"))
    for setting in [
      "TimeZone = 'America/New_York'", "DateStyle = 'SQL, DMY'", "bytea_output = 'escape'",
      "extra_float_digits = -10", "standard_conforming_strings = off",
      "IntervalStyle = 'iso_8601'", "client_encoding = 'LATIN1'",
    ] {
      try await admin.exec(SQL(raw: "ALTER DATABASE \(name) SET \(setting)"))
    }
    let url = try DatabaseURL(server.url([:])).naming(database: name)
    let db = try await Database.open(url, with: server.driver)
    try await expectSound(db)
    #expect(
      try await db.queryRow("SELECT interval '1 day 2 hours'", as: String.self)
        == "1 day 02:00:00")
    await db.close()
    try await admin.exec(SQL(raw: "DROP DATABASE \(name)"))
    await admin.close()
  }

  @Test("TYPE-6: settings that a session changes do not bend a value, or are refused")
  func changed() async throws {
    let db = try await server.open { $0.maxConnections = 1 }
    for setting in ["TimeZone = 'Asia/Tokyo'", "DateStyle = 'SQL, DMY'", "bytea_output = 'escape'"]
    {
      try await db.withConnection { connection in
        try await connection.exec(SQL(raw: "SET \(setting)"))
        let row = try await connection.queryRow(
          "SELECT \(instant)::timestamptz, \(Value.bytes([0, 92, 255]))::bytea",
          as: (Timestamp, [UInt8]).self)
        #expect(row?.0.databaseValue == instant)
        #expect(row?.1 == [0, 92, 255])
      }
    }
    try await db.withConnection { connection in
      try await connection.exec("SET client_encoding = 'LATIN1'")
      let error = try await #require(throws: DatabaseError.self) {
        _ = try await connection.queryRow("SELECT 'ä'", as: String.self)
      }
      #expect(error.kind == .misuse)
      #expect(error.execution == .notSent)
    }
    try await db.withConnection { connection in
      try await connection.exec("SET standard_conforming_strings = off")
      let error = try await #require(throws: DatabaseError.self) {
        _ = try await connection.exec(SQL(raw: #"SELECT 'a\' -- ' || ?"#, [1]))
      }
      #expect(error.kind == .misuse)
    }
    #expect(try await db.queryRow("SELECT 'ä'", as: String.self) == "ä")
    await db.close()
  }

  @Test("BULK-3: exec and bulkInsert take the same of every kind, the first time and later")
  func everyWay() async throws {
    let url = try await server.makeDatabase()
    let db = try await Database.open(DatabaseURL(url), with: server.driver)
    try await db.execScript(
      """
      CREATE DOMAIN blob AS bytea; CREATE DOMAIN small_blob AS blob; CREATE DOMAIN big AS numeric;
      CREATE TYPE mood AS ENUM ('good', 'bad')
      """)
    let uuid = UUID(uuidString: "00112233-4455-6677-8899-AABBCCDDEEFF").databaseValue
    let date = CalendarDate(daysSince1970: 19_782).databaseValue
    let types = [
      "bytea", "blob", "small_blob", "uuid", "text", "numeric", "big", "int4", "int2", "float4",
      "float8", "timestamptz", "timestamp", "date", "bool", "jsonb", "mood", "varchar(3)",
      "char(5)",
      "int[]", "interval",
    ]
    let values: [Value] = [
      .bytes([0, 92, 255]), .bytes(Array(0..<16)), uuid, instant, date, .uint(.max), .int(7), 0.1,
      .bool(true), .text("good"), .text("1"), .json("[1]"), .text("\\x41"), .text("a\tb"), .null,
      ExactDecimal(unscaled: 15, scale: 1).databaseValue, .double(.infinity),
    ]
    for type in types {
      try await db.exec(SQL(raw: "CREATE TABLE kept (x \(type), k serial)"))
      for (number, value) in values.enumerated() {
        try await expectSame(db, value, "\(value.kindName) number \(number) into \(type)")
      }
      try await db.exec("DROP TABLE kept")
    }
    await db.close()
    await server.removeDatabase(url)
  }

  /// What the first exec, a later one and a bulk insert store, or refuse, is the same.
  private func expectSame(_ db: Database, _ value: Value, _ what: String) async throws {
    func outcome(_ body: () async throws -> Void) async throws -> String {
      try await db.exec("DELETE FROM kept")
      do { try await body() } catch let error as DatabaseError { return "\(error.kind)" }
      return try await db.queryRow("SELECT coalesce(x::text, 'NULL') FROM kept", as: String.self)
        ?? "nothing"
    }
    // A text that no session has seen.
    let insert = SQL(raw: "INSERT INTO kept (x) VALUES (?) -- \(UUID())", [value])
    let first = try await outcome { try await db.exec(insert) }
    let later = try await outcome { try await db.exec(insert) }
    let bulk = try await outcome {
      try await db.bulkInsert(into: "kept", columns: ["x"], [[value]])
    }
    #expect(first == later, "\(what): the first time and the second")
    #expect(first == bulk, "\(what): exec and bulkInsert")
  }

  /// Values go in and come out as they are, in the first run of a statement and in the second.
  private func expectSound(_ db: Database) async throws {
    try await db.withConnection { connection in
      try await connection.exec(
        "CREATE TEMPORARY TABLE kept (a timestamptz, b timestamp, c date, d bytea, e float8, f text)"
      )
      let date = CalendarDate(daysSince1970: 19_782).databaseValue
      let row: [Value] = [instant, instant, date, .bytes([0, 92, 255]), 0.1, #"\'"#]
      let insert = "INSERT INTO kept VALUES (?, ?, ?, ?, ?, ?)"
      for _ in 1...2 { try await connection.exec(SQL(raw: insert, row)) }
      _ = try await connection.batch([SQL(raw: insert, row)])
      try await connection.bulkInsert(
        into: "kept", columns: ["a", "b", "c", "d", "e", "f"], [row])
      // With a column that has no binary form, and without.
      for query in ["SELECT * FROM kept", "SELECT *, '{1}'::int[] FROM kept"] {
        for _ in 1...2 {
          var found: [[Value]] = []
          let rows = try await connection.query(SQL(raw: query))
          try await rows.forEach { found.append(Array(try $0.values().prefix(6))) }
          #expect(found == Array(repeating: row, count: 4), "\(query)")
        }
      }
      #expect(try await connection.queryRow(#"SELECT 'a\'"#, as: String.self) == #"a\"#)
    }
  }
}
