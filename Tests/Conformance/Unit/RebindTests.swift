public import DriverAPI
public import Testing

@Suite("rebind, by the lexer's rules of each engine")
struct RebindTests {
  @Test(
    "REBIND-1 ? becomes $n from left to right, outside of quotes and comments",
    arguments: [
      ("SELECT ?", "SELECT $1", 1),
      ("a = ? AND b = ?", "a = $1 AND b = $2", 2),
      ("SELECT '?', ?", "SELECT '?', $1", 1),
      ("SELECT 'it''s ?', ?", "SELECT 'it''s ?', $1", 1),
      ("SELECT \"a?b\", ?", "SELECT \"a?b\", $1", 1),
      ("SELECT E'\\'?', ?", "SELECT E'\\'?', $1", 1),
      ("SELECT e'a\\\\', ?", "SELECT e'a\\\\', $1", 1),
      ("SELECT name'?', ?", "SELECT name'?', $1", 1),
      ("SELECT '\\', ?", "SELECT '\\', $1", 1),
      ("SELECT $$ ? $$, ?", "SELECT $$ ? $$, $1", 1),
      ("SELECT $a$ ? $$ ? $a$, ?", "SELECT $a$ ? $$ ? $a$, $1", 1),
      ("SELECT a$b$c, ?", "SELECT a$b$c, $1", 1),
      ("SELECT 1 -- ?\n, ?", "SELECT 1 -- ?\n, $1", 1),
      ("SELECT /* ? /* ? */ ? */ ?", "SELECT /* ? /* ? */ ? */ $1", 1),
      ("SELECT x::int, ?::text", "SELECT x::int, $1::text", 1),
      ("SELECT a # b, ?", "SELECT a # b, $1", 1),
      ("SELECT 'ü?', ?", "SELECT 'ü?', $1", 1),
      ("SELECT ?-?", "SELECT $1-$2", 2),
      ("", "", 0),
    ])
  func postgres(_ sql: String, _ expected: String, _ count: Int) throws {
    let text = try Dialect.postgres.rebind(sql)
    #expect(text.text == expected)
    #expect(text.parameterCount == count)
  }

  @Test(
    "REBIND-2 ?? is a question mark where the engine has such operators",
    arguments: [
      ("a ?? b AND c = ?", "a ? b AND c = $1"), ("a ??| ? AND b ??& ?", "a ?| $1 AND b ?& $2"),
      ("a ??", "a ?"), ("????", "??"),
    ])
  func doubled(_ sql: String, _ expected: String) throws {
    #expect(try Dialect.postgres.rebind(sql).text == expected)
  }

  @Test("REBIND-2 ?? is misuse where it could only be two parameters")
  func doubledElsewhere() {
    for dialect in [Dialect.sqlite, .mysql, .mariadb] {
      #expect(throws: DatabaseError.self) { try dialect.rebind("SELECT a ?? b") }
    }
  }

  @Test(
    "REBIND-2 native placeholders pass through, a mixture is misuse",
    arguments: [
      (Dialect.postgres, "SELECT $2, $1", 2), (.postgres, "SELECT $1, $1", 1),
      (.sqlite, "SELECT ?2, ?1", 2), (.sqlite, "SELECT :a, @b, :a", 2),
      (.sqlite, "SELECT ?, ?", 2), (.mysql, "SELECT ?, @session, $1", 1),
    ])
  func native(_ dialect: Dialect, _ sql: String, _ count: Int) throws {
    let text = try dialect.rebind(sql)
    #expect(text.text == sql)
    #expect(text.parameterCount == count)
  }

  @Test(
    "REBIND-2 a mixture of ? and native placeholders is misuse",
    arguments: [
      (Dialect.sqlite, "SELECT ?, ?3"), (.sqlite, "SELECT ?1, :a"), (.postgres, "SELECT ?, $1"),
      (.postgres, "SELECT a ?? b, $1"),
    ])
  func mixture(_ dialect: Dialect, _ sql: String) {
    let error = #expect(throws: DatabaseError.self) { try dialect.rebind(sql) }
    #expect(error?.kind == .misuse)
  }

