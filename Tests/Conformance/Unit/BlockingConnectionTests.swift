import DriverAPI
import Foundation
import Synchronization
import Testing

@Suite("A connection of a library whose calls block", .timeLimit(.minutes(1)))
struct BlockingConnectionTests {
  private typealias Session = BlockingConnection<SlowSession>

  private func text(_ sql: String) throws -> StatementText { try Dialect.standard.rebind(sql) }

  private func prepare(_ sql: String, on connection: Session) async throws -> any DriverStatement {
    connection.statementBegins()
    return try await connection.prepare(text(sql), isKept: true)
  }

  private func exec(_ sql: String, on connection: Session) async throws -> ExecResult {
    let statement = try await prepare(sql, on: connection)
    return try await statement.exec([])
  }

  private func kind(of body: () async throws -> Void) async -> DatabaseError.Kind? {
    do { try await body() } catch { return (error as? DatabaseError)?.kind }
    return nil
  }

  @Test func `rows come page by page, in order, and to the end`() async throws {
    let connection = try await SlowLibrary().connect()
    let statement = try await prepare("COUNT 1000", on: connection)
    let rows = try await statement.query([])
    let cells = UnsafeMutableBufferPointer<Cell>.allocate(capacity: 1)
    defer { cells.deallocate() }
    var (numbers, waits, isDone) = ([UInt64](), 0, false)
    while !isDone {
      switch try rows.step(into: cells) {
      case .row: numbers.append(cells[0].bits)
      case .wait:
        waits += 1
        try await rows.wait()
      case .done: isDone = true
      }
    }
    rows.close()
    #expect(numbers == Array(1...1000))
    #expect(waits == 3)
    await connection.close()
  }

  @Test func `an interruption stops the call, and leaves nothing behind`() async throws {
    let library = SlowLibrary()
    let connection = try await library.connect()
    let statement = try await prepare("SLEEP", on: connection)
    connection.statementBegins()
    Thread.detachNewThread {
      library.asleep.wait()
      connection.interrupt()
    }
    #expect(await kind { _ = try await statement.exec([]) } == .cancelled)
    // Whatever was stopped is prepared again, and the rest of the request is let past.
    #expect(library.takeLog().suffix(3) == ["SLEEP", "free SLEEP", "settle"])
    #expect(try await exec("INSERT", on: connection).rowCount == 1)
    #expect(!library.takeLog().contains("settle"))
    await connection.close()
  }

  // [CANCEL-7]
  @Test func `a task that is cancelled while it waits for rows waits no longer`() async throws {
    let library = SlowLibrary()
    let db = try await library.open()
    let task = Task {
      var rows = try await db.query("COUNT SLOWLY 5000")
      while try await rows.next() {}
    }
    Thread.detachNewThread {
      library.asleep.wait()
      task.cancel()
    }
    #expect(await kind { try await task.value } == .cancelled)
    try await db.ping()
    await db.close()
  }

  @Test func `an interruption before the call means it too, and not the next statement`()
    async throws
  {
    let library = SlowLibrary()
    let connection = try await library.connect()
    let statement = try await prepare("SLEEP", on: connection)
    connection.interrupt()
    #expect(await kind { _ = try await statement.exec([]) } == .cancelled)
    #expect(library.asleep.wait(timeout: .now()) == .timedOut)
    connection.statementBegins()
    library.wake.signal()
    #expect(try await statement.exec([]).rowCount == 0)
    await connection.close()
  }

  @Test func `the transaction is followed by what succeeds and fails`() async throws {
    let connection = try await SlowLibrary().connect()
    for (sql, status) in [
      ("BEGIN", TransactionStatus.active), ("FAIL", .active), ("ROLLBACK TO SAVEPOINT a", .active),
      ("COMMIT", .none), ("FAIL", .none), ("START TRANSACTION", .active), ("DEADLOCK", .failed),
      ("ROLLBACK TO SAVEPOINT a", .active), ("ROLLBACK", .none),
    ] {
      _ = await kind { _ = try await exec(sql, on: connection) }
      #expect(connection.transactionStatus == status, "after \(sql)")
    }
    await connection.close()
  }

