import DriverAPI
import Testing

@Suite("Splitting scripts [EXEC-3] [MIG-1]") struct ScriptTests {
  @Test func `statements come without the comments around them`() throws {
    let script = """
      -- the first
      CREATE TABLE a (b TEXT DEFAULT ';');  -- its end
      /* ; */ INSERT INTO a /* kept ; */ VALUES ('x;');
      ;
      SELECT 1
      """
    #expect(
      try Dialect.sqlite.statements(in: script) == [
        "CREATE TABLE a (b TEXT DEFAULT ';')", "INSERT INTO a /* kept ; */ VALUES ('x;')",
        "SELECT 1",
      ])
  }

  @Test(
    arguments: [
      "CREATE TRIGGER t AFTER INSERT ON a BEGIN UPDATE b SET c = 1; DELETE FROM d; END",
      """
      CREATE TEMP TRIGGER IF NOT EXISTS t UPDATE OF x ON a WHEN CASE WHEN new.x THEN 1 END BEGIN
        SELECT CASE WHEN a THEN 'x' ELSE 'y' END, CASE b WHEN 1 THEN 2 END; SELECT new.end; END
      """,
      "CREATE TABLE event (begin INT, \"case\" INT)",
      "CREATE TABLE t (a INT CHECK (CASE WHEN a > 1 THEN 1 END))", "BEGIN", "END",
      "CREATE TRIGGER t INSERT ON a WHEN if(new.b, 1, 0) BEGIN SELECT 1; END",
      "CREATE VIEW trigger_view AS SELECT CASE WHEN 1 THEN 2 END",
    ])
  func `SQLite`(statement: String) throws { try expectSplit(statement, .sqlite) }

  @Test(
    arguments: [
      "CREATE FUNCTION f() RETURNS int AS $$ BEGIN RETURN 1; END; $$ LANGUAGE plpgsql",
      "CREATE FUNCTION f(begin date) RETURNS int LANGUAGE sql RETURN 1",
      """
      CREATE OR REPLACE FUNCTION f(a int) RETURNS int LANGUAGE SQL SET search_path TO x BEGIN ATOMIC
        INSERT INTO t VALUES (a); SELECT CASE WHEN a > 1 THEN 2 ELSE 3 END; END
      """,
      "CREATE RULE r AS ON INSERT TO t DO ALSO (INSERT INTO u VALUES (1); DELETE FROM v;)",
      "BEGIN NOT DEFERRABLE", "DO $a$ BEGIN PERFORM 1; END $a$",
      "CREATE TRIGGER t AFTER UPDATE ON a FOR EACH ROW WHEN (old.* IS DISTINCT FROM new.*) "
        + "EXECUTE FUNCTION f()",
    ])
  func `PostgreSQL`(statement: String) throws { try expectSplit(statement, .postgres) }

  @Test(
    arguments: [
      """
      CREATE PROCEDURE p(IN x INT) BEGIN
        DECLARE CONTINUE HANDLER FOR NOT FOUND BEGIN SET @done = 1; END;
        outermost: LOOP
          IF x > 1 THEN LEAVE outermost; ELSEIF IF(x, 1, 0) THEN SET x = IF(x, 2, 3);
          ELSE IF x = 2 THEN SET x = 4; END IF; END IF;
          CASE x WHEN 1 THEN BEGIN SET x = 5; END; ELSE SET x = CASE x WHEN 1 THEN 2 END; END CASE;
          WHILE x < 9 DO SET x = x + 1; END WHILE;
          REPEAT SET x = REPEAT('a', 2); UNTIL x > 9 END REPEAT;
        END LOOP outermost;
        DROP TABLE IF EXISTS t;
        inner_block: BEGIN SELECT 1; END inner_block;
      END
      """,
      "CREATE TRIGGER t BEFORE UPDATE ON a FOR EACH ROW SET NEW.x = IF(NEW.y, 1, 2)",
      """
      CREATE DEFINER=`root`@`localhost` TRIGGER t BEFORE INSERT ON a FOR EACH ROW
        IF NEW.x > 1 THEN SET NEW.x = 1; ELSE SET NEW.x = 2; END IF
      """,
      "CREATE TRIGGER t AFTER DELETE ON a FOR EACH ROW CASE OLD.x WHEN 1 THEN DO 1; END CASE",
      "CREATE FUNCTION f(a INT) RETURNS VARCHAR(9) CHARACTER SET ascii RETURN IF(a, 'b', 'c')",
      "CREATE PROCEDURE IF NOT EXISTS p() INSERT INTO t SELECT CASE WHEN 1 THEN IF(2, 3, 4) END",
      "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO BEGIN DELETE FROM t; DELETE FROM u; END",
      "/*!50003 CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW BEGIN SET @a = 1; END */",
      "BEGIN NOT ATOMIC SELECT 1; IF 1 THEN SELECT 2; END IF; END",
      "CREATE TABLE t (a INT) COMMENT 'BEGIN;'", "INSERT INTO t VALUES ('a\\';b', \"c;\")",
    ], [Dialect.mysql, .mariadb])
  func `MySQL`(statement: String, dialect: Dialect) throws { try expectSplit(statement, dialect) }

  @Test func `DELIMITER is refused`() {
    let script = "DELIMITER //\nCREATE PROCEDURE p() BEGIN SELECT 1; END//\nDELIMITER ;"
    let error = #expect(throws: DatabaseError.self) { try Dialect.mysql.statements(in: script) }
    #expect(error?.message.contains("DELIMITER") == true)
  }

  /// The statement must stay whole between two others, and rebind as one.
  private func expectSplit(_ statement: String, _ dialect: Dialect) throws {
    let script = "SELECT 1;\n" + statement + ";\n\nSELECT 2;"
    #expect(try dialect.statements(in: script) == ["SELECT 1", statement, "SELECT 2"])
    #expect(try dialect.rebind(statement + ";").statementCount == 1)
  }
}
