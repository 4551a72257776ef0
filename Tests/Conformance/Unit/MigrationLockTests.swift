import DriverAPI
import DriverSQLite
import Testing

@Suite("A lock for migrations that the driver takes [MIG-1]")
struct MigrationLockTests {
  private func migrate(_ driver: LockingDriver, _ statements: [String]) async throws -> [Int] {
    var configuration = DatabaseConfiguration()
    configuration.maxConnections = 1
    let db = try await Database.open(
      DatabaseURL("sqlite::memory:"), with: driver, configuration: configuration)
    defer { Task { await db.close() } }
    return try await Migrator([Migration(1, "first") { _ in statements }]).migrate(db)
  }

  @Test func `it is taken before anything runs, and given back after all of it`() async throws {
    let driver = LockingDriver()
    #expect(try await migrate(driver, ["CREATE TABLE t (a INTEGER)"]) == [1])
    let log = driver.log.withLock { $0 }
    #expect(log.first == "acquire" && log.last == "release")
    #expect(log.contains("CREATE TABLE t (a INTEGER)"))
    #expect(log.count { $0 == "acquire" } == 1 && log.count { $0 == "release" } == 1)
  }

  @Test func `whoever does not get it asks again`() async throws {
    let driver = LockingDriver(refusalCount: 2)
    #expect(try await migrate(driver, ["CREATE TABLE t (a INTEGER)"]) == [1])
    let log = driver.log.withLock { $0 }
    #expect(log.prefix(3) == ["acquire", "acquire", "acquire"] && log.last == "release")
  }

  @Test func `it is given back when a migration fails`() async throws {
    let driver = LockingDriver()
    await #expect(throws: DatabaseError.self) { try await migrate(driver, ["CREATE TABLE t ("]) }
    #expect(driver.log.withLock { $0.last } == "release")
  }
}

/// SQLite with a lock that it says is the driver's.
private final class LockingDriver: Driver {
  let log = Mutex<[String]>([])
  let schemes = ["sqlite"]
  private let refusals: Mutex<Int>

  init(refusalCount: Int = 0) { refusals = Mutex(refusalCount) }

  func plan(for url: DatabaseURL) throws(DatabaseError) -> ConnectionPlan {
    ConnectionPlan(connectionsHoldTheData: true)
  }

  func connect(
    to url: DatabaseURL, as role: ConnectionRole
  ) async throws(DatabaseError) -> any DriverConnection {
    LockingConnection(try await SQLiteDriver().connect(to: url, as: role), self)
  }

  func grants() -> Bool {
    refusals.withLock { count in
      defer { count = max(0, count - 1) }
      return count == 0
    }
  }
}

private final class LockingConnection: DriverConnection {
  private let connection: any DriverConnection
  private let driver: LockingDriver

  init(_ connection: any DriverConnection, _ driver: LockingDriver) {
    (self.connection, self.driver) = (connection, driver)
  }

  var server: ServerFacts {
    var facts = connection.server
    facts.dialect.migrationLock = .driver
    return facts
  }
  var transactionStatus: TransactionStatus { connection.transactionStatus }
  func interrupt() { connection.interrupt() }
  func reset() async throws(DatabaseError) { try await connection.reset() }
  func close() async { await connection.close() }

  func prepare(
    _ text: StatementText, isKept: Bool
  ) async throws(DatabaseError) -> any DriverStatement {
    driver.log.withLock { $0.append(text.text) }
    return try await connection.prepare(text, isKept: isKept)
  }

  func acquireMigrationLock() async throws(DatabaseError) -> Bool {
    driver.log.withLock { $0.append("acquire") }
    return driver.grants()
  }

  func releaseMigrationLock() async throws(DatabaseError) {
    driver.log.withLock { $0.append("release") }
  }
}
