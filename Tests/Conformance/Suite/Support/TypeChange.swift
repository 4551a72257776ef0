import DriverAPI
import Foundation

/// A column that gets another type behind the back of statements that are kept.
struct TypeChange: Sendable {
  let before: String
  let after: String
  let old: Value
  let new: Value
  let stored: String
}

extension TypeChange {
  /// Changes after which a statement has to go with the new type, by whichever form it knew before.
  ///
  /// Some drivers never take a value of one kind for a column of another: the further changes are those whose
  /// values a statement takes that is new.
  static func changes(of db: Database) async throws -> [TypeChange] {
    guard db.dialect.name == "postgres" else { return plain }
    var changes = plain
    for (number, change) in try strict().enumerated() {
      if try await change.isTaken(by: db, number) { changes.append(change) }
    }
    return changes
  }

  private func isTaken(by db: Database, _ number: Int) async throws -> Bool {
    let table = "fresh\(number)"
    let insert = "INSERT INTO \(table) (v) VALUES (?)"
    let count = "SELECT COUNT(*) FROM \(table) WHERE v = ?"
    var isTaken = true
    for (column, value) in [(before, old), (after, new)] {
      try await db.createTable(table, "v \(column)")
      do {
        try await db.exec(SQL(raw: insert, [value]))
        try await db.exec(SQL(raw: count, [value]))
      } catch {
        if error.execution == .unknown { throw error }
        isTaken = false
      }
      try await db.exec(SQL(raw: "DROP TABLE \(table)"))
    }
    return isTaken
  }

  private static let plain = [
    TypeChange(before: "{int}", after: "{text}", old: 7, new: "seven", stored: "seven"),
    TypeChange(before: "{int}", after: "{text}", old: 7, new: 8, stored: "8"),
    TypeChange(
      before: "INTEGER", after: "BIGINT", old: 7, new: 5_000_000_000, stored: "5000000000"),
    TypeChange(before: "{text}", after: "INTEGER", old: "7", new: 8, stored: "8"),
    TypeChange(before: "{text}", after: "{bytes}", old: "7", new: .bytes([65, 66]), stored: "AB"),
    TypeChange(before: "{bytes}", after: "{text}", old: .bytes([55]), new: "AB", stored: "AB"),
  ]

  /// For an engine that takes no text for what the column holds now: whatever was sent as text because the
  /// column was one.
  private static func strict() throws -> [TypeChange] {
    let instant = try expectSome(Timestamp("2024-02-29 12:34:56.789012"), "the instant")
    let number = try expectSome(ExactDecimal("-1.5000000000"), "the number")
    let uuid = try expectSome(UUID(uuidString: "00112233-4455-6677-8899-AABBCCDDEEFF"), "the UUID")
    return [
      TypeChange(before: "{text}", after: "{bool}", old: true, new: true, stored: "true"),
      TypeChange(before: "{text}", after: "{double}", old: 0.25, new: 0.5, stored: "0.5"),
      TypeChange(before: "{text}", after: "BIGINT", old: .uint(7), new: .uint(8), stored: "8"),
      TypeChange(
        before: "{text}", after: "{decimal}", old: .decimal(number), new: .decimal(number),
        stored: "-1.5000000000"),
      TypeChange(
        before: "CHAR(40)", after: "{uuid}", old: .uuid(uuid), new: .uuid(uuid),
        stored: "00112233-4455-6677-8899-aabbccddeeff"),
      TypeChange(
        before: "CHAR(40)", after: "{timestamp}", old: .timestamp(instant),
        new: .timestamp(instant), stored: "2024-02-29 12:34:56.789012"),
      TypeChange(
        before: "CHAR(40)", after: "{date}", old: .date(instant.date), new: .date(instant.date),
        stored: "2024-02-29"),
    ]
  }

  /// Changes before which the engine would have made another value of it.
  static func bends(of dialect: Dialect) throws -> [TypeChange] {
    let digits = "12345678901234567890.0123456789"
    let number = try expectSome(ExactDecimal(digits), "the number")
    let instant = try expectSome(Timestamp("2024-02-29 12:34:56.789012"), "the instant")
    let long = String(repeating: "long", count: 20)
    let ofPostgres = [
      TypeChange(before: "NAME", after: "{text}", old: "7", new: .text(long), stored: long)
    ]
    return [
      TypeChange(before: "INTEGER", after: "{text}", old: 7, new: "007", stored: "007"),
      TypeChange(
        before: "{double}", after: "{decimal}", old: 0.5, new: .decimal(number), stored: digits),
      TypeChange(
        before: "{date}", after: "{text}", old: "2024-01-01", new: "2024-1-2 or so",
        stored: "2024-1-2 or so"),
      TypeChange(
        before: "{double}", after: "BIGINT", old: 1.0, new: 9_007_199_254_740_993,
        stored: "9007199254740993"),
      TypeChange(before: "REAL", after: "BIGINT", old: 1.0, new: 16_777_217, stored: "16777217"),
      TypeChange(before: "REAL", after: "{double}", old: 1.0, new: 0.1, stored: "0.1"),
      TypeChange(before: "{bool}", after: "{text}", old: true, new: "yes", stored: "yes"),
      TypeChange(before: "CHAR(20)", after: "{text}", old: "a", new: "b  ", stored: "b  "),
      TypeChange(
        before: "{date}", after: "{timestamp}", old: .date(instant.date), new: .timestamp(instant),
        stored: "2024-02-29 12:34:56.789012"),
    ] + (dialect.name == "postgres" ? ofPostgres : [])
  }
}

extension Database {
  /// Gives a column of a table another type, keeping what is in it.
  func retype(_ table: String, to change: TypeChange) async throws {
    let type = expanded(change.after)
    switch dialect.name {
    case "postgres":
      let value =
        switch (change.before, change.after) {
        case (_, "{bytes}"): "convert_to(v::text, 'UTF8')"
        case ("{bytes}", _): "convert_from(v, 'UTF8')"
        default: "v::text::\(type)"
        }
      try await exec(SQL(raw: "ALTER TABLE \(table) ALTER v TYPE \(type) USING \(value)"))
    case "mysql", "mariadb":
      try await exec(SQL(raw: "ALTER TABLE \(table) MODIFY v \(type)"))
    default:
      // Not every engine gives a table another name.
      try await createTable("before_\(table)", "id {int} NOT NULL, v \(change.before)")
      try await exec(SQL(raw: "INSERT INTO before_\(table) SELECT id, v FROM \(table)"))
      try await exec(SQL(raw: "DROP TABLE \(table)"))
      try await createTable(table, "id {int} NOT NULL, v \(change.after)")
      try await exec(SQL(raw: "INSERT INTO \(table) SELECT id, v FROM before_\(table)"))
      try await exec(SQL(raw: "DROP TABLE before_\(table)"))
    }
  }
}