  @Test func `where every error ends the transaction, it is failed`() async throws {
    var habits = SessionHabits()
    habits.errorsEndTransaction = true
    let connection = try await SlowLibrary(habits).connect()
    _ = try await exec("BEGIN", on: connection)
    #expect(await kind { _ = try await exec("FAIL", on: connection) } == .other)
    #expect(connection.transactionStatus == .failed)
    await connection.close()
  }

  @Test func `calls for transactions take the place of statements`() async throws {
    var habits = SessionHabits()
    habits.hasTransactionCalls = true
    let library = SlowLibrary(habits)
    let connection = try await library.connect()
    _ = try await exec("START TRANSACTION ISOLATION LEVEL SERIALIZABLE", on: connection)
    #expect(connection.transactionStatus == .active)
    _ = try await exec("COMMIT", on: connection)
    #expect(connection.transactionStatus == .none)
    let steps = [TransactionStep.begin(TransactionOptions(isolation: .serializable)), .commit].map {
      "\($0)"
    }
    #expect(library.takeLog() == ["open"] + steps)
    await connection.close()
  }

  @Test(arguments: ["COMMIT", "ROLLBACK"])
  func `a session that tells where it stands is asked after the call`(end: String) async throws {
    var habits = SessionHabits()
    habits.hasTransactionCalls = true
    let connection = try await SlowLibrary(habits, tellsStatus: true).connect()
    for _ in 1...2 {
      _ = try await exec("START TRANSACTION", on: connection)
      #expect(connection.transactionStatus == .active)
      _ = try await exec(end, on: connection)
      #expect(connection.transactionStatus == .none)
    }
    await connection.close()
  }

  @Test func `a session that cannot be reset is opened anew`() async throws {
    let library = SlowLibrary()
    let connection = try await library.connect()
    try await connection.reset()
    #expect(library.takeLog() == ["open", "close", "open"])
    await connection.close()
  }

  @Test func `a lost session says so, whatever the call reported`() async throws {
    let library = SlowLibrary()
    let connection = try await library.connect()
    library.isLost.store(true, ordering: .sequentiallyConsistent)
    let error = try #require(
      await #expect(throws: DatabaseError.self) { try await exec("FAIL", on: connection) })
    #expect(error.kind == .connectionLost && error.connection == .spent)
    #expect(error.execution == .unknown)
    await connection.close()
  }

  @Test func `the id of a new row is asked for where the library does not tell it`() async throws {
    let connection = try await SlowLibrary().connect()
    #expect(try await exec("INSERT", on: connection).lastInsertID == 1)
    #expect(try await exec("UPDATE", on: connection).lastInsertID == nil)
    for rest in ["IGNORE", "SELECT 1", "on conflict DO NOTHING", "x ON DUPLICATE KEY UPDATE y"] {
      #expect(try await exec("INSERT \(rest)", on: connection).lastInsertID == nil, "\(rest)")
    }
    #expect(try await exec("INSERT INTO selections", on: connection).lastInsertID == 1)
    await connection.close()
  }

  @Test func `a statement whose tables have changed is prepared again`() async throws {
    var habits = SessionHabits()
    habits.stalePlans = .reported { $0.kind == .invalidValue }
    let library = SlowLibrary(habits)
    let connection = try await library.connect()
    let statement = try await prepare("CHANGED", on: connection)
    for _ in 1...3 { _ = try await statement.exec([]) }
    _ = try await exec("BEGIN", on: connection)
    // In a transaction the error may have ended it: running once more would be no help.
    #expect(await kind { _ = try await statement.exec([]) } == .invalidValue)
    #expect(library.takeLog().count { $0 == "prepare CHANGED" } == 3)
    await connection.close()
  }

  @Test func `a statement that does not notice is prepared for each execution`() async throws {
    var habits = SessionHabits()
    habits.stalePlans = .unnoticed
    let library = SlowLibrary(habits)
    let connection = try await library.connect()
    let statement = try await prepare("CHANGED", on: connection)
    for _ in 1...3 { _ = try await statement.exec([]) }
    let log = library.takeLog()
    #expect(log.count { $0 == "prepare CHANGED" } == 3)
    // It holds nothing in between.
    #expect(log.last == "free CHANGED")
    await connection.close()
  }
}
