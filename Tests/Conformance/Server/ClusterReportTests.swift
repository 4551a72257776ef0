import DriverAPI
import Logging
import NIOCore
import Testing

@testable import Server

/// What operators see of servers that share a database, and which of them fit together.
@Suite struct ClusterReportTests {
  private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

  @Test(arguments: TestBackend.servers)
  func healthShowsTheOthers(_ backend: TestBackend) async throws {
    try await ClusterRig.run(backend) { rig in
      _ = try await rig.enter("alice", at: 1)
      try await rig.enter("zoe", at: 0).waitUntil("both are seen") { $0.sees(["alice", "zoe"]) }
      let source = HealthSource(chat: rig.members[0].shared)
      var view = try #require(source.report().company)
      let deadline = ContinuousClock.now + .seconds(20)
      while view.others.first?.clientCount != 1 {
        try #require(ContinuousClock.now < deadline, "\(view)")
        try await Task.sleep(for: .milliseconds(50))
        view = try #require(source.report().company)
      }
      #expect(view.name == "server-0" && view.isHeld)
      #expect(view.others.map(\.name) == ["server-1"])
      #expect(view.others.map(\.version) == [ServerVersion.current.detail])
      #expect(
        view.others.allSatisfy {
          $0.clockDifference < .seconds(2) && view.age(of: $0) < .seconds(20)
        })
      let json = String(buffer: source.report().json)
      #expect(
        json.contains("\"cluster\": {\n    \"server\": \"server-0\",\n    \"lease\": \"held\""))
      #expect(json.contains("\"feed_lag_ms\": 0"))
      #expect(json.contains("{\"server\": \"server-1\", \"version\": "))
      #expect(json.contains("\"clients\": 1, \"heartbeat_age_ms\": "))
      #expect(json.hasSuffix("}\n}\n"))
      #expect(source.report().status != .unhealthy)
      try rig.members[0].chat.room.company?.measureFeedLag { .milliseconds(12) }
      #expect(String(buffer: source.report().json).contains("\"feed_lag_ms\": 12"))
      try rig.members[0].chat.room.company?.pulse.lease.finish()
      #expect(source.report().status == .unhealthy, "it lets nobody in")
    }
  }

  @Test(arguments: TestBackend.servers)
  func doctorTellsWhoIsDeadMixedOrApart(_ backend: TestBackend) async throws {
    try await ClusterRig.run(backend) { rig in
      func check() async throws -> DoctorCheck {
        var report: DoctorReport?
        try await DoctorRig.run { doctor in
          report = try await doctor.report(
            ["MARCHAT_DB_PATH": rig.place.url], driver: backend.driver)
        }
        return try #require(report).check("db_servers")
      }
      let fine = try await check()
      #expect(fine.status == .ok, "\(fine.message)")
      #expect(
        fine.message.hasPrefix("2 at work: server-0 (") && fine.message.contains("server-1 ("))
      let registry = ServerRegistry(database: rig.database)
      let dead = ServerIdentity(name: "dead", host: "far", process: "13", address: "")
      let target = try Migrator(ChatSchema.migrations).targetVersion
      try await registry.enter("dead", dead, schemaVersion: target)
      let old = WireTime(microseconds: WireTime.now.microseconds - 100_000_000)
      try await rig.database.exec(
        "UPDATE chat_servers SET renewed_at = \(old) WHERE server = 'dead'")
      let other = ServerIdentity(
        name: "older", host: "far", process: "14", address: "", version: "0.9")
      try await registry.enter("older", other, schemaVersion: target - 1)
      _ = try await registry.beat(
        "older", ServerRegistry.Beat(clientCount: 7, clockDifference: .seconds(-90)))
      let found = try await check()
      #expect(found.status == .warn)
      for part in [
        "3 at work", "older (0.9, 7 clients", "dead but still listed: dead (far, process 13",
        "its names are not free yet", "their versions differ (0.9, ",
        "for schemas \(target - 1), \(target)",
        "their clocks are apart", "older -90000 ms", "set up NTP",
      ] { #expect(found.message.contains(part), "\(part) in \(found.message)") }
    }
  }

  @Test(arguments: TestBackend.servers)
  func serversThatAreTwoVersionsApartDoNotServeTogether(_ backend: TestBackend) async throws {
    try await ClusterRig.run(backend, 1) { rig in
      let registry = ServerRegistry(database: rig.database)
      let target = try Migrator(ChatSchema.migrations).targetVersion
      for (difference, fits) in [(-2, false), (-1, true), (1, true), (2, false)] {
        let other = ServerIdentity(name: "other", host: "far", process: "13", address: "")
        try await registry.enter("other", other, schemaVersion: target + difference)
        if fits {
          try await ClusterGate.prepare(rig.database)
        } else {
          await #expect {
            try await ClusterGate.prepare(rig.database)
          } throws: { "\($0)".contains("other serves this database with the schema of version") }
        }
        try await registry.remove("other")
      }
    }
  }

  /// The next version, as the rule has it: what it adds may be left out.
  @Test(arguments: TestBackend.servers)
  func aNewerSchemaIsMadeWhileOthersGoOn(_ backend: TestBackend) async throws {
    try await ClusterRig.run(backend) { rig in
      let alice = try await rig.enter("alice", at: 0)
      let bob = try await rig.enter("bob", at: 1)
      let target = try Migrator(ChatSchema.migrations).targetVersion
      let dialect = rig.database.dialect
      let next = Migration(target + 1, "of a later server") { dialect in
        [
          dialect.addingColumn("mood \(dialect.typeName(.text))", to: "messages"),
          dialect.creatingTable("moods", "id \(dialect.typeName(.int)) NOT NULL PRIMARY KEY"),
        ]
      }
      for number in 0..<100 {
        alice.say("a\(number)")
        bob.say("b\(number)")
      }
      // Two newer servers begin at once, and one of them migrates.
      let (one, other) = (try await rig.place.open(), try await rig.place.open())
      async let first = Migrator(ChatSchema.migrations + [next]).migrate(one)
      async let second = Migrator(ChatSchema.migrations + [next]).migrate(other)
      #expect(try await first + second == [target + 1])
      await one.close()
      await other.close()
      for number in 100..<200 {
        alice.say("a\(number)")
        bob.say("b\(number)")
      }
      try await alice.text("a199")
      try await bob.text("b199")
      #expect(try await rig.count("SELECT COUNT(*) FROM messages WHERE mood IS NULL") == 400)
      #expect(try (alice.notices + bob.notices).isEmpty)
      _ = dialect
      // One of this version that is started again meanwhile serves the newer schema too.
      try await rig.add("late")
      _ = try await rig.enter("carol", at: 2)
      // Two versions are too many; and alone a newer schema is refused as before.
      await #expect(throws: DatabaseError.self) {
        try await ChatSchema.migrate(rig.database, logger)
      }
      try await rig.database.exec(
        "INSERT INTO schema_version (version, applied_at) VALUES (\(target + 2), \(WireTime.now))")
      await #expect(throws: DatabaseError.self) {
        try await ChatSchema.migrate(rig.database, isShared: true, logger)
      }
    }
  }

  @Test(arguments: TestBackend.servers)
  func aChatThatIsSharedIsNotMovedAway(_ backend: TestBackend) async throws {
    try await ClusterRig.run(backend, 1) { rig in
      try await TestDatabase.run(on: .sqlite) { place in
        let move = try MoveRig.move(rig.place.url, to: place.url)
        await #expect {
          _ = try await move.run { _ in }
        } throws: { "\($0)".contains("servers share the chat, among them server-0") }
      }
    }
  }

  @Test(arguments: TestBackend.servers)
  func anIdleServerAsksLittle(_ backend: TestBackend) async throws {
    try await ClusterRig.run(backend) { rig in
      _ = try await rig.enter("alice", at: 0)
      // It looks more often for some seconds after somebody has done something.
      try await Task.sleep(for: .seconds(8))
      let before = rig.members[0].statementCount
      let start = ContinuousClock.now
      try await Task.sleep(for: .seconds(6))
      let rate = Double(rig.members[0].statementCount - before) / ((.now - start) / .seconds(1))
      print("cluster: an idle server sends \(rate) statements a second on \(backend.name)")
      #expect(rate > 0 && rate <= 5, "\(rate)")
    }
  }

  @Test(arguments: TestBackend.all)
  func aServerThatSharesWithNobodyPaysNothing(_ backend: TestBackend) async throws {
    try await ChatRig.run(backend, ClusterRig.settings) { rig in
      let alice = try await rig.enter("alice")
      try await alice.settle()
      #expect(rig.server.room.company == nil && rig.server.status().company == nil)
      let tables = try await rig.database.tableNames()
      #expect(["chat_servers", "chat_sessions", "chat_orders"].allSatisfy { !tables.contains($0) })
      if tables.contains("chat_events") {
        #expect(try await rig.count("SELECT COUNT(*) FROM chat_events") == 0)
      }
    }
    guard backend.serverURL == nil else { return }
    // Where one writer at a time is let in, sharing is what it was.
    try await ClusterRig.run(backend, 1) { rig in
      _ = try await rig.enter("alice", at: 0)
      #expect(try rig.members[0].chat.room.company == nil)
    }
  }
}
