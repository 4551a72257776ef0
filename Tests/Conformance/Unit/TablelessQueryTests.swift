import Synchronization
import Testing

@testable import DriverAPI

@Suite("Queries without a table [CONN-1] [QUERY-10]")
struct TablelessQueryTests {
  @Test(
    arguments: [
      (Dialect.sqlite, "SELECT 1"), (.postgres, "SELECT 1"), (.mariadb, "SELECT 1"),
      (OtherEngines.sqlServer, "SELECT 1"), (OtherEngines.firebird, "SELECT 1 FROM RDB$DATABASE"),
      (OtherEngines.oracle, "SELECT 1 FROM DUAL"),
      (OtherEngines.db2, "SELECT 1 FROM SYSIBM.SYSDUMMY1"),
    ])
  func `as the engine writes them`(dialect: Dialect, sql: String) throws {
    #expect(dialect.selectSQL("1") == sql)
    let text = try dialect.rebind(sql)
    #expect(text.isReadOnly && text.statementCount == 1 && text.parameterCount == 0)
  }

  @Test func `a list of nothing needs a table where every query does`() throws {
    let none: [Int] = []
    let sql: SQL = "SELECT a FROM t WHERE b NOT IN (\(each: none)) AND c = \(1)"
    let oracle = try OtherEngines.oracle.rebind(sql.text)
    #expect(
      oracle.text == """
        SELECT a FROM t WHERE b NOT IN (SELECT NULL AS dovetail_empty_list FROM DUAL WHERE 1 = 0) \
        AND c = :1
        """)
    #expect(oracle.original == sql.text)
    #expect(try OtherEngines.sqlServer.rebind(sql.text).text == sql.text)
    #expect(try Dialect.postgres.rebind(sql.text).text.contains("b <> ALL ('{}')"))
  }

  @Test func `ping and the look at an idle session ask as the engine writes it`() async throws {
    let library = SlowLibrary { $0.dialect.dummyTable = "ONE" }
    let db = try await library.open { $0.idleTimeout = .seconds(60) }
    _ = library.takeLog()
    try await db.ping()
    #expect(library.takeLog() == ["prepare SELECT 1 FROM ONE", "SELECT 1 FROM ONE"])
    let session = try await db.writers.lease(at: CallSite(file: #fileID, line: #line))
    #expect(await session.answers(within: .seconds(10)))
    Lease(session, pool: db.writers).end()
    #expect(library.takeLog().contains("SELECT 1 FROM ONE"))
    await db.close()
  }

  @Test func `a library with a ping of its own is asked by that`() async throws {
    let library = SlowLibrary { $0.capabilities.nativePing = true }
    let db = try await library.open()
    _ = library.takeLog()
    try await db.ping()
    let session = try await db.writers.lease(at: CallSite(file: #fileID, line: #line))
    #expect(await session.answers(within: .seconds(10)))
    #expect(library.takeLog() == ["ping", "ping"])
    library.isLost.store(true, ordering: .sequentiallyConsistent)
    #expect(await !session.answers(within: .seconds(10)))
    #expect(session.isSpent)
    Lease(session, pool: db.writers).end()
    await db.close()
  }

  @Test func `a library without one says so`() async throws {
    let connection = try await SlowLibrary().connect()
    let error = await #expect(throws: DatabaseError.self) { try await connection.ping() }
    #expect(error?.kind == .unsupported)
    await connection.close()
  }
}
