import DriverAPI
import Testing

/// Compared with the manuals that stand beside each expectation; none of it was run.
@Suite("Queries of engines without a driver [CONN-1] [QUERY-10] [BIND-3]")
struct ForeignQueryTests {
  private static let query: SQL = "SELECT a FROM t WHERE b = \(1) ORDER BY a"
  private static let text = "SELECT a FROM t WHERE b = ? ORDER BY a"

  static let pings: [Expected] = [
    // Oracle 19c, SQL Language Reference, Selecting from the DUAL Table
    Expected(OtherEngines.oracle, "SELECT 1 FROM DUAL"),
    // Oracle 23ai, New Features Guide, SELECT Without FROM Clause
    Expected(OtherEngines.oracle23, "SELECT 1"),
    // Transact-SQL Reference, SELECT: FROM is optional.
    Expected(OtherEngines.sqlServer, "SELECT 1"),
    // Db2 11.5, SQL Reference, from-clause: required; SYSIBM.SYSDUMMY1 has one row.
    Expected(OtherEngines.db2, "SELECT 1 FROM SYSIBM.SYSDUMMY1"),
    // Firebird 3.0 Language Reference, SELECT: FROM is required.
    Expected(OtherEngines.firebird, "SELECT 1 FROM RDB$DATABASE"),
  ]

  @Test(arguments: pings)
  func `a query without a table`(expected: Expected) throws {
    expectSQL(expected.dialect.selectSQL("1"), expected.sql)
    expectSame(try expected.dialect.rebind(expected.sql).isReadOnly, true)
  }

  // Oracle 19c, SELECT, row_limiting_clause; Transact-SQL, ORDER BY clause; Db2 11.5, offset-clause and
  // fetch-clause; Firebird 3.0, OFFSET, FETCH. The order is the same, and OFFSET may stand alone in all of them.
  static let paged = [
    OtherEngines.oracle, OtherEngines.sqlServer, OtherEngines.db2, OtherEngines.firebird,
  ]

  @Test(arguments: paged)
  func `pages`(dialect: Dialect) throws {
    let first = try dialect.paged(Self.query, limit: 10)
    expectSQL(first.text, Self.text + " OFFSET 0 ROWS FETCH NEXT 10 ROWS ONLY")
    let later = try dialect.paged(Self.query, limit: 10, offset: 20)
    expectSQL(later.text, Self.text + " OFFSET 20 ROWS FETCH NEXT 10 ROWS ONLY")
    let rest = try dialect.paged(Self.query, limit: .max, offset: 20)
    expectSQL(rest.text, Self.text + " OFFSET 20 ROWS")
    expectSame([first, later, rest].map(\.parameters), [[1], [1], [1]])
  }

  static let noRows: [Expected] = [
    // Oracle 19c, row_limiting_clause: fewer than one row are none.
    Expected(OtherEngines.oracle, text + " OFFSET 0 ROWS FETCH NEXT 0 ROWS ONLY"),
    // Transact-SQL, ORDER BY clause: FETCH takes one row or more, and in a derived table ORDER BY needs
    // TOP or OFFSET.
    Expected(
      OtherEngines.sqlServer, "SELECT * FROM (\(text) OFFSET 0 ROWS) dovetail_page WHERE 1 = 0"),
    // Db2 11.5, fetch-clause: "positive number or zero".
    Expected(OtherEngines.db2, text + " OFFSET 0 ROWS FETCH NEXT 0 ROWS ONLY"),
    // Firebird 3.0, OFFSET, FETCH: an integer of 0 or more.
    Expected(OtherEngines.firebird, text + " OFFSET 0 ROWS FETCH NEXT 0 ROWS ONLY"),
  ]

  @Test(arguments: noRows)
  func `a page of no rows`(expected: Expected) throws {
    let page = try expected.dialect.paged(Self.query, limit: 0)
    expectSQL(page.text, expected.sql)
    expectSame(page.parameters, [1])
  }

