import DriverAPI
import Testing

@Suite("What the lexer knows of a statement [EXEC-3]") struct StatementFactsTests {
  @Test(
    arguments: [
      "SELECT 1", " -- a\n (select 1)", "VALUES (1)", "TABLE t", "WITH a AS (SELECT 1) SELECT 2",
      "WITH RECURSIVE a(b) AS (VALUES (1)) TABLE a", "SELECT replace(a, 'b', 'c')",
      "SELECT 'INSERT INTO'", "SELECT \"update\"", "SELECT t.update FROM t", "SELECT a.into",
      "/* UPDATE */ SELECT 1 -- DELETE", "SELECT share FROM t", "SELECT count(*) FROM updates",
      "SELECT coalesce(lower(a), 'b') FROM t JOIN u USING (id) WHERE id IN (1, 2) LIMIT 3",
      "SELECT a FROM (SELECT max(b) AS a FROM t WHERE (c = 1) AND (d = 2)) AS s ORDER BY (a)",
    ])
  func `certainly only reads`(text: String) throws {
    let statement = try Dialect.postgres.rebind(text)
    #expect(statement.isReadOnly)
    #expect(statement.returnsRows)
  }

  @Test(
    arguments: [
      ("INSERT INTO t VALUES (1)", "INSERT", false), ("update t set a = 1", "UPDATE", false),
      ("DELETE FROM t RETURNING id", "DELETE", true), ("PRAGMA journal_mode", "PRAGMA", true),
      ("WITH a AS (SELECT 1) INSERT INTO t SELECT * FROM a", "WITH", false),
      ("WITH a AS (DELETE FROM t RETURNING *) SELECT * FROM a", "WITH", true),
      ("SELECT * INTO u FROM t", "SELECT", true), ("SELECT a FROM t FOR UPDATE", "SELECT", true),
      ("SELECT a FROM t FOR NO KEY UPDATE", "SELECT", true),
      ("SELECT a FROM t FOR SHARE", "SELECT", true),
      ("SELECT a FROM t FOR KEY SHARE", "SELECT", true),
      ("SELECT a FROM t LOCK IN SHARE MODE", "SELECT", true),
      ("EXPLAIN ANALYZE SELECT 1", "EXPLAIN", true),
      ("EXPLAIN (ANALYZE, BUFFERS) SELECT 1", "EXPLAIN", true), ("SELECT @a := 1", "SELECT", true),
      ("SELECT nextval('s')", "SELECT", true), ("SELECT pg_advisory_lock (1)", "SELECT", true),
      ("SELECT last_insert_rowid()", "SELECT", true), ("CREATE TABLE t (a INT)", "CREATE", false),
      ("BEGIN", "BEGIN", false), ("SHOW TABLES", "SHOW", true), ("CALL p()", "CALL", false),
      ("REPLACE INTO t VALUES (1)", "REPLACE", false),
      ("MERGE INTO t USING u ON a = b WHEN MATCHED THEN DELETE", "MERGE", false),
    ])
  func `may write`(text: String, keyword: String, returnsRows: Bool) throws {
    let statement = try Dialect.mysql.rebind(text)
    #expect(!statement.isReadOnly)
    #expect(statement.leadingKeyword == keyword)
    #expect(statement.returnsRows == returnsRows)
  }

  @Test func `the first word is found behind signs and versions`() throws {
    let text = "/*!40101 SET NAMES utf8 */"
    #expect(try Dialect.mysql.rebind(text).leadingKeyword == "SET")
    #expect(try Dialect.mysql.statements(in: text + ";\n" + text) == [text, text])
    #expect(try Dialect.sqlite.rebind("((SELECT 1))").leadingKeyword == "SELECT")
    #expect(try Dialect.sqlite.rebind("\u{feff}SELECT 1").leadingKeyword == "SELECT")
  }

  @Test(arguments: ["SELECT 1;", "SELECT 1 ; -- a", ";SELECT 1;;", "SELECT ';' /* ; */;\n"])
  func `one statement with semicolons`(text: String) throws {
    let statement = try Dialect.sqlite.rebind(text)
    #expect(statement.statementCount == 1)
    #expect(statement.text == text)
  }
}
