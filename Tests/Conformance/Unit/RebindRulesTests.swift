import DriverAPI
import Testing

@Suite("Rebinding [REBIND-1] [REBIND-2] [REBIND-3] [REBIND-4]") struct RebindRulesTests {
  @Test(
    arguments: [
      ("SELECT ?", "SELECT $1", 1), ("a = ? AND b = ?", "a = $1 AND b = $2", 2),
      ("SELECT 'it''s ?', ?", "SELECT 'it''s ?', $1", 1),
      ("SELECT '\\', ? -- '", "SELECT '\\', $1 -- '", 1),
      ("SELECT E'\\'?', ?", "SELECT E'\\'?', $1", 1),
      ("SELECT e'\\\\', ?", "SELECT e'\\\\', $1", 1),
      ("SELECT U&'\\?', ?", "SELECT U&'\\?', $1", 1), ("SELECT x'?', ?", "SELECT x'?', $1", 1),
      ("SELECT name'?', ?", "SELECT name'?', $1", 1),
      ("SELECT \"a\"\"?\", ?", "SELECT \"a\"\"?\", $1", 1),
      ("SELECT $$?'$$, ?", "SELECT $$?'$$, $1", 1),
      ("SELECT $a$ $$ ? $b$ $a$, ?", "SELECT $a$ $$ ? $b$ $a$, $1", 1),
      ("SELECT a$b$c, ? AS d$b$", "SELECT a$b$c, $1 AS d$b$", 1),
      ("SELECT a$1 + ?", "SELECT a$1 + $1", 1),
      ("SELECT 1 /* ? /* ? */ ? */, ?", "SELECT 1 /* ? /* ? */ ? */, $1", 1),
      ("SELECT 1 -- ?\n, ?", "SELECT 1 -- ?\n, $1", 1),
      ("SELECT 1 --?\r\n, ?", "SELECT 1 --?\r\n, $1", 1),
      ("SELECT a #- ?", "SELECT a #- $1", 1), ("SELECT ?::int", "SELECT $1::int", 1),
      ("SELECT a[?:?]", "SELECT a[$1:$2]", 2), ("SELECT a @> ?", "SELECT a @> $1", 1),
      ("f(x := ?)", "f(x := $1)", 1), ("a @@ ?", "a @@ $1", 1), ("a -> ?", "a -> $1", 1),
      ("LIMIT?OFFSET?", "LIMIT $1 OFFSET $2", 2), ("IN(?,?,?)", "IN($1,$2,$3)", 3),
      ("'é' = ? OR 'ß?' = ?", "'é' = $1 OR 'ß?' = $2", 2), ("?", "$1", 1),
      ("SELECT ?||?", "SELECT $1||$2", 2), ("a = ?|4", "a = $1|4", 1),
      ("SELECT `, ?", "SELECT `, $1", 1), ("SELECT `?`", "SELECT `$1`", 1),
    ])
  func `PostgreSQL`(text: String, expected: String, count: Int) throws {
    let rebound = try Dialect.postgres.rebind(text)
    #expect(rebound.text == expected)
    #expect(rebound.original == text)
    #expect(rebound.parameterCount == count)
    let again = try Dialect.postgres.rebind(expected)
    #expect(again.text == expected)
    #expect(again.parameterCount == count)
  }

  @Test(
    arguments: [
      ("data ?? ?", "data ? $1", 1), ("data ?? 'key'", "data ? 'key'", 0),
      ("tags ??| ?", "tags ?| $1", 1), ("tags ??& ARRAY['a']", "tags ?& ARRAY['a']", 0),
      ("data @?? ?", "data @? $1", 1), ("data @?? '$.a'", "data @? '$.a'", 0),
      ("WHERE (data->'a') ?? key AND b = ?", "WHERE (data->'a') ? key AND b = $1", 1),
      ("\"a\" ?? $$k$$", "\"a\" ? $$k$$", 0), ("1 ?? 2", "1 ? 2", 0),
      ("a ??|| b", "a ?|| b", 0), ("a ??-| b", "a ?-| b", 0), ("a ??# b", "a ?# b", 0),
      ("a ??? ", "a ?$1 ", 1), ("a ?? /* ? */ (SELECT ?)", "a ? /* ? */ (SELECT $1)", 1),
      ("a ?? -- ?\n ?", "a ? -- ?\n $1", 1), ("a[1] ?? b", "a[1] ? b", 0),
      ("a ?? E'b' AND ? IS NULL", "a ? E'b' AND $1 IS NULL", 1),
      ("'??' = ?", "'??' = $1", 1),
    ])
  func `operators with a question mark`(text: String, expected: String, count: Int) throws {
    let rebound = try Dialect.postgres.rebind(text)
    #expect(rebound.text == expected)
    #expect(rebound.parameterCount == count)
    let again = try Dialect.postgres.rebind(expected)
    #expect(again.text == expected)
    #expect(again.parameterCount == count)
  }

  @Test(
    arguments: [
      "SELECT ? FROM t", "SELECT ? AS a", "SELECT ? a", "a BETWEEN ? AND ?", "LIMIT ? OFFSET ?",
      "CASE WHEN ? THEN ? ELSE ? END", "a LIKE ? ESCAPE ?", "a IS DISTINCT FROM ? OR b",
      "SELECT DISTINCT ON (a) ? AS b", "a AT TIME ZONE ? AS b", "a IN (?) ORDER BY ? DESC",
      "FETCH FIRST ? ROWS ONLY", "ROWS BETWEEN ? PRECEDING AND ? FOLLOWING", "SET a = ? WHERE b",
      "substring(a FROM ? FOR ?)", "overlay(a PLACING ? FROM ? FOR ?)", "VALUES (?), (?)",
    ])
  func `every other question mark is a parameter`(text: String) throws {
    let count = text.count { $0 == "?" }
    let rebound = try Dialect.postgres.rebind(text)
    #expect(rebound.parameterCount == count)
    #expect(!rebound.text.contains("?"))
  }

