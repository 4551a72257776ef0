import DriverAPI

// What a session may be set to, and what that does to its values.
let valueSettingClauses = [
  Clause("TYPE-6", "Instants are the same in a session of whatever zone.") { context in
    let db = try await context.open { $0.maxConnections = 1 }
    try await db.createTable("moments", "id {int} NOT NULL PRIMARY KEY, x {timestamp}")
    let instant = try expectSome(Timestamp("2024-07-01 22:30:00.000001"), "the instant")
    try await db.withConnection { connection in
      try await connection.leaveUTC()
      for id in 1...3 {
        try await connection.exec("INSERT INTO moments (id, x) VALUES (?, ?)", id, instant)
      }
      let insert: SQL = "INSERT INTO moments (id, x) VALUES (\(4), \(instant))"
      _ = try await connection.batch([insert])
      try await connection.bulkInsert(
        into: "moments", columns: ["id", "x"], [[5, .timestamp(instant)]])
      for _ in 1...3 {
        let found = try await connection.query("SELECT x FROM moments", as: Timestamp.self)
          .collect()
        try expectEqual(found, Array(repeating: instant, count: 5), "read in that session")
        let equal = try await connection.single(
          "SELECT COUNT(*) FROM moments WHERE x = \(instant)", as: Int.self)
        try expectEqual(equal, 5, "found in that session")
      }
    }
    // Another session sees it only where the data is not one connection's own.
    let other = db.capabilities.durableStorage ? try await context.open() : db
    let found = try await other.query("SELECT x FROM moments", as: Timestamp.self).collect()
    try expectEqual(found, Array(repeating: instant, count: 5), "read in another session")
  },

  Clause("TYPE-6", "Dates are the same in a session of whatever zone.") { context in
    let db = try await context.open { $0.maxConnections = 1 }
    try await db.createTable(
      "days", "id {int} NOT NULL PRIMARY KEY, x {date}, m {timestamp}, t {text}")
    let day = try expectSome(CalendarDate("2024-02-29"), "the day")
    try await db.withConnection { connection in
      try await connection.leaveUTC()
      for id in 1...3 {
        try await connection.exec(
          "INSERT INTO days (id, x, m, t) VALUES (?, ?, ?, ?)", id, day, day, day)
        let found = try await connection.query("SELECT x FROM days", as: CalendarDate.self)
          .collect()
        try expectEqual(found, Array(repeating: day, count: id), "read in that session")
        let others = try await connection.queryRow(
          "SELECT m, t FROM days WHERE id = ?", id, as: (Timestamp, String).self)
        try expectEqual(others?.0.date, day, "the day of an instant that it was stored as")
        try expectEqual(
          others.map { "\($0.0)".contains("00:00:00") }, true, "whether that is its midnight")
        try expectEqual(others?.1, "2024-02-29", "the text that it was stored as")
      }
    }
  },

  Clause("TYPE-6", "A setting that values depend on is refused, or they do not depend on it.") {
    context in
    let db = try await context.open { $0.maxConnections = 1 }
    let settings = valueSettings(db.dialect)
    if settings.isEmpty {
      throw NotSaid("no setting of \(db.dialect) is known that changes values")
    }
    try await db.createTable(
      "kept", "id {int} NOT NULL, t {text}, s {timestamp}, d {double}, y {bytes}, c {date}")
    let instant = try expectSome(Timestamp("2024-07-01 22:30:00.000001"), "the instant")
    let values: [Value] = [
      "\u{e9}\u{20ac}\u{1F600}\\x'", .timestamp(instant), .double(0.1 + 0.2), .bytes([0, 92, 255]),
      .date(instant.date),
    ]
    for (number, setting) in settings.enumerated() {
      try await db.withConnection { connection in
        for run in 0...1 {
          guard try await connection.takes(setting, run: run) else { break }
          let id = Value.int(Int64(number * 2 + run))
          try await connection.exec(
            SQL(
              raw: "INSERT INTO kept (id, t, s, d, y, c) VALUES (?, ?, ?, ?, ?, ?)", [id] + values))
          let found = try await connection.queryRow(
            SQL(raw: "SELECT t, s, d, y, c FROM kept WHERE id = ?", [id]),
            as: (String, Timestamp, Double, [UInt8], CalendarDate).self)
          let row = try expectSome(found, "the row stored after \(setting.words), run \(run)")
          let read: [Value] = [
            .text(row.0), .timestamp(row.1), .double(row.2), .bytes(row.3), .date(row.4),
          ]
          try expectEqual(read, values, "what was stored after \(setting.words), run \(run)")
        }
      }
      let text = try await db.query("SELECT t FROM kept", as: Value.self).collect()
      try expect(
        text.allSatisfy { $0 == values[0] }, "read in the next lease, after \(setting.words)")
    }
  },
]

