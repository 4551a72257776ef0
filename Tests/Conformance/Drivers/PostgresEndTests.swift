import DriverAPI
import DriverConformance
import DriverPostgres
import Foundation
import Testing

@Suite("PostgreSQL: how statements and transactions end", .enabled(if: PostgresServer.plain != nil))
struct PostgresEndTests {
  private let server: PostgresServer

  init() throws { server = try #require(PostgresServer.plain) }

  @Test(
    "what would end a failed transaction otherwise than by a rollback throws",
    arguments: ["COMMIT", "END", "COMMIT WORK", "PREPARE TRANSACTION 'x'"])
  func failedCommit(_ text: String) async throws {
    let db = try await server.open { $0.maxConnections = 1 }
    try await db.withConnection { connection in
      try await connection.exec("BEGIN")
      _ = try? await connection.exec("SELECT 1 / 0")
      let error = await #expect(throws: DatabaseError.self) {
        try await connection.exec(SQL(raw: text))
      }
      #expect(error?.kind == .transactionAborted)
      #expect(error?.execution == .rejected)
      #expect(connection.transactionStatus == .none)
      try await connection.exec("BEGIN")
      _ = try? await connection.exec("SELECT 1 / 0")
      try await connection.exec("ROLLBACK")
    }
    await db.close()
  }

  @Test("rows that were left take their error with them into the transaction's next statement")
  func leftRows() async throws {
    let db = try await server.open { $0.maxConnections = 1 }
    let error = await #expect(throws: DatabaseError.self) {
      try await db.transaction { transaction in
        _ = try await transaction.queryRow(
          "SELECT 1 / (20000 - n) FROM generate_series(1, 30000) AS n", as: Int.self)
        try await transaction.exec("SELECT 1")
      }
    }
    #expect(error?.details.sqlState == "22012")
    await db.close()
  }

  @Test("a UUID and a date are the same in a batch as alone")
  func batchValues() async throws {
    let db = try await server.open(["options": "-c%20TimeZone%3DAmerica/New_York"]) {
      $0.maxConnections = 1
    }
    try await db.withConnection { connection in
      try await connection.exec("CREATE TEMPORARY TABLE b (u bytea, t timestamptz)")
      let uuid = UUID()
      let day = try #require(CalendarDate("2024-07-01"))
      let insert = "INSERT INTO b (u, t) VALUES (?, ?)"
      try await connection.exec(SQL(raw: insert, [.uuid(uuid), .date(day)]))
      try await connection.batch([SQL(raw: insert, [.uuid(uuid), .date(day)])])
      let kinds = try await connection.queryRow(
        "SELECT count(DISTINCT u), count(DISTINCT t) FROM b", as: (Int, Int).self)
      #expect(kinds?.0 == 1)
      #expect(kinds?.1 == 1)
    }
    await db.close()
  }

  @Test("a UUID finds the same in the first run of a shared statement as in the next")
  func sharedValues() async throws {
    let db = try await server.open()
    let uuid = UUID()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<32 {
        group.addTask {
          for round in 0..<20 {
            let text = "SELECT length(?::bytea || decode('', 'hex')) + \(round % 5)"
            let found = try await db.queryRow(SQL(raw: text, [.uuid(uuid)]), as: Int.self)
            #expect(found == 16 + round % 5)
          }
        }
      }
      try await group.waitForAll()
    }
    await db.close()
  }

  @Test("a schema change of one's own in a transaction is no surprise to its statements")
  func ownChange() async throws {
    let db = try await server.open { $0.maxConnections = 1 }
    try await db.withConnection { connection in
      try await connection.exec("CREATE TEMPORARY TABLE o (i integer)")
      let all: SQL = "SELECT * FROM o"
      for _ in 1...2 { _ = try await connection.queryRow(all, as: Int.self) }
      try await connection.transaction { transaction in
        _ = try await transaction.queryRow(all, as: Int.self)
        try await transaction.exec("ALTER TABLE o ADD COLUMN j integer")
        try await transaction.exec("INSERT INTO o VALUES (1, 2)")
        let row = try await transaction.queryRow(all, as: (Int, Int).self)
        #expect(row?.1 == 2)
      }
      await #expect(throws: DatabaseError.self) {
        try await connection.transaction { transaction in
          try await transaction.exec("ALTER TABLE o DROP COLUMN j")
          _ = try await transaction.queryRow(all, as: Int.self)
          try await transaction.exec("SELECT 1 / 0")
        }
      }
      let row = try await connection.transaction { try await $0.queryRow(all, as: (Int, Int).self) }
      #expect(row?.1 == 2)
    }
    await db.close()
  }
}
