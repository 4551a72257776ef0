import DriverAPI
import Logging
import Testing

@testable import Server

/// Servers that die, or are taken for dead.
@Suite struct ClusterLeaseTests {
  private static func bury(_ name: String, _ rig: ClusterRig) async throws {
    try await rig.database.exec(
      "UPDATE chat_servers SET lost_at = renewed_at WHERE name = \(name)")
  }

  @Test(arguments: TestBackend.servers)
  func whoeverLosesHisLeaseSendsAllAwayAndBeginsAnew(_ backend: TestBackend) async throws {
    try await ClusterRig.run(backend) { rig in
      let alice = try await rig.enter("alice", at: 0)
      let zoe = try await rig.enter("zoe", at: 1)
      try await zoe.waitUntil("both are seen") { $0.sees(["alice", "zoe"]) }
      let old = try rig.members[0].chat
      try await Self.bury("server-0", rig)
      #expect(
        try await alice.end()
          == RecordingSocket.Close(
            code: 1012, reason: "this server lost touch with the others; connect again"))
      // What its old run still has to say is not stored.
      alice.say("too late")
      try await zoe.waitUntil("the other run") { _ in
        rig.members[0].shared.chat.map { $0 !== old } ?? false
      }
      let again = try await rig.enter("alice", at: 0)
      again.say("in time")
      try await again.text("in time")
      try await zoe.waitUntil("both are seen again") { $0.sees(["alice", "zoe"]) }
      #expect(try await rig.count("SELECT COUNT(*) FROM messages") == 1)
      #expect(zoe.socket.close == nil)
      #expect(rig.members[0].shared.status().company?.isHeld == true)
    }
  }

  @Test(arguments: TestBackend.servers)
  func whoeverWasTakenForDeadStoresNothingAnyMore(_ backend: TestBackend) async throws {
    try await ChatRig.run(backend) { rig in
      let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
      let identity = ServerIdentity(
        name: "one", host: "host", process: "0", address: "", timing: ClusterRig.patient)
      let chat = try await ChatServer(
        database: rig.database, settings: ClusterRig.settings, sharing: identity, logger: logger)
      let alice = ChatClient(chat)
      alice.shakeHands("alice")
      try await alice.waitUntil("alice is in") { $0.isIn }
      let token = try #require(
        await rig.database.queryRow("SELECT server FROM chat_servers", as: (String).self))
      try await BatchLedger.remove(token, from: rig.database)
      alice.say("from the grave")
      try await alice.notice("Message not sent: could not save message")
      #expect(try await rig.count("SELECT COUNT(*) FROM messages") == 0)
      await chat.shutdown()
      #expect(try await rig.count("SELECT COUNT(*) FROM chat_servers") == 0)
    }
  }

  @Test(arguments: TestBackend.servers)
  func aServerWhoseProcessHasEndedIsBuriedAtOnce(_ backend: TestBackend) async throws {
    try await ClusterRig.run(backend, 1) { rig in
      // Its row, as a process leaves it that was killed.
      let registry = ServerRegistry(database: rig.database)
      let dead = ServerIdentity(name: "dead", host: "host", process: "13", address: "")
      try await registry.enter("dead", dead, schemaVersion: 5)
      try await rig.database.exec(
        """
        INSERT INTO chat_sessions (name, display, server, channel) \
        VALUES ('alice', 'alice', 'dead', 'general')
        """)
      let refused = rig.connect(to: 0)
      refused.shakeHands("alice")
      try await rig.add("server-1") { $0 == "13" }
      // Nobody is told that his name is taken as long as it may be a dead server's.
      try await refused.waitUntil("alice is let in") { $0.isIn }
      #expect(
        try await rig.count("SELECT COUNT(*) FROM chat_servers WHERE lost_at IS NOT NULL") == 1)
    }
  }

  @Test(arguments: TestBackend.servers)
  func whoeverIsSilentForTooLongIsBuriedAndRemovedAfterAWhile(
    _ backend: TestBackend
  ) async throws {
    var timing = ClusterRig.patient
    timing.lifetime = .seconds(3)
    timing.memory = .seconds(4)
    try await ClusterRig.run(backend, 1, timing: timing) { rig in
      let registry = ServerRegistry(database: rig.database)
      let silent = ServerIdentity(name: "silent", host: "far", process: "13", address: "")
      try await registry.enter("silent", silent, schemaVersion: 5)
      try await rig.database.exec(
        """
        INSERT INTO chat_sessions (name, display, server, channel) \
        VALUES ('alice', 'alice', 'silent', 'general')
        """)
      let start = ContinuousClock.now
      let alice = try await rig.enter("alice", at: 0)
      #expect(ContinuousClock.now - start > .seconds(2), "not before its lease is over")
      #expect(alice.sees(["alice"]))
      #expect(try await !registry.beat("silent", ServerRegistry.Beat()), "and it finds that out")
      let deadline = ContinuousClock.now + .seconds(20)
      while try await rig.count("SELECT COUNT(*) FROM chat_servers WHERE name = 'silent'") > 0 {
        try #require(ContinuousClock.now < deadline, "its row stays")
        try await Task.sleep(for: .milliseconds(100))
      }
    }
  }

  @Test func aLeaseEndsByItsOwnClock() async throws {
    let start = ContinuousClock.now
    let lease = ClusterLease(lifetime: .milliseconds(300), sentAt: start)
    #expect(lease.isHeld)
    // What was asked for before counts from then, whenever it is granted.
    try await Task.sleep(for: .milliseconds(200))
    lease.renew(sentAt: start + .milliseconds(100))
    lease.renew(sentAt: start)
    try await Task.sleep(until: start + .milliseconds(401))
    #expect(!lease.isHeld && lease.heldFor == nil)
    lease.renew(sentAt: .now)
    #expect(lease.isHeld)
    #expect(try #require(lease.heldFor) < .milliseconds(300), "there was a break")
    #expect(lease.finish())
    lease.renew(sentAt: .now)
    #expect(!lease.isHeld && !lease.finish(), "what was given up does not come back")
  }

  @Test(arguments: TestBackend.servers)
  func clientsOfAServerWhoseLeaseIsNotRenewedAreNotHeard(_ backend: TestBackend) async throws {
    var timing = ClusterRig.patient
    timing.ownLifetime = .seconds(4)
    // Nobody renews it but what users do.
    timing.beat = .seconds(60)
    try await ClusterRig.run(backend, 1, timing: timing) { rig in
      let alice = try await rig.enter("alice", at: 0)
      try await alice.waitUntil("the lease is over") { _ in
        rig.members[0].shared.status().company?.isHeld == false
      }
      alice.say("hello?")
      try await alice.waitUntil("the answer") {
        try $0.notices.contains { $0.hasPrefix("Not done: this server has lost touch") }
      }
      #expect(try await rig.count("SELECT COUNT(*) FROM messages") == 0)
    }
  }
}