private typealias ValueSetting = (words: [String], question: String?)

extension Connection {
  /// Sets it; false if the session goes no further because of it. What is refused must have no effect, and what
  /// is not refused must have one.
  fileprivate func takes(_ setting: ValueSetting, run: Int) async throws -> Bool {
    let question = setting.question.map { SQL(raw: $0) }
    var usual: Value?
    if let question { usual = try await queryRow(question, as: Value.self) }
    var isRefused = false
    do {
      if run == 0 {
        for words in setting.words { try await exec(SQL(raw: words)) }
      } else if let last = setting.words.last {
        try await query(SQL(raw: last)).forEach { _ in }
      }
    } catch let error as DatabaseError {
      try expect([.unsupported, .other].contains(error.kind), "\(setting.words) ended as \(error)")
      try expect(error.execution != .unknown, "the execution of \(setting.words)")
      try expectEqual(error.connection, .usable, "the connection after \(setting.words)")
      isRefused = true
    }
    guard let question else { return true }
    do {
      let now = try await queryRow(question, as: Value.self)
      let hasEffect = now != usual || run > 0
      try expect(
        hasEffect != isRefused || run > 0,
        "\(setting.words), refused: \(isRefused), left \(now ?? .null)")
      return true
    } catch let error as DatabaseError where error.kind == .misuse {
      return false
    }
  }
}

/// What can be set of a session that changes what texts, instants and numbers look like, and the query that
/// tells of it; nil where it may be undone in silence, because no statement sets it by itself.
private func valueSettings(_ dialect: Dialect) -> [ValueSetting] {
  switch dialect.name {
  case "postgres":
    [
      "TIME ZONE 'Pacific/Kiritimati'", "client_encoding = 'LATIN1'", "DateStyle = 'German, DMY'",
      "bytea_output = 'escape'", "extra_float_digits = -15", "IntervalStyle = 'iso_8601'",
    ].map { setting in
      (
        ["SET \(setting)"],
        "SHOW \(setting.hasPrefix("TIME") ? "TIME ZONE" : setting.prefix { $0 != " " } + "")"
      )
    } + [
      (["SELECT set_config('client_encoding', 'LATIN1', false)"], "SHOW client_encoding"),
      (["SELECT set_config('TimeZone', 'Pacific/Kiritimati', false)"], "SHOW TimeZone"),
    ]
  case "mysql", "mariadb":
    [
      (["SET time_zone = '+05:00'"], "SELECT @@time_zone"),
      (["SET NAMES latin1"], "SELECT @@character_set_results"),
      (["SET CHARACTER SET latin1"], "SELECT @@character_set_client"),
      (["SET character_set_client = latin1"], "SELECT @@character_set_client"),
      (["SET character_set_connection = latin1"], "SELECT @@character_set_connection"),
      (["SET character_set_results = latin1"], "SELECT @@character_set_results"),
      (["SET @kept = 5"], "SELECT COALESCE(@kept, 0)"),
      (
        ["CREATE PROCEDURE stray_zone() SET time_zone = '+05:00'", "CALL stray_zone()"], nil
      ),
      (
        [
          "CREATE PROCEDURE stray_names() BEGIN SELECT 1; SET NAMES latin1; END",
          "CALL stray_names()",
        ],
        nil
      ),
    ]
  default: []
  }
}

extension Connection {
  /// Gives the session a zone far from UTC, where the engine's sessions have one and the driver lets it
  /// be changed.
  fileprivate func leaveUTC() async throws {
    do {
      switch dialect.name {
      case "postgres": try await exec("SET TIME ZONE 'Pacific/Kiritimati'")
      case "mysql", "mariadb": try await exec("SET SESSION time_zone = '+13:00'")
      default: break
      }
    } catch  where error.kind == .unsupported {
      // A session that stays in UTC keeps the promise too.
    }
  }
}
