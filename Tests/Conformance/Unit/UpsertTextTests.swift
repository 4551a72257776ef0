import DriverAPI
import Testing

@Suite("Texts of inserts and upserts [UPSERT-2] [UPSERT-3] [UPSERT-4] [UPSERT-6]")
struct UpsertTextTests {
  private static let visit = Upsert(
    into: "app.visits", columns: ["name", "hits"], key: ["name"],
    assignments: [.expression("hits", "{old.hits} + {new.hits}"), .newValue("name")])

  private static let marked = "IF(LAST_INSERT_ID(18446744073709551615) = 0, `t`.`a`, `t`.`a`)"

  @Test func `an insert of several rows`() throws {
    let sql = try Dialect.mysql.insertSQL(into: "s.t", columns: ["a", "b`c"], rowCount: 2)
    #expect(sql == "INSERT INTO `s`.`t` (`a`, `b``c`) VALUES (?, ?), (?, ?)")
  }

  @Test(
    arguments: [
      (Dialect.sqlite, #"INSERT INTO "t" ("a") VALUES (?) ON CONFLICT DO NOTHING"#),
      (.postgres, #"INSERT INTO "t" ("a") VALUES (?) ON CONFLICT DO NOTHING"#),
      (.mysql, "INSERT INTO `t` (`a`) VALUES (?) ON DUPLICATE KEY UPDATE `a` = \(marked)"),
      (.mariadb, "INSERT INTO `t` (`a`) VALUES (?) ON DUPLICATE KEY UPDATE `a` = \(marked)"),
    ])
  func `insert-ignore`(dialect: Dialect, sql: String) throws {
    #expect(try dialect.insertIgnoreSQL(into: "t", columns: ["a"]) == sql)
  }

  @Test(arguments: [Dialect.sqlite, .postgres])
  func `upsert by conflict`(dialect: Dialect) throws {
    let expected = #"""
      INSERT INTO "app"."visits" ("name", "hits") VALUES (?, ?), (?, ?) ON CONFLICT ("name") DO \#
      UPDATE SET "hits" = "visits"."hits" + excluded."hits", "name" = excluded."name"
      """#
    #expect(try dialect.upsertSQL(Self.visit, rowCount: 2) == expected)
  }

  @Test(arguments: [Dialect.mysql, .mariadb])
  func `upsert by duplicate key`(dialect: Dialect) throws {
    let expected = """
      INSERT INTO `app`.`visits` (`name`, `hits`) VALUES (?, ?) ON DUPLICATE KEY UPDATE \
      `hits` = `visits`.`hits` + VALUES(`hits`), `name` = VALUES(`name`)
      """
    #expect(try dialect.upsertSQL(Self.visit) == expected)
    #expect(!dialect.upsertChecksConflictKey)
  }

  @Test func `every other column changes unless told otherwise`() throws {
    let upsert = Upsert(into: "t", columns: ["a", "b", "c"], key: ["a", "c"])
    #expect(upsert.assignments == [.newValue("b")])
  }

  @Test func `without assignments only the named key is minded`() throws {
    let upsert = Upsert(into: "t", columns: ["a"], key: ["a"])
    let sql = try Dialect.postgres.upsertSQL(upsert)
    #expect(sql == #"INSERT INTO "t" ("a") VALUES (?) ON CONFLICT ("a") DO NOTHING"#)
    #expect(throws: DatabaseError.self) { try Dialect.mysql.changeSQL(upsert) }
  }

  @Test func `the change alone finds the row by the key`() throws {
    let change = try Dialect.mysql.changeSQL(Self.visit)
    #expect(
      change.text
        == """
        UPDATE `app`.`visits` SET `hits` = `app`.`visits`.`hits` + ?, `name` = ? WHERE `name` = ?
        """)
    #expect(change.valueIndexes == [1, 0, 0])
    #expect(change.parameters(of: ["Ada", 7]) == [7, "Ada", "Ada"])
    #expect(try Dialect.mysql.rebind(change.text).parameterCount == 3)
  }

  @Test func `MySQL assigns a column only after its old value was used`() throws {
    let upsert = Upsert(
      into: "t", columns: ["k", "a"], key: ["k"],
      assignments: [
        .newValue("a"), .expression("b", "{old.a}"), .expression("c", "{old.b} + {old.c}"),
      ])
    let sql = try Dialect.mysql.upsertSQL(upsert)
    #expect(sql.hasSuffix("UPDATE `c` = `t`.`b` + `t`.`c`, `b` = `t`.`a`, `a` = VALUES(`a`)"))
    #expect(try Dialect.sqlite.upsertSQL(upsert).contains(#"SET "a" = excluded."a", "b""#))
  }

  @Test func `two columns that need each other are refused on MySQL only`() throws {
    let swap = Upsert(
      into: "t", columns: ["k"], key: ["k"],
      assignments: [.expression("a", "{old.b}"), .expression("b", "{old.a}")])
    #expect(try Dialect.postgres.upsertSQL(swap).hasSuffix(#"SET "a" = "t"."b", "b" = "t"."a""#))
    let error = #expect(throws: DatabaseError.self) { try Dialect.mysql.upsertSQL(swap) }
    #expect(error?.kind == .unsupported)
  }

  @Test func `braces in a string are the string's`() throws {
    let upsert = Upsert(
      into: "t", columns: ["k", "a"], key: ["k"],
      assignments: [.expression("a", #"{new.a} || '{"it''s": {}' || {old.a}"#)])
    let sql = try Dialect.sqlite.upsertSQL(upsert)
    #expect(sql.hasSuffix(#""a" = excluded."a" || '{"it''s": {}' || "t"."a""#))
  }

  @Test(
    arguments: [
      Upsert(into: "t", columns: ["a"], key: []), Upsert(into: "t", columns: ["a"], key: ["b"]),
      Upsert(into: "t", columns: ["k", ""], key: ["k"]),
      Upsert(into: "t.", columns: ["k"], key: ["k"]),
      Upsert(into: "t", columns: ["k"], key: ["k"], assignments: [.newValue("b")]),
      Upsert(into: "t", columns: ["k"], key: ["k"], assignments: [.newValue("k"), .newValue("k")]),
      Upsert(into: "t", columns: ["k"], key: ["k"], assignments: [.expression("a", "{a}")]),
      Upsert(into: "t", columns: ["k"], key: ["k"], assignments: [.expression("a", "{old.a")]),
      Upsert(into: "t", columns: ["k"], key: ["k"], assignments: [.expression("a", "old.a}")]),
      Upsert(into: "t", columns: ["k"], key: ["k"], assignments: [.expression("a", "{new.a}")]),
    ])
  func `unsound upserts are refused`(upsert: Upsert) {
    for dialect in [Dialect.sqlite, .postgres, .mysql] {
      let error = #expect(throws: DatabaseError.self) { try dialect.upsertSQL(upsert) }
      #expect(error?.kind == .misuse)
    }
  }

  @Test func `too many values, no rows and no columns are refused`() throws {
    #expect(throws: DatabaseError.self) { try Dialect.sqlite.insertSQL(into: "t", columns: []) }
    #expect(throws: DatabaseError.self) {
      try Dialect.sqlite.insertSQL(into: "t", columns: ["a"], rowCount: 0)
    }
    _ = try Dialect.sqlite.insertSQL(into: "t", columns: ["a", "b"], rowCount: 16_383)
    let error = #expect(throws: DatabaseError.self) {
      try Dialect.sqlite.insertSQL(into: "t", columns: ["a", "b"], rowCount: 16_384)
    }
    #expect(error?.message.contains("32766") == true)
  }

  @Test func `standard SQL has no statement for it, and the core does without`() throws {
    let upsert = Upsert(into: "t", columns: ["k"], key: ["k"])
    let error = #expect(throws: DatabaseError.self) { try Dialect.standard.upsertSQL(upsert) }
    #expect(error?.kind == .unsupported)
    #expect(throws: DatabaseError.self) {
      try Dialect.standard.insertIgnoreSQL(into: "t", columns: ["k"])
    }
    #expect(!Dialect.standard.hasUpsertStatement)
    let insert = try Dialect.standard.insertIgnoreStatement(into: "t", columns: ["k"], key: ["k"])
    #expect(insert.text == #"INSERT INTO "t" ("k") VALUES (?)"#)
  }
}