  @Test(
    "REBIND-4 what does not end is misuse with its position",
    arguments: [
      ("SELECT 'a", 8), ("SELECT \"a", 8), ("SELECT $x$ a $y$", 8), ("/* /* */", 1),
      ("SELECT ü, E'\\'", 12),
    ])
  func unterminated(_ sql: String, _ position: Int) {
    let error = #expect(throws: DatabaseError.self) { try Dialect.postgres.rebind(sql) }
    #expect(error?.kind == .misuse)
    #expect(error?.details.position == position)
    #expect(error?.execution == .notSent)
  }

  @Test(
    "MySQL reads backslashes, # and -- its own way",
    arguments: [
      ("SELECT 'a\\'?', ?", 1), ("SELECT \"a\\\"?\", ?", 1), ("SELECT 1 # ?\n, ?", 1),
      ("SELECT 1--?", 1), ("SELECT 1 -- ?", 0), ("SELECT `a?`, ?", 1),
      ("SELECT 1 /*! + ? */", 1), ("SELECT 1 /* + ? */", 0), ("SELECT [a?]", 1),
    ])
  func mysql(_ sql: String, _ count: Int) throws {
    #expect(try Dialect.mysql.rebind(sql).parameterCount == count)
  }

  @Test("SQLite reads brackets and backticks as identifiers, and comments do not nest")
  func sqlite() throws {
    #expect(try Dialect.sqlite.rebind("SELECT [a?], `b?`, ?").parameterCount == 1)
    #expect(try Dialect.sqlite.rebind("SELECT /* /* ? */ ?").parameterCount == 1)
    #expect(try Dialect.sqlite.rebind("SELECT '\\', ?").parameterCount == 1)
  }

  @Test("BIND-3 more parameters than the engine takes are misuse that names the limit")
  func tooMany() {
    let sql = "SELECT " + Array(repeating: "?", count: 32_767).joined(separator: ",")
    let error = #expect(throws: DatabaseError.self) { try Dialect.sqlite.rebind(sql) }
    #expect(error?.message.contains("32766") == true)
  }

  @Test("REBIND-1 and REBIND-3 hold for generated statements", arguments: 0..<40)
  func generated(_ seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    for dialect in [Dialect.sqlite, .postgres, .mysql] {
      let (sql, count) = Self.statement(for: dialect, &generator)
      let once = try dialect.rebind(sql)
      #expect(once.parameterCount == count, "seed \(seed): \(sql)")
      let twice = try dialect.rebind(once.text)
      #expect(twice.text == once.text, "seed \(seed): \(sql)")
      #expect(twice.parameterCount == count, "seed \(seed): \(sql)")
    }
  }

  /// A statement put together from pieces of which it is known how many parameters they hold.
  private static func statement(
    for dialect: Dialect, _ generator: inout SeededGenerator
  ) -> (String, Int) {
    var pieces: [(String, Int)] = [
      ("?", 1), ("'?'", 0), ("'a''?'", 0), ("x", 0), ("(? + 1)", 1), ("/* ? */ 1", 0),
      ("'ü😀?'", 0), ("-- ?\n 1", 0), ("count(?)", 1), ("12.5e3", 0), ("''", 0),
    ]
    switch dialect.name {
    case "postgres": pieces += [("$q$ ? $q$", 0), ("E'\\'?'", 0), ("?::int", 1), ("\"?\"", 0)]
    case "mysql": pieces += [("'\\'?'", 0), ("`?`", 0), ("# ?\n 1", 0), ("5--?", 1)]
    default: pieces += [("[?]", 0), ("`?`", 0), ("\"?\"", 0), ("x'3f'", 0)]
    }
    let chosen = (0..<Int.random(in: 1...12, using: &generator)).map { _ in
      pieces.randomElement(using: &generator) ?? ("1", 0)
    }
    let sql = "SELECT " + chosen.map(\.0).joined(separator: ", ")
    return (sql, chosen.map(\.1).reduce(0, +))
  }
}

/// SplitMix64, so that a seed gives the same numbers everywhere.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed
  }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}

extension Dialect: CustomTestStringConvertible {
  /// Its name says enough in a list of cases.
  public var testDescription: String { name }
}
