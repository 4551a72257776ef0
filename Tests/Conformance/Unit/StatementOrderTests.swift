import DriverAPI
import Testing

/// What other engines' manuals have in another order; none of it was run.
@Suite("Pages, locks and the order of words [TX-5] [BIND-3]")
struct StatementOrderTests {
  private static let query: SQL = "SELECT a FROM t WHERE b = \(1) ORDER BY a"

  private static let pages: [(PagingForm, String, String?)] = [
    (PagingForm.limit, "SELECT a FROM t WHERE b = ? ORDER BY a LIMIT 10", " OFFSET 20"),
    (
      .fetch, "SELECT a FROM t WHERE b = ? ORDER BY a OFFSET 0 ROWS FETCH NEXT 10 ROWS ONLY", nil
    ),
    (.rows, "SELECT a FROM t WHERE b = ? ORDER BY a ROWS 1 TO 10", nil),
    (.top, "SELECT TOP (10) a FROM t WHERE b = ? ORDER BY a", nil),
  ]

  @Test(arguments: pages)
  func `the first rows`(form: PagingForm, sql: String, offset: String?) throws {
    var dialect = Dialect.standard
    dialect.paging = form
    let page = try dialect.paged(Self.query, limit: 10)
    #expect(page.text == sql && page.parameters == [1])
    if let offset {
      #expect(try dialect.paged(Self.query, limit: 10, offset: 20).text == sql + offset)
    }
  }

  @Test func `later rows`() throws {
    let fetched = try OtherEngines.oracle.paged("SELECT a FROM t ORDER BY a", limit: 5, offset: 10)
    #expect(fetched.text == "SELECT a FROM t ORDER BY a OFFSET 10 ROWS FETCH NEXT 5 ROWS ONLY")
    var dialect = Dialect.standard
    dialect.paging = .rows
    let rows = try dialect.paged("SELECT a FROM t ORDER BY a", limit: 5, offset: 10)
    #expect(rows.text == "SELECT a FROM t ORDER BY a ROWS 11 TO 15")
    dialect.paging = .top
    let distinct = try dialect.paged("select distinct a FROM t ORDER BY a", limit: 5)
    #expect(distinct.text == "SELECT DISTINCT TOP (5) a FROM t ORDER BY a")
    let dotted = try dialect.paged("SELECT \u{307}a FROM t ORDER BY 1", limit: 5)
    #expect(dotted.text == "SELECT TOP (5) \u{307}a FROM t ORDER BY 1")
    dialect.paging = .rows
    let last = try dialect.paged("SELECT a FROM t ORDER BY a", limit: .max, offset: .max)
    #expect(last.text.hasSuffix(" ROWS \(Int.max) TO \(Int.max)"))
    dialect.paging = .top
    for (sql, offset): (SQL, Int) in [(Self.query, 1), ("VALUES (1)", 0), (Self.query, -1)] {
      #expect(throws: DatabaseError.self) { try dialect.paged(sql, limit: 1, offset: offset) }
    }
  }

  private static let locks: [(Dialect, String)] = [
    (Dialect.sqlite, "SELECT a FROM t WHERE b = ?"),
    (.postgres, "SELECT a FROM t WHERE b = ? FOR UPDATE"),
    (OtherEngines.firebird, "SELECT a FROM t WHERE b = ? WITH LOCK"),
    (OtherEngines.sqlServer, "SELECT a FROM t WITH (UPDLOCK, ROWLOCK) WHERE b = ?"),
    (OtherEngines.db2, "SELECT a FROM t WHERE b = ? WITH RS USE AND KEEP UPDATE LOCKS"),
  ]

  @Test(arguments: locks)
  func `rows that stay locked`(dialect: Dialect, sql: String) {
    let query = dialect.lockingSQL("a", from: "t", where: "b = \(7)")
    #expect(query.text == sql && query.parameters == [7])
  }

  private static let tables: [(Dialect, String, String, String)] = [
    (
      Dialect.postgres, "CREATE TABLE IF NOT EXISTS t (a INT)", "ALTER TABLE t ADD COLUMN b INT",
      "NOT NULL DEFAULT 0"
    ),
    (
      OtherEngines.oracle, "CREATE TABLE t (a INT)", "ALTER TABLE t ADD b INT",
      "DEFAULT 0 NOT NULL"
    ),
    (
      OtherEngines.sqlServer, "CREATE TABLE t (a INT)", "ALTER TABLE t ADD b INT",
      "NOT NULL DEFAULT 0"
    ),
  ]

  @Test(arguments: tables)
  func `tables and columns`(dialect: Dialect, create: String, add: String, required: String) {
    #expect(dialect.creatingTable("t", "a INT") == create)
    #expect(dialect.addingColumn("b INT", to: "t") == add)
    #expect(dialect.required(default: "0") == required)
  }

  @Test func `a parameter alone gets its type where it needs one`() {
    #expect(Dialect.sqlite.parameter(.int) == "?")
    #expect(OtherEngines.firebird.parameter(.int) == "CAST(? AS BIGINT)")
    #expect(OtherEngines.db2.parameter(.key(maxLength: 9)) == "CAST(? AS VARCHAR(9 CODEUNITS32))")
  }

  private static let levels: [(Dialect, IsolationLevel, [String])] = [
    (
      OtherEngines.firebird, IsolationLevel.repeatableRead,
      ["SET TRANSACTION ISOLATION LEVEL SNAPSHOT"]
    ),
    (
      OtherEngines.firebird, .readUncommitted,
      ["SET TRANSACTION ISOLATION LEVEL READ COMMITTED RECORD_VERSION"]
    ),
    (
      OtherEngines.oracle, .repeatableRead,
      ["SET TRANSACTION ISOLATION LEVEL SERIALIZABLE"]
    ),
    (
      OtherEngines.sqlServer, .readCommitted,
      ["SET TRANSACTION ISOLATION LEVEL READ COMMITTED", "BEGIN TRANSACTION"]
    ),
  ]

  @Test(arguments: levels)
  func `levels are called as the engine calls them, or the next stronger is taken`(
    dialect: Dialect, level: IsolationLevel, statements: [String]
  ) {
    #expect(dialect.begin(TransactionOptions(isolation: level)) == statements)
  }

  @Test func `Firebird separates no modes`() {
    let options = TransactionOptions(isolation: .repeatableRead, isReadOnly: true)
    #expect(
      OtherEngines.firebird.begin(options) == ["SET TRANSACTION READ ONLY ISOLATION LEVEL SNAPSHOT"]
    )
  }

  @Test func `a text longer than the engine takes is refused with the limit`() throws {
    var dialect = Dialect.standard
    dialect.maxStatementBytes = 20
    _ = try dialect.rebind("SELECT 1234567890123")
    let error = #expect(throws: DatabaseError.self) { try dialect.rebind("SELECT 12345678901234") }
    #expect(error?.kind == .misuse && error?.message.contains("20") == true)
  }

  private static let steps: [(String, TransactionOptions)] = [
    ("BEGIN", TransactionOptions()), ("START TRANSACTION READ ONLY", .readOnly),
    (
      "start transaction read only, isolation level serializable",
      TransactionOptions(isolation: .serializable, isReadOnly: true)
    ),
    (
      "START TRANSACTION ISOLATION LEVEL READ COMMITTED",
      TransactionOptions(isolation: .readCommitted)
    ),
  ]

  @Test(arguments: steps)
  func `the step that begins a transaction tells all of it`(
    sql: String, options: TransactionOptions
  ) throws {
    #expect(try Dialect.standard.rebind(sql).transactionStep == .begin(options))
  }
}