  @Test(
    arguments: [
      ("SELECT $1", 1), ("a = $2 AND b = $1", 2), ("$3", 3), ("$1 + $1", 1),
      ("SELECT '?', $1", 1), ("SELECT \"?\" -- ?\n, $2", 2), ("SELECT 1", 0), ("a$2", 0),
    ])
  func `PostgreSQL's own placeholders pass`(text: String, count: Int) throws {
    let rebound = try Dialect.postgres.rebind(text)
    #expect(rebound.text == text)
    #expect(rebound.parameterCount == count)
  }

  @Test(
    arguments: [
      ("a = ? AND b = ?", 2), ("a = ?1 AND b = ?3", 3), ("?2 + ?2", 2), (":a + :b + :a", 2),
      ("@a + :a + $a", 3), ("$a::b(c) + $a::b(c)", 1), ("[?] + `?` + \"?\" + '?' + ?", 1),
      ("'\\' + ?", 1), ("a # ?", 1), ("-- ?\n?", 1), ("--?\n?", 1), ("a$1", 0),
      ("SELECT ?AND?", 2), ("/* /* ? */ ? -- */", 1), (":\u{e9}t\u{e9}", 1),
    ])
  func `SQLite`(text: String, count: Int) throws {
    let rebound = try Dialect.sqlite.rebind(text)
    #expect(rebound.text == text)
    #expect(rebound.parameterCount == count)
  }

  @Test(
    arguments: [
      ("a = ? AND b = ?", 2), ("'\\'?' = ?", 1), ("\"\\\"?\" = ?", 1), ("'''?' = ?", 1),
      ("`a\\` = ?", 1), ("a # ?\n+ ?", 1), ("a -- ?\n+ ?", 1), ("a --?\n+ ?", 2), ("1--1 + ?", 1),
      ("a --\u{1}?\n+ ?", 1), ("a --", 0), ("@a := ? + @@b", 1), ("a /*!50000 + ? */ + ?", 2),
      ("a /*! + '*/' + ? */", 1), ("/*M!100100 SELECT ? */", 1), ("a /* ? */ + /*+ ? */ ?", 1),
      ("$1 + ?", 1), (":a + ?", 1), ("_utf8mb4'?' = ?", 1), ("/* /* ? */ ?", 1), ("[?]", 1),
    ], [Dialect.mysql, .mariadb])
  func `MySQL`(statement: (text: String, count: Int), dialect: Dialect) throws {
    let rebound = try dialect.rebind(statement.text)
    #expect(rebound.text == statement.text)
    #expect(rebound.parameterCount == statement.count)
  }

  @Test(
    arguments: [
      (Dialect.postgres, "a = ? AND b = $1", 15), (.postgres, "a = $1 AND b = ?", 16),
      (.postgres, "a ?? b AND c = $1 AND d = ?", 16), (.sqlite, "a = ? AND b = :b", 15),
      (.sqlite, "?1 + ?", 6), (.sqlite, "a ?? b", 3), (.mysql, "'é' ?? b", 5),
      (.postgres, "a = ?1", 5), (.postgres, "a = $0", 5), (.sqlite, "a = ?0", 5),
    ])
  func `mixtures and strangers are refused`(dialect: Dialect, text: String, position: Int) throws {
    let error = #expect(throws: DatabaseError.self) { try dialect.rebind(text) }
    #expect(error?.kind == .misuse)
    #expect(error?.execution == .notSent)
    #expect(error?.details.position == position)
  }

  @Test(
    arguments: [
      (Dialect.postgres, "SELECT 'abc", 8), (.postgres, "SELECT 'a''", 8),
      (.postgres, "SELECT E'\\'", 9), (.postgres, "SELECT \"é", 8), (.postgres, "$$ a $", 1),
      (.postgres, "é $a$ b $$", 3), (.postgres, "/* /* */", 1), (.postgres, "'é', /*", 6),
      (.postgres, "'\u{1F469}\u{200D}\u{1F4BB}', 'a", 8), (.sqlite, "SELECT [a", 8),
      (.sqlite, "SELECT `a", 8), (.mysql, "SELECT \"a\\\"", 8),
      (.mysql, "SELECT 'a\\'", 8), (.mysql, "a /*!50000 b", 3), (.mysql, "a /* b", 3),
      (.sqlite, "'a' \0 b", 5), (.postgres, "'a\0b'", 3), (.mysql, "'\\", 1),
    ])
  func `text without an end is refused`(dialect: Dialect, text: String, position: Int) throws {
    let error = #expect(throws: DatabaseError.self) { try dialect.rebind(text) }
    #expect(error?.kind == .misuse)
    #expect(error?.details.position == position)
    #expect(throws: DatabaseError.self) { try dialect.statements(in: text) }
  }

  @Test func `a named and a numbered parameter do not mix`() {
    #expect(throws: DatabaseError.self) { try Dialect.sqlite.rebind(":a + ?1") }
  }

  @Test(arguments: [Dialect.sqlite, .postgres, .mysql, .mariadb, .standard])
  func `the engine's limit of parameters holds`(dialect: Dialect) throws {
    let most = Array(repeating: "?", count: dialect.maxParameters).joined(separator: ",")
    #expect(try dialect.rebind("IN (\(most))").parameterCount == dialect.maxParameters)
    let error = #expect(throws: DatabaseError.self) { try dialect.rebind("IN (\(most),?)") }
    #expect(error?.kind == .misuse)
    #expect(error?.message.contains("\(dialect.maxParameters)") == true)
  }
}
