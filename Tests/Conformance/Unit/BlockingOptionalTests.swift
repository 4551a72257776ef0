import DriverAPI
import Foundation
import Testing

@Suite(
  "What a blocking library may be able to do [BULK-1] [BATCH-1] [NOTIFY-1]", .timeLimit(.minutes(1))
)
struct BlockingOptionalTests {
  private func library() -> SlowLibrary {
    SlowLibrary {
      $0.capabilities.nativeBulkInsert = true
      $0.capabilities.nativeBatch = true
      $0.capabilities.notifications = true
      $0.capabilities.notANumber = false
      $0.dialect.notifications = NotificationWords(listen: "LISTEN ", notify: "NOTIFY ?, ?")
    }
  }

  @Test func `many rows and several statements reach the library as one call`() async throws {
    let library = library()
    let db = try await library.open()
    _ = library.takeLog()
    #expect(try await db.bulkInsert(into: "t", columns: ["a"], [[1], [2], [3]]) == 3)
    let results = try await db.batch(["UPDATE a", "UPDATE b"])
    #expect(results.map(\.rowCount) == [1, 1])
    #expect(library.takeLog().filter { $0.contains("at once") } == ["3 rows at once", "2 at once"])
    await db.close()
  }

  @Test func `what the engine cannot hold is refused with its row, and nothing is called`()
    async throws
  {
    let library = library()
    let db = try await library.open()
    _ = library.takeLog()
    let error = await #expect(throws: DatabaseError.self) {
      try await db.bulkInsert(into: "t", columns: ["a"], [[1], [.double(.nan)]])
    }
    #expect(error?.kind == .unsupported && error?.details.row == 1)
    #expect(!library.takeLog().contains { $0.contains("at once") })
    await db.close()
  }

  @Test func `notifications arrive, and waiting for one ends with the task`() async throws {
    let library = library()
    let db = try await library.open()
    let notifications = try await db.notifications(on: "news")
    let events = Task { () -> [NotificationEvent] in
      var seen: [NotificationEvent] = []
      for try await event in notifications { seen.append(event) }
      return seen
    }
    library.wake.signal()
    await Task.detached { _ = library.asleep.wait(timeout: .now() + 30) }.value
    await Task.detached { _ = library.asleep.wait(timeout: .now() + 30) }.value
    events.cancel()
    let expected = DatabaseNotification(channel: "news", payload: "slow")
    #expect(try await events.value == [.received(expected)])
    await db.close()
  }

  @Test func `a library without them says so`() async throws {
    let connection = try await SlowLibrary().connect()
    for call: @Sendable () async throws -> Void in [
      { _ = try await connection.bulkInsert(into: "t", columns: ["a"], rows: [[1]]) },
      { _ = try await connection.execBatch([]) },
      { _ = try await connection.nextNotification() },
    ] {
      let error = await #expect(throws: DatabaseError.self) { try await call() }
      #expect(error?.kind == .unsupported)
    }
    await connection.close()
  }
}
