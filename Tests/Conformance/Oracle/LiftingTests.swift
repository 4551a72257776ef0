import DriverAPI
import Testing

@testable import SQLLogicTest

@Suite("Integer literals become parameters")
struct LiftingTests {
  private func lifted(_ text: String, _ dialect: Dialect = .sqlite) throws -> SQL {
    try LiteralLifting.lift(text, for: dialect)
  }

  @Test("where a value stands, from left to right")
  func values() throws {
    let sql = try lifted("SELECT a+1,-2 FROM t WHERE b IN(3,4) AND c BETWEEN 5 AND 6 LIMIT 7")
    #expect(
      sql.text == "SELECT a+?,-? FROM t WHERE b IN(?,?) AND c BETWEEN ? AND ? LIMIT ?")
    #expect(sql.parameters == [1, 2, 3, 4, 5, 6, 7])
  }

  @Test("with the literal's own type where the server asks for one")
  func types() throws {
    let sql = try lifted("INSERT INTO t(a) VALUES(1),(3000000000)", .postgres)
    #expect(
      sql.text == "INSERT INTO t(a) VALUES(CAST(? AS INTEGER)),(CAST(? AS BIGINT))")
    #expect(sql.parameters == [1, 3_000_000_000])
  }

  @Test(
    "and stay where they are no value of their own",
    arguments: [
      "CREATE TABLE t(a VARCHAR(30) DEFAULT 5)", "SELECT '1', \"2\", `3`, [4] FROM t5 -- 6",
      "SELECT a /* 1 */ FROM t", "SELECT 1.5, .5, 2., 1e5, 1e-5, 0x1F",
      "SELECT 9223372036854775808", "SELECT CAST(a AS DECIMAL(10, 2)) FROM t",
      "SELECT a, b FROM t ORDER BY 1, 2 DESC", "SELECT a, COUNT(*) FROM t GROUP BY 1",
      "SELECT a FROM t FETCH FIRST 5 ROWS ONLY", "SELECT a FROM t ORDER BY (1)",
      "SELECT ROW_NUMBER() OVER (PARTITION BY a ORDER BY 1) FROM t",
    ])
  func stay(text: String) throws {
    let sql = try lifted(text)
    #expect(sql.text == text)
    #expect(sql.parameters.isEmpty)
  }

  @Test("positions stay while the rest of the statement is lifted")
  func positions() throws {
    let sql = try lifted(
      """
      SELECT a+1 FROM (SELECT a FROM t WHERE a>2 ORDER BY 1) AS x WHERE a<3
       GROUP BY 1 HAVING COUNT(*)>4 ORDER BY 1 LIMIT 5 OFFSET 6
      """)
    #expect(
      sql.text == """
        SELECT a+? FROM (SELECT a FROM t WHERE a>? ORDER BY 1) AS x WHERE a<?
         GROUP BY 1 HAVING COUNT(*)>? ORDER BY 1 LIMIT ? OFFSET ?
        """)
    #expect(sql.parameters == [1, 2, 3, 4, 5, 6])
  }

  @Test(
    "none at all if an expression to order or group by has one",
    arguments: [
      "SELECT a+1 FROM t WHERE b=2 GROUP BY a+1", "SELECT DISTINCT a*2 FROM t ORDER BY a*2",
      "SELECT a FROM t WHERE b=2 ORDER BY 1, abs(b-3)",
    ])
  func expressions(text: String) throws {
    #expect(try lifted(text) == SQL(raw: text))
  }

  @Test("and what is quoted is left to the engine's own rules")
  func quotes() throws {
    #expect(try lifted(#"SELECT 'it\'s 1', 2"#, .mariadb).text == #"SELECT 'it\'s 1', ?"#)
    #expect(try lifted("SELECT $a$ 1 $a$, 2", .postgres).parameters == [2])
    #expect(throws: DatabaseError.self) { try lifted("SELECT 'abc") }
  }
}
