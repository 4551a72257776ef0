import DriverAPI
import DriverConformance
import EventLoop
import Testing

/// Tasks that prefer the thread that waits for the sockets.
@Suite("On the executor of the drivers for servers")
struct TaskExecutorTests {
  private static let servers: [any ConformanceHarness] =
    (PostgresServer.plain.map { [$0] } ?? [])
    + (MySQLServer.Way.tcp.url == nil ? [] : [MySQLServer(way: .tcp)])

  /// What takes long is left to the suites of each server.
  private static let promises = servers.flatMap { server in
    ConformanceSuite.cases(server).filter { $0.clause.weight == .light }.map { promise in
      var promise = promise
      promise.taskExecutor = server.driver.taskExecutor
      return promise
    }
  }

  @Test("the contract holds", .enabled(if: !servers.isEmpty), arguments: promises)
  func holds(_ promise: ConformanceCase) async throws { try await promise.run() }

  @Test(
    "many tasks get their own results, all on one thread", .enabled(if: !servers.isEmpty),
    arguments: servers.indices)
  func ownResults(index: Int) async throws {
    let server = Self.servers[index]
    let url = try await server.makeDatabase()
    let db = try await Database.open(DatabaseURL(url), with: server.driver)
    let executor = try #require(db.taskExecutor)
    let strayCount = try await withThrowingTaskGroup(of: Int.self) { group in
      for task in 1...64 {
        group.addTask(executorPreference: executor) {
          var strayCount = 0
          for round in 1...50 {
            let number = task * 1000 + round
            let answer = try await db.queryRow("SELECT ? + 0", number, as: Int.self)
            #expect(answer == number)
            if !EventLoop.shared.isHere { strayCount += 1 }
          }
          return strayCount
        }
      }
      return try await group.reduce(0, +)
    }
    #expect(strayCount == 0, "statements went on elsewhere")
    await db.close()
    await server.removeDatabase(url)
  }

  @Test("what other threads resume goes on here, also while nothing happens at any socket")
  func wakesFromElsewhere() async throws {
    for _ in 1...200 {
      let task = Task(executorPreference: EventLoop.shared) {
        await withCheckedContinuation { continuation in
          Task.detached { continuation.resume() }
        }
        return EventLoop.shared.isHere
      }
      #expect(await task.value)
    }
  }
}
