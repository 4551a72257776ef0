import DriverAPI
import Testing

@testable import Server

/// What users see of those on other servers, and what administrators do to them.
@Suite struct ClusterPeopleTests {
  /// How long the fastest of some rounds takes: a busy machine may delay any of them.
  private func fastest(_ body: (Int) async throws -> Void) async throws -> Duration {
    var times: [Duration] = []
    for round in 0..<5 {
      let start = ContinuousClock.now
      try await body(round)
      times.append(.now - start)
    }
    return times.min() ?? .zero
  }

  @Test(arguments: TestBackend.servers)
  func usersAndChannelsOfAllServersAreSeenWithinASecond(_ backend: TestBackend) async throws {
    try await ClusterRig.run(backend, 3) { rig in
      let zoe = try await rig.enter("zoe", at: 2)
      let coming = try await fastest { round in
        let guest = try await rig.enter("guest\(round)", at: round % 2)
        let start = ContinuousClock.now
        try await zoe.waitUntil("the guest is seen") { $0.sees(["guest\(round)", "zoe"]) }
        _ = start
        guest.disconnect()
        try await zoe.waitUntil("the guest is gone") { $0.sees(["zoe"]) }
      }
      // A log-in, two changes, each seen elsewhere within a second.
      #expect(coming < .seconds(3), "\(coming)")
      let alice = try await rig.enter("alice", at: 0)
      let bob = try await rig.enter("bob", at: 1)
      alice.send(WireMessage(type: "join_channel", channel: "ops"))
      bob.send(WireMessage(type: "join_channel", channel: "ops"))
      let text = "Active channels:\n  #general - 1 user(s) (current)\n  #ops - 2 user(s)"
      try await zoe.waitUntil("the counts of all servers") { client in
        client.send(WireMessage(type: "list_channels"))
        return try client.notices.contains(text)
      }
      bob.disconnect()
      let less = "Active channels:\n  #general - 1 user(s) (current)\n  #ops - 1 user(s)"
      try await zoe.waitUntil("one less") { client in
        client.send(WireMessage(type: "list_channels"))
        return try client.notices.contains(less)
      }
      // Whoever comes later is shown all of them at once.
      #expect(try await rig.enter("carol", at: 2).sees(["alice", "carol", "zoe"]))
    }
  }

  @Test(arguments: TestBackend.servers)
  func whoeverIsBannedOnOneServerIsKeptOutOnAll(_ backend: TestBackend) async throws {
    try await ClusterRig.run(backend, 3) { rig in
      let mallory = try await rig.enter("Mallory", at: 1)
      let moderation = try rig.members[0].chat.moderation
      let start = ContinuousClock.now
      try await moderation.ban(UserName("mallory"), by: "root")
      let end = try await mallory.end()
      let time = ContinuousClock.now - start
      #expect(end.code == 1008)
      #expect(end.reason == "You have been permanently banned by an administrator")
      #expect(
        try mallory.notices.last
          == "You have been kicked by an administrator: You have been permanently banned by an administrator"
      )
      print("cluster: a ban on another server took \(time) on \(backend.name)")
      for index in 0..<3 {
        let again = rig.connect(to: index)
        again.shakeHands("mallory")
        // A server that has not heard of it yet lets him in for a moment.
        #expect(
          ["You are banned from this server", end.reason].contains(try await again.end().reason))
      }
      #expect(try await moderation.lift(UserName("Mallory")))
      #expect(try await !moderation.lift(UserName("Mallory")))
      let deadline = ContinuousClock.now + .seconds(20)
      for index in 0..<3 {
        var isIn = false
        while !isIn {
          try #require(ContinuousClock.now < deadline, "the ban is not lifted everywhere")
          let again = rig.connect(to: index)
          again.shakeHands("mallory")
          try await again.waitUntil("an answer") { $0.isIn || $0.socket.close != nil }
          isIn = again.isIn
          again.disconnect()
        }
      }
    }
  }

  @Test(arguments: TestBackend.servers)
  func aKickEndsWhenItsTimeIsOver(_ backend: TestBackend) async throws {
    try await ClusterRig.run(backend) { rig in
      let eve = try await rig.enter("eve", at: 1)
      let end = WireTime(microseconds: WireTime.now.microseconds + 4_000_000)
      try await rig.members[0].chat.moderation.ban(UserName("eve"), until: end, by: "root")
      #expect(
        try await eve.end().reason
          == "You have been kicked by an administrator (24 hour temporary ban)")
      try await eve.waitUntil("the time is over") { _ in
        WireTime.now.microseconds > end.microseconds
      }
      #expect(try await rig.enter("eve", at: 1).isIn)
    }
  }

  @Test(arguments: TestBackend.servers)
  func aSessionIsEndedWhereverItIs(_ backend: TestBackend) async throws {
    try await ClusterRig.run(backend) { rig in
      let moderation = try rig.members[0].chat.moderation
      let (here, there) = (try await rig.enter("here", at: 0), try await rig.enter("there", at: 1))
      for name in ["here", "There"] {
        #expect(try await moderation.endSession(of: UserName(name), reason: "enough"))
      }
      for client in [here, there] {
        #expect(try await client.end() == RecordingSocket.Close(code: 1008, reason: "enough"))
      }
      #expect(try await !moderation.endSession(of: UserName("nobody"), reason: "enough"))
      // Neither is banned, and no order is left that would end the next session.
      _ = try await rig.enter("there", at: 1)
      try await here.waitUntil("the order is gone") { _ in true }
      #expect(try await rig.count("SELECT COUNT(*) FROM chat_orders") == 0)
    }
  }
}
