import DriverAPI
import Testing

@Suite("SQL as text, for each engine")
struct DialectTests {
  private let hits = Upsert(
    into: "app.pages", columns: ["path", "hits"], key: ["path"],
    assignments: [.expression("hits", "{old.hits} + {new.hits}")])

  @Test("an upsert changes the named columns and no others")
  func upsert() throws {
    #expect(
      try Dialect.postgres.upsertSQL(hits) == """
        INSERT INTO "app"."pages" ("path", "hits") VALUES (?, ?) ON CONFLICT ("path") DO UPDATE SET \
        "hits" = "pages"."hits" + excluded."hits"
        """)
    #expect(
      try Dialect.mysql.upsertSQL(hits) == """
        INSERT INTO `app`.`pages` (`path`, `hits`) VALUES (?, ?) ON DUPLICATE KEY UPDATE \
        `hits` = `pages`.`hits` + VALUES(`hits`)
        """)
  }

  @Test("an upsert without assignments named changes all columns but the key")
  func upsertDefault() throws {
    let sql = try Dialect.sqlite.upsertSQL(
      Upsert(into: "t", columns: ["k", "a", "b"], key: ["k"]), rowCount: 2)
    #expect(
      sql == """
        INSERT INTO "t" ("k", "a", "b") VALUES (?, ?, ?), (?, ?, ?) ON CONFLICT ("k") DO UPDATE SET \
        "a" = excluded."a", "b" = excluded."b"
        """)
  }

  @Test("an upsert whose key or expression is not sound is misuse")
  func upsertMistakes() {
    for upsert in [
      Upsert(into: "t", columns: ["a"], key: []), Upsert(into: "t", columns: ["a"], key: ["b"]),
      Upsert(into: "t", columns: ["a"], key: ["a"], assignments: [.expression("a", "{older.a}")]),
      Upsert(into: "t", columns: ["a"], key: ["a"], assignments: [.expression("a", "{old.a")]),
    ] {
      let error = #expect(throws: DatabaseError.self) { try Dialect.sqlite.upsertSQL(upsert) }
      #expect(error?.kind == .misuse)
    }
  }

  @Test("UPSERT-3 insert-ignore is not the form that hides other errors")
  func insertIgnore() throws {
    let sqlite = try Dialect.sqlite.insertIgnoreSQL(into: "t", columns: ["a"])
    #expect(sqlite == "INSERT INTO \"t\" (\"a\") VALUES (?) ON CONFLICT DO NOTHING")
    let mysql = try Dialect.mariadb.insertIgnoreSQL(into: "t", columns: ["a"])
    // The last id tells a row that exists from a new one.
    let marked = "IF(LAST_INSERT_ID(18446744073709551615) = 0, `t`.`a`, `t`.`a`)"
    #expect(mysql == "INSERT INTO `t` (`a`) VALUES (?) ON DUPLICATE KEY UPDATE `a` = \(marked)")
  }

  @Test("identifiers keep their characters, NUL excepted")
  func identifiers() throws {
    #expect(try Dialect.sqlite.quoted("a\"b") == "\"a\"\"b\"")
    #expect(try Dialect.mysql.quoted("a`b") == "`a``b`")
    #expect(try Dialect.postgres.quoted(table: "s.t") == "\"s\".\"t\"")
    for name in ["", "a\0b"] {
      #expect(throws: DatabaseError.self) { try Dialect.sqlite.quoted(name) }
    }
  }

  @Test(
    "TX-5 transactions begin as the engine writes it",
    arguments: [
      (Dialect.sqlite, TransactionOptions(), ["BEGIN IMMEDIATE"]),
      (.sqlite, .readOnly, ["BEGIN"]),
      (
        .postgres, TransactionOptions(isolation: .serializable, isReadOnly: true),
        ["BEGIN READ ONLY, ISOLATION LEVEL SERIALIZABLE"]
      ),
      (
        .mysql, TransactionOptions(isolation: .readCommitted),
        ["SET TRANSACTION ISOLATION LEVEL READ COMMITTED", "START TRANSACTION"]
      ),
    ])
  func begin(_ dialect: Dialect, _ options: TransactionOptions, _ expected: [String]) {
    #expect(dialect.begin(options) == expected)
  }

  @Test("types have their names in DDL")
  func typeNames() {
    #expect(Dialect.sqlite.typeName(.id) == "INTEGER PRIMARY KEY AUTOINCREMENT")
    #expect(Dialect.postgres.typeName(.key(maxLength: 64)) == "VARCHAR(64) COLLATE \"C\"")
    #expect(Dialect.mysql.typeName(.decimal(precision: 38, scale: 4)) == "DECIMAL(38, 4)")
    #expect(Dialect.mysql.typeName(.timestamp) == "DATETIME(6)")
  }
}
