import DriverAPI
import Testing

@Suite("what the lexer says about statements")
struct StatementTextTests {
  @Test(
    "only what certainly reads is read-only",
    arguments: [
      ("SELECT 1", true), ("  -- c\n select 1", true), ("(SELECT 1)", true), ("VALUES (1)", true),
      ("WITH a AS (SELECT 1) SELECT * FROM a", true), ("EXPLAIN SELECT 1", false),
      ("SELECT replace(a, 'b', 'c') FROM t", true), ("SELECT 'INSERT INTO t'", true),
      ("INSERT INTO t VALUES (1)", false), ("UPDATE t SET a = 1", false), ("DELETE FROM t", false),
      ("WITH a AS (SELECT 1) INSERT INTO t SELECT * FROM a", false),
      ("WITH a AS (DELETE FROM t RETURNING *) SELECT * FROM a", false),
      ("SELECT * FROM t FOR UPDATE", false), ("SELECT * FROM t FOR SHARE", false),
      ("SELECT * FROM t FOR NO KEY UPDATE", false), ("SELECT a INTO b FROM t", false),
      ("EXPLAIN ANALYZE DELETE FROM t", false), ("PRAGMA user_version", false),
      ("CREATE TABLE t (a)", false), ("BEGIN", false), ("SELECT 1; DELETE FROM t", false),
      ("", false), ("SELECT \"nextval\"('s')", false), ("SELECT nextval/**/('s')", false),
      ("EXPLAIN (\"analyze\") DELETE FROM t", false), ("SELECT s.f(1)", false),
      ("SELECT query_to_xml('delete from t', true, true, '')", false), ("SELECT bump(1)", false),
      ("SELECT NEXT VALUE FOR s", false), ("SELECT U&\"bump\"(1)", false),
      ("SELECT \"s\".\"count\"(1)", false), ("SELECT ifnull(1, 2)", false),
      ("SELECT 1 LI\u{212A}E(2)", false), ("SELECT * FROM pragma_wal_checkpoint", false),
    ])
  func readOnly(_ sql: String, _ expected: Bool) throws {
    #expect(try Dialect.postgres.rebind(sql).isReadOnly == expected)
  }

  @Test(
    "EXEC-3 statements are counted by semicolons that separate something",
    arguments: [
      ("SELECT 1", 1), ("SELECT 1;", 1), ("SELECT 1; -- done\n ; ", 1), ("SELECT ';'", 1),
      ("SELECT 1; SELECT 2", 2), ("", 0), (" -- nothing\n", 0), (";;", 0),
      ("CREATE TRIGGER x AFTER INSERT ON t BEGIN DELETE FROM a; DELETE FROM b; END", 1),
      ("CREATE TRIGGER x AFTER INSERT ON t BEGIN SELECT CASE WHEN 1 THEN 2 END; END; SELECT 1", 2),
      ("CREATE PROCEDURE p() BEGIN IF 1 THEN SELECT 1; END IF; SELECT 2; END; SELECT 3", 2),
      ("CREATE PROCEDURE p() BEGIN CASE x WHEN 1 THEN SELECT 1; END CASE; END", 1),
      ("CREATE TABLE begin_end (a); SELECT 1", 2), ("BEGIN; SELECT 1; END", 3),
    ])
  func statementCount(_ sql: String, _ expected: Int) throws {
    #expect(try Dialect.mysql.rebind(sql).statementCount == expected)
  }

  @Test("a script is split where its statements end")
  func script() throws {
    let script = """
      CREATE TABLE t (a TEXT DEFAULT ';'); -- first; not second
      INSERT INTO t VALUES ('x;y');
      /* nothing; */ ;
      SELECT 1
      """
    #expect(
      try Dialect.sqlite.statements(in: script) == [
        "CREATE TABLE t (a TEXT DEFAULT ';')", "INSERT INTO t VALUES ('x;y')", "SELECT 1",
      ])
  }

  @Test("the leading keyword is found behind comments and parentheses")
  func leadingKeyword() throws {
    #expect(try Dialect.sqlite.rebind("/* a */ ( select 1)").leadingKeyword == "SELECT")
    #expect(try Dialect.sqlite.rebind("insert into t values (1)").leadingKeyword == "INSERT")
  }
}
