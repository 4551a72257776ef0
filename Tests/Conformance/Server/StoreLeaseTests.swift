import DriverAPI
import Logging
import Testing

@testable import Server

@Suite struct StoreLeaseTests {
  private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

  private func holder(_ name: String) -> ServerLease.Holder {
    ServerLease.Holder(host: "host", process: name, address: "all addresses, port 8080")
  }

  @Test(arguments: TestBackend.all)
  func aSecondServerIsToldWhoIsFirst(_ backend: TestBackend) async throws {
    try await ChatRig.run(backend) { rig in
      let first = ServerLease(rig.database, for: holder("1-1"))
      try await first.take(logger)
      let keeping = Task { await first.keep(logger) }
      let second = ServerLease(rig.database, for: holder("2-2"))
      await #expect {
        try await second.take(logger)
      } throws: { error in
        let text = "\(error)"
        return text.contains("process 1-1 on host") && text.contains("port 8080")
          && text.contains("DOVETAIL_SHARED_DATABASE")
      }
      keeping.cancel()
      #expect(await !keeping.value)
      await first.release(logger)
      let start = ContinuousClock.now
      try await second.take(logger)
      #expect(ContinuousClock.now - start < .seconds(3), "what was given back can be had at once")
    }
  }

  @Test(arguments: TestBackend.all)
  func theLeaseOfAProcessThatIsGoneIsTakenAtOnce(_ backend: TestBackend) async throws {
    try await ChatRig.run(backend) { rig in
      let first = ServerLease(rig.database, for: holder("1-1"))
      try await first.take(logger)
      let start = ContinuousClock.now
      try await ServerLease(rig.database, for: holder("2-2")) { $0.process == "1-1" }.take(logger)
      #expect(ContinuousClock.now - start < .seconds(3))
      // Whoever lost it finds out.
      #expect(await first.keep(logger))
    }
  }

  @Test(arguments: TestBackend.all)
  func anOldLeaseIsNone(_ backend: TestBackend) async throws {
    try await ChatRig.run(backend) { rig in
      try await ServerLease(rig.database, for: holder("1-1")).take(logger)
      let old = WireTime(microseconds: WireTime.now.microseconds - 60_000_000)
      try await rig.database.exec("UPDATE server_lease SET renewed_at = ?", old)
      try await ServerLease(rig.database, for: holder("2-2")).take(logger)
    }
  }

  /// As many databases as there are servers that begin at the same moment.
  private func together(
    _ count: Int, on place: TestDatabase,
    _ body: @escaping @Sendable (Database) async throws -> Void
  ) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<count {
        group.addTask {
          let database = try await place.open()
          let outcome: Result<Void, any Error>
          do {
            outcome = .success(try await body(database))
          } catch { outcome = .failure(error) }
          await database.close()
          try outcome.get()
        }
      }
      try await group.waitForAll()
    }
  }

  @Test(arguments: TestBackend.all)
  func serversThatBeginAtTheSameMomentAreNotInEachOthersWay(_ backend: TestBackend) async throws {
    for _ in 0..<4 {
      try await TestDatabase.run(on: backend) { place in
        try await together(6, on: place) { database in
          try await ServerLease(database, for: holder("1-1")).makeTable()
        }
        // Each takes it from the one before, who is gone.
        try await together(6, on: place) { database in
          try await ServerLease(database, for: holder("2-2")) { _ in true }.take(logger)
        }
      }
    }
  }

  @Test(arguments: TestBackend.all)
  func aDatabaseOfMarchatIsTakenOverOnceByManyAtATime(_ backend: TestBackend) async throws {
    for _ in 0..<2 {
      try await TestDatabase.run(on: backend) { place in
        let database = try await place.open()
        try await database.execScript(MarchatSchema.script(for: database.dialect))
        try await together(4, on: place) { try await ChatSchema.migrate($0, logger) }
        #expect(try await Migrator(ChatSchema.migrations).version(of: database) == 6)
        await database.close()
      }
    }
  }

  @Test func aProcessIsKnownByItsNumberAndStart() {
    #expect(!ProcessIdentity.isGone(ProcessIdentity.current))
    #expect(ProcessIdentity.isGone("\(ProcessIdentity.current)0"), "another process of this number")
    #expect(ProcessIdentity.isGone("4194305-1"), "numbers end at 2^22")
    #expect(!ProcessIdentity.isGone("nonsense"))
  }
}
