import DriverAPI
import Testing

@Suite("What the lexer read otherwise than the engine [EXEC-3] [REBIND-1]")
struct LexerSiblingsTests {
  @Test(
    arguments: [
      "CREATE TRIGGER r AFTER INSERT ON s BEGIN INSERT INTO l(begin, end) VALUES (new.end, 1); END",
      "CREATE TRIGGER r AFTER UPDATE OF begin, end ON s BEGIN UPDATE s SET end = 1; SELECT end; END",
      "CREATE TRIGGER r AFTER INSERT ON s BEGIN SELECT CASE WHEN end THEN end ELSE 1 END; END",
    ])
  func `a column named end on SQLite`(text: String) throws {
    #expect(try Dialect.sqlite.statements(in: text + "; SELECT 1") == [text, "SELECT 1"])
  }

  @Test(
    arguments: [
      "CREATE PROCEDURE p() BEGIN FOR i IN 1..3 DO INSERT INTO t VALUES (i); END FOR; END",
      "CREATE PROCEDURE p() FOR i IN 1..3 DO INSERT INTO t VALUES (i); SELECT 1; END FOR",
      "CREATE PROCEDURE p(x INT) CASE x WHEN 1 THEN SELECT 1; ELSE SELECT 2; END CASE",
      "CREATE PROCEDURE p() BEGIN REPEAT SET @x = 1; UNTIL @x > 5 END REPEAT; SELECT 1; END",
      "CREATE PROCEDURE p() BEGIN l: LOOP LEAVE l; END LOOP l; DO IF(1, 2, 3); END",
      "CREATE TRIGGER r AFTER INSERT ON t FOR EACH ROW BEGIN SET @a = 1; END",
    ])
  func `the ends of bodies on MariaDB`(text: String) throws {
    #expect(try Dialect.mariadb.statements(in: text + "; SELECT 1") == [text, "SELECT 1"])
  }

  @Test(
    arguments: [
      "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN a THEN 1 END; SELECT 2; END",
      "CREATE TRIGGER r AFTER UPDATE OF begin ON t EXECUTE FUNCTION f()",
    ])
  func `bodies on PostgreSQL`(text: String) throws {
    #expect(try Dialect.postgres.statements(in: text + "; SELECT 1") == [text, "SELECT 1"])
  }

  @Test func `comments and strings end where the engine ends them`() throws {
    #expect(try Dialect.postgres.rebind("SELECT -- one\r ?::int4").parameterCount == 1)
    #expect(try Dialect.sqlite.rebind("SELECT -- one\r ?").parameterCount == 0)
    #expect(try Dialect.postgres.rebind("SELECT E'a'\n -- b\n 'c\\'?', ?").parameterCount == 1)
    #expect(try Dialect.sqlite.rebind("SELECT ? /* open").parameterCount == 1)
    #expect(throws: DatabaseError.self) { try Dialect.postgres.rebind("SELECT 1 /* open") }
  }

  @Test func `a parenthesis in a parameter's name must end`() {
    let text = "SELECT " + String(repeating: ":a(", count: 100_000)
    #expect(throws: DatabaseError.self) { try Dialect.sqlite.rebind(text) }
  }
}