  static let locks: [Expected] = [
    // Oracle 19c, SELECT, for_update_clause
    Expected(OtherEngines.oracle, "SELECT a FROM t WHERE b = ? FOR UPDATE"),
    // Transact-SQL, Table Hints: behind the table.
    Expected(OtherEngines.sqlServer, "SELECT a FROM t WITH (UPDLOCK, ROWLOCK) WHERE b = ?"),
    // Db2 11.5, isolation-clause, lock-request-clause
    Expected(OtherEngines.db2, "SELECT a FROM t WHERE b = ? WITH RS USE AND KEEP UPDATE LOCKS"),
    // Firebird 3.0, WITH LOCK
    Expected(OtherEngines.firebird, "SELECT a FROM t WHERE b = ? WITH LOCK"),
  ]

  @Test(arguments: locks)
  func `rows that stay locked`(expected: Expected) {
    expectSQL(expected.dialect.lockingSQL("a", from: "t", where: "b = \(7)").text, expected.sql)
  }

  static let nothing: [Expected] = [
    Expected(OtherEngines.oracle, "SELECT NULL AS dovetail_empty_list FROM DUAL WHERE 1 = 0"),
    Expected(OtherEngines.oracle23, "SELECT NULL AS dovetail_empty_list WHERE 1 = 0"),
    Expected(OtherEngines.sqlServer, "SELECT NULL AS dovetail_empty_list WHERE 1 = 0"),
    Expected(
      OtherEngines.db2, "SELECT NULL AS dovetail_empty_list FROM SYSIBM.SYSDUMMY1 WHERE 1 = 0"),
    Expected(
      OtherEngines.firebird, "SELECT NULL AS dovetail_empty_list FROM RDB$DATABASE WHERE 1 = 0"),
  ]

  @Test(arguments: nothing)
  func `a list of nothing`(expected: Expected) throws {
    let sql: SQL = "SELECT a FROM t WHERE b IN (\(each: [] as [Int]))"
    let text = try expected.dialect.rebind(sql.text).text
    expectSQL(text, "SELECT a FROM t WHERE b IN (\(expected.sql))")
  }

  // Oracle 19c, Expression Lists: 1000. Firebird 3.0, IN: 1500.
  static let lists = [(OtherEngines.oracle, 1000), (OtherEngines.firebird, 1500)]

  @Test(arguments: lists)
  func `a list longer than the engine takes is refused with the limit`(
    dialect: Dialect, limit: Int
  ) throws {
    func list(_ count: Int, _ head: String) -> SQL {
      "SELECT a FROM t WHERE \(raw: head)\(each: Array(0..<count)))"
    }
    for head in ["b IN (", "b NOT in\n ( ", "IN("] {
      _ = try dialect.rebind(list(limit, head).text)
      do throws(DatabaseError) {
        _ = try dialect.rebind(list(limit + 1, head).text)
        expectSame(limit, limit + 1)
      } catch {
        expectSame(error.kind, .misuse)
        expectSame(error.message.contains("\(limit)"), true)
      }
    }
    // Two lists, a function, and a name that ends like the word.
    let two: SQL = "\(list(limit, "b IN (")) OR b IN (\(each: Array(0..<limit)))"
    _ = try dialect.rebind(two.text)
    _ = try dialect.rebind(list(limit + 1, "b = GREATEST(").text)
    _ = try dialect.rebind(list(limit + 1, "b = MIN(").text)
    _ = try Dialect.standard.rebind(list(limit + 1, "b IN (").text)
  }

  // Oracle Call Interface Developer's Guide, Binding: by position, ":1".
  @Test func `parameters by number`() throws {
    let text = try OtherEngines.oracle.rebind("SELECT a FROM t WHERE b=?AND c = '?' AND d = ?")
    expectSQL(text.text, "SELECT a FROM t WHERE b=:1 AND c = '?' AND d = :2")
    #expect(text.parameterCount == 2)
    var named = OtherEngines.sqlServer
    named.placeholders = .numbered(prefix: "@p")
    expectSQL(try named.rebind("SELECT ?, ?").text, "SELECT @p1, @p2")
  }
}
