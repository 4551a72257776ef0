import DriverAPI
import Testing

@testable import Server

/// One name is one session among all servers.
@Suite struct ClusterNameTests {
  private static let taken = RecordingSocket.Close(
    code: 1008, reason: "Username already taken - please choose a different username")

  @Test(arguments: TestBackend.servers)
  func aNameThatIsTakenElsewhereIsRefusedInTheSameWords(_ backend: TestBackend) async throws {
    try await ClusterRig.run(backend) { rig in
      let alice = try await rig.enter("Alice", at: 0)
      let other = rig.connect(to: 1)
      other.shakeHands("aLICE")
      #expect(try await other.end() == Self.taken)
      #expect(alice.socket.close == nil && other.userLists.isEmpty)
      alice.disconnect()
      // At once: what was given back can be had.
      let again = try await rig.enter("aLICE", at: 1)
      let third = rig.connect(to: 0)
      third.shakeHands("alice")
      #expect(try await third.end() == Self.taken)
      #expect(again.socket.close == nil)
      #expect(try await rig.count("SELECT COUNT(*) FROM chat_sessions") == 1)
    }
  }

  @Test(arguments: TestBackend.servers)
  func ofManyThatAskForTheSameNamesEachIsGivenOnce(_ backend: TestBackend) async throws {
    try await ClusterRig.run(backend) { rig in
      let names = (0..<250).map { "user\($0)" }
      var pairs: [(ChatClient, ChatClient)] = []
      for name in names {
        let pair = (rig.connect(to: 0), rig.connect(to: 1))
        pair.0.shakeHands(name)
        pair.1.shakeHands(name.uppercased())
        pairs.append(pair)
      }
      for (one, other) in pairs {
        for client in [one, other] {
          try await client.waitUntil("the decision") { $0.isIn || $0.socket.close != nil }
        }
        #expect(one.isIn != other.isIn)
        #expect((one.isIn ? other : one).socket.close == Self.taken)
      }
      #expect(try await rig.count("SELECT COUNT(*) FROM chat_sessions") == 250)
    }
  }

  @Test(arguments: TestBackend.servers)
  func aThousandWhoComeAtOnceAreLetInWithFewStatements(_ backend: TestBackend) async throws {
    try await ClusterRig.run(backend) { rig in
      let before = rig.members[0].statementCount
      let lone = try await rig.enter("lone", at: 0)
      let start = ContinuousClock.now
      let clients = (0..<1000).map { number in
        let client = rig.connect(to: number % 2)
        client.shakeHands("user\(number)")
        return client
      }
      for client in clients {
        try await client.waitUntil("everybody is in") { $0.isIn }
        #expect(client.socket.close == nil)
      }
      print("cluster: 1000 log-ins at once on two servers: \(ContinuousClock.now - start)")
      try await lone.waitUntil("all are seen") { client in
        client.userLists.last.map { $0.split(separator: ",").count > 1000 } ?? false
      }
      let inserts = rig.members.map(\.statementCount).reduce(0, +) - before
      // Three for what each is shown, and what is done for all together.
      #expect(inserts < 1000 * 8, "\(inserts) statements")
    }
  }

  @Test(arguments: TestBackend.servers)
  func whatAServerLeftBehindThatNobodyKnowsIsInNobodysWay(_ backend: TestBackend) async throws {
    try await ClusterRig.run(backend) { rig in
      // As an insert leaves it that arrives when its server has been removed.
      try await rig.database.exec(
        """
        INSERT INTO chat_sessions (name, display, server, channel) \
        VALUES ('alice', 'alice', 'nobody', 'general')
        """)
      let alice = try await rig.enter("Alice", at: 1)
      #expect(alice.socket.close == nil)
    }
  }

  @Test(arguments: TestBackend.servers)
  func whoComesBackToTheSameServerInOtherLettersHasHisNameInThose(
    _ backend: TestBackend
  ) async throws {
    try await ClusterRig.run(backend) { rig in
      let bob = try await rig.enter("bob", at: 1)
      for name in ["alice", "Alice", "ALICE"] {
        let alice = try await rig.enter(name, at: 0)
        try await bob.waitUntil("\(name) is seen") { $0.sees([name, "bob"]) }
        alice.disconnect()
      }
      try await bob.waitUntil("nobody else is there") { $0.sees(["bob"]) }
      try await bob.settle()
      #expect(try await rig.count("SELECT COUNT(*) FROM chat_sessions") == 1)
    }
  }
}

extension ClusterNameTests {
  @Test(arguments: TestBackend.servers)
  func whoLostHisNetworkComesInByAnotherServer(_ backend: TestBackend) async throws {
    try await ClusterRig.run(backend) { rig in
      let gone = try await rig.enter("alice", at: 0)
      gone.socket.setAlive(false)
      let alice = try await rig.enter("alice", at: 1)
      #expect(alice.socket.close == nil)
      #expect(gone.socket.close?.reason == "replaced by a new connection of the same name")
      #expect(try await rig.count("SELECT COUNT(*) FROM chat_sessions") == 1)
    }
  }
}
